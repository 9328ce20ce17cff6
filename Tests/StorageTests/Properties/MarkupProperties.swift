// SPDX-License-Identifier: Apache-2.0
import Base
import Markup
import Storage

extension ParserProperty {
    private static let xmlTokens = [
        "<", ">", "</", "/>", "<a>", "</a>", "<a/>", "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        "<!--", "-->", "<![CDATA[", "]]>", "&amp;", "&b;", "&#x0;", "&#x10FFFF;", "&#99999999;", " a='1'",
        "xmlns=\"x\"", "<?p", "?>",
    ]
    static let markup: [ParserProperty] = [
        ParserProperty(
            "XMLElement",
            [
                "<a/>", "<?xml version=\"1.0\" encoding=\"utf-8\"?><a b=\"1\"><c>x &lt; y</c><![CDATA[z]]><d/></a>",
                "<?pp?><a><?p?><?p x?></a>",
            ],
            tokens: xmlTokens
        ) { bytes, _ in
            let limits = XMLLimits(bytesMax: 8_000, elementsMax: 50, depthMax: 10)
            let root = try typed(MarkupError.self) { try XMLElement.parse(bytes, limits: limits) }
            try require(bytes.count <= 8_000 && root.count <= 50 && root.depth <= 10, "limits are not kept")
            var writer = XMLWriter(declaration: false)
            root.write(to: &writer)
            let written = try typed(MarkupError.self) { try writer.finish() }
            let again = try XMLElement.parse(
                written,
                limits: XMLLimits(bytesMax: 1 << 20, elementsMax: 50, depthMax: 10)
            )
            try require(again == root.flattened, "written and read again it is another one")
        },
        ParserProperty(
            "JSON",
            [#"{"a":[1,2.5,-0,1e3],"b":{"c":null,"d":true},"e":"\u00e9\ud83d\ude00\n"}"#, "[]", "0", "\"x\""],
            tokens: ["{", "}", "[", "]", "\"", "\\", "\\u", "\\ud800", ",", ":", "null", "1e400", "-", "0.", "\"a\":"]
        ) { bytes, _ in
            let value = try typed(JSONError.self) { try JSON(parsing: bytes) }
            try require(try JSON(parsing: value.bytes) == value, "written and read again it is another one")
        },
        ParserProperty(
            "FlatJSON",
            [#"{"PartitionKey":"a","RowKey":"b","N":1,"N@odata.type":"Edm.Int64","T":true,"Z":null,"F":1.5e3}"#, "{}"],
            tokens: ["{", "}", "\"", "\\", "\\u", ",", ":", "null", "true", "1e400", "-", "[", "\"a\":1,"]
        ) { bytes, _ in
            let members = try FlatJSON.members(bytes)
            try require(members.count <= FlatJSON.membersMax, "limits are not kept")
        },
        ParserProperty(
            "EntityProperties",
            [
                #"{"PartitionKey":"a","RowKey":"b","G@odata.type":"Edm.Guid","G":"00000000-0000-0000-0000-000000000001"}"#,
                #"{"D@odata.type":"Edm.DateTime","D":"2020-01-01T00:00:00.1234567Z","B@odata.type":"Edm.Binary","B":"AQI="}"#,
            ],
            tokens: [
                #""X@odata.type":"Edm.Int64","#, #""X":"1","#, "{", "}", "\"", "\\u0000", "Edm.Double", "INF", "NaN",
            ]
        ) { bytes, _ in _ = try EntityProperties(body: bytes) },
    ]
}

extension XMLElement {
    fileprivate var count: Int { children.reduce(1) { $0 + $1.count } }
    fileprivate var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }
    /// Names, texts and children: attributes are left out.
    fileprivate var flattened: XMLElement {
        XMLElement(name: name, text: text, children: children.map(\.flattened))
    }
    fileprivate func write(to writer: inout XMLWriter) {
        writer.open(name)
        writer.text(text)
        for child in children { child.write(to: &writer) }
        writer.close()
    }
}
