// SPDX-License-Identifier: Apache-2.0
import Base
import Markup
import Testing

@Suite("XML")
struct MarkupTests {
    private let limits = XMLLimits(bytesMax: 4096, elementsMax: 20, depthMax: 8)
    private func parse(_ text: String) throws -> XMLElement { try XMLElement.parse(Array(text.utf8), limits: limits) }

    @Test func `a block list is read as the SDKs write it, mark of byte order included`() throws {
        let text =
            "\u{FEFF}<?xml version='1.0' encoding='utf-8'?>\n"
            + "<BlockList><Latest>QQ==</Latest><Latest>Qg==</Latest></BlockList>"
        let list = try parse(text)
        #expect(list.name == "BlockList")
        #expect(list.children(named: "Latest").map(\.text) == ["QQ==", "Qg=="])
        #expect(list.child(named: "Committed") == nil)
    }
    @Test func `attributes, entities, CDATA, comments and mixed text are read`() throws {
        let root = try parse(
            #"<a x="1 &amp; 2" n:y='&lt;'>é&#233;<!-- <!DOCTYPE -->"#
                + "<![CDATA[<!ENTITY & ]]><n:b/>end&gt;</a>"
        )
        #expect(root.attributes == ["x": "1 & 2", "n:y": "<"])
        #expect(root.text == "éé<!ENTITY & end>")
        #expect(root.children.map(\.name) == ["n:b"])
    }
    @Test func `processing instructions are passed over, whatever is in them or not`() throws {
        for instruction in ["<?p?>", "<?pp?>", "<?p x?>", "<?p <!DOCTYPE ?>", "<?p?><?q?>", "<?p\n?>"] {
            for text in [
                "\(instruction)<a>x</a>", "<a>\(instruction)x</a>", "<a>x\(instruction)</a>", "<a>x</a>\(instruction)",
            ] {
                #expect(try parse(text).text == "x", "\(text)")
            }
        }
        for text in [
            "<a><??></a>", "<a><? p?></a>", "<a><?xml?></a>", "<a><?XML x?></a>", "<a b='<?p?>'/>", "<a <?p?>/>",
            "<a><?p></a>",
        ] {
            #expect(throws: MarkupError.self, "\(text)") { try parse(text) }
        }
        #expect(try parse("<a><!-- <?p?> --><![CDATA[<?p?>]]></a>").text == "<?p?>")
    }
    @Test(
        "document types are refused",
        arguments: [
            #"<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>"#,
            #"<?xml version="1.0"?><!DOCTYPE a><a/>"#, "<!-- x --><!DOCTYPE a SYSTEM 'http://host/'><a/>",
            #"<!ENTITY e "x"><a/>"#,
        ]
    )
    func documentType(text: String) {
        #expect(throws: MarkupError.documentType) { try parse(text) }
    }
    @Test(
        "what is not well-formed is refused",
        arguments: [
            "", " ", "text", "<a>", "<a></b>", "<a/><b/>", "<a x=1/>", "<a x='1' x='2'/>", "<a>&unknown;</a>",
            "<a>&#0;</a>",
            "<a><!-- </a>", "<a>\u{0}</a>", "<a>\u{1}</a>", "<?xml encoding='utf-16'?><a/>",
            "<?xml encoding='utf-7'?><a/>",
            "\n<?xml version='1.0'?><a/>", "<a/>trailing",
        ]
    )
    func malformed(text: String) {
        #expect { try parse(text) } throws: { error in
            if case .malformed? = error as? MarkupError { true } else { false }
        }
    }
    @Test func `other encodings are refused`() {
        for bytes: [UInt8] in [
            [0xFF, 0xFE, 0x3C, 0, 0x61, 0, 0x2F, 0, 0x3E, 0], [0x3C, 0x61, 0x3E, 0xE9, 0x3C, 0x2F, 0x61, 0x3E],
        ] {
            #expect(throws: MarkupError.malformed("not UTF-8")) { try XMLElement.parse(bytes, limits: limits) }
        }
    }
    @Test func `bodies over a limit are refused, those at the limit are read`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        func wide(_ count: Int) -> String { "<r>" + String(repeating: "<a/>", count: count - 1) + "</r>" }
        _ = try parse(nested(8))
        _ = try parse(wide(20))
        _ = try parse("<a>" + String(repeating: "x", count: 4096 - 7) + "</a>")
        for text in [nested(9), wide(21), "<a>" + String(repeating: "x", count: 4096 - 6) + "</a>"] {
            #expect { try parse(text) } throws: { error in
                if case .tooLarge? = error as? MarkupError { true } else { false }
            }
        }
    }
    @Test func `long texts arrive whole`() throws {
        let text = String(repeating: "é<&", count: 100_000)
        var writer = XMLWriter()
        writer.leaf("a", text)
        let read = try XMLElement.parse(try writer.finish(), limits: XMLLimits(bytesMax: 10_000_000, elementsMax: 1))
        #expect(read.text == text)
    }
    @Test func `a list page is written as Azure writes it`() throws {
        var writer = XMLWriter()
        writer.open("EnumerationResults", ["ServiceEndpoint": "https://a.test/?x=1&y=\"2\"", "ContainerName": "c"])
        writer.leaf("Prefix", "")
        writer.leaf("MaxResults", 5000)
        writer.open("Blob")
        writer.leaf("Name", "a<b>&\"c'\r\n\té", ["k": "1\t\n"])
        writer.close()
        writer.close()
        let expected =
            #"<?xml version="1.0" encoding="utf-8"?>"#
            + #"<EnumerationResults ServiceEndpoint="https://a.test/?x=1&amp;y=&quot;2&quot;" ContainerName="c">"#
            + #"<Prefix /><MaxResults>5000</MaxResults><Blob><Name k="1&#x9;&#xA;">a&lt;b&gt;&amp;"c'&#xD;"#
            + "\n\té</Name></Blob></EnumerationResults>"
        #expect(String(decoding: try writer.finish(), as: UTF8.self) == expected)
    }
    @Test func `what is written is read back the same`() throws {
        let text = "\r\n\t \u{85}\u{2028}\u{10FFFF}\u{E000}\u{FFFD}]]>&amp;<!--"
        var writer = XMLWriter(declaration: false)
        writer.open("a", ["x": text])
        writer.text(text)
        writer.close()
        let read = try parse(String(decoding: try writer.finish(), as: UTF8.self))
        #expect(read.text == text)
        #expect(read.attributes == ["x": text])
    }
    @Test("characters that XML does not have", arguments: ["\u{0}", "a\u{1}b", "\u{1F}", "\u{FFFE}", "x\u{FFFF}"])
    func illegal(text: String) throws {
        var refusing = XMLWriter()
        refusing.leaf("Name", text)
        refusing.leaf("Next", "fine")
        #expect(throws: MarkupError.illegalCharacter) { try refusing.finish() }
        var encoding = XMLWriter(declaration: false)
        encoding.leaf("Name", text + "/é", whenIllegal: .percentEncode)
        let read = try parse(String(decoding: try encoding.finish(), as: UTF8.self))
        #expect(read.attributes == ["Encoded": "true"])
        #expect(read.text.percentDecoded == text + "/é")
    }
    @Test("names that XML does not have", arguments: ["", "1a", "a b", "a>", "-a", "a&"])
    func names(name: String) {
        var writer = XMLWriter()
        writer.leaf(name, "x")
        #expect(throws: MarkupError.illegalName) { try writer.finish() }
    }
}
