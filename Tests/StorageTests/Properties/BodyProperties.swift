// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Storage

extension ParserProperty {
    private static let mime = [
        "--b\r\n", "--b--\r\n", "--b", "\r\n\r\n", "\r\n", ": ", "HTTP/1.1", "Content-ID: 1\r\n",
        "Content-Length: 9\r\n",
    ]
    private static let change = """
        --b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n\r\n\
        PUT https://a/People(PartitionKey='a',RowKey='b') HTTP/1.1\r\nIf-Match: *\r\n\r\n{"N":1}\r\n--c--\r\n--b--\r\n
        """
    private static let query = """
        --b\r\nContent-Type: application/http\r\n\r\nGET https://a/People()?$top=5 HTTP/1.1\r\nAccept: application/json\r\n\r\n\
        \r\n--b--\r\n
        """
    private static let xml = [
        "<", ">", "</", "/>", "&lt;", "&#0;", "<a/>", "<![CDATA[", "]]>", "<!--", "<!DOCTYPE a>", " ",
    ]

    static let bodies: [ParserProperty] = [
        ParserProperty(
            "Blob Batch",
            [
                String(
                    decoding: BatchTests.body([
                        ("DELETE /c/a%20b HTTP/1.1", ["x-ms-date: now"]), ("PUT /c/b?comp=tier HTTP/1.1", []),
                    ]),
                    as: UTF8.self
                )
            ],
            tokens: mime + ["PUT /c/b HTTP/1.1\r\n", "GET https://h/p?q HTTP/1.1"]
        ) { bytes, _ in
            let batch = try BatchBody(bytes, contentType: BatchTests.type)
            try require((1...BatchBody.partsMax).contains(batch.parts.count), "\(batch.parts.count) parts")
        },
        .text(
            "the type of a batch",
            ["multipart/mixed; boundary=b", "multipart/mixed;boundary=\"b\""],
            tokens: [";", "=", "\"", "boundary=", " "]
        ) { text in
            _ = try BatchBody(BatchTests.body([("DELETE /c/a HTTP/1.1", [])]), contentType: text)
        },
        ParserProperty(
            "entity group transaction",
            [change, query],
            tokens: mime + ["--c\r\n", "--c--\r\n", "(PartitionKey='", "')", "{", "}"]
        ) { bytes, _ in
            let batch = try BatchRequest(bytes, contentType: "multipart/mixed; boundary=b")
            try require(!batch.lines.isEmpty, "no lines")
            if batch.isQuery { _ = try batch.lines[0].query }
        },
        ParserProperty(
            "Put Block List",
            ["<BlockList><Latest>MDAwMQ==</Latest><Committed>MDAwMg==</Committed></BlockList>"],
            tokens: xml + ["<Latest>MDAwMQ==</Latest>", "<Uncommitted>", "===="]
        ) { bytes, _ in
            let list = try BlockList(body: bytes)
            try require(list.references.count <= BlobLimits.committedBlocksMax, "\(list.references.count) blocks")
        },
        ParserProperty(
            "Set Blob Tags",
            ["<Tags><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tags>"],
            tokens: xml + ["<Tag><Key>b</Key><Value>2</Value></Tag>", "<Key>", "</Value>"]
        ) { bytes, _ in
            let tags = try BlobTags(body: bytes)
            try require(try BlobTags(body: try tags.body()) == tags, "written and read again they are others")
        },
        .text("x-ms-tags", ["a=1&b%20c=2", "x="], tokens: ["&", "=", "%", "+", "a=1&", ":", "/"]) { text in
            let tags = try some(try BlobTags(try head("x-ms-tags", text)))
            try require(tags.items.count <= 10, "\(tags.items.count) tags")
            try require(try BlobTags(body: try tags.body()) == tags, "written and read again they are others")
        },
        ParserProperty(
            "Set Container ACL",
            [
                "<SignedIdentifiers><SignedIdentifier><Id>a</Id><AccessPolicy><Start>2020-01-01T00:00:00Z</Start>"
                    + "<Expiry>2030-01-01</Expiry><Permission>rw</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>",
                "<SignedIdentifiers/>",
            ],
            tokens: xml + ["<SignedIdentifier><Id>b</Id></SignedIdentifier>", "<Permission>rwdl</Permission>"]
        ) { bytes, _ in
            let policies = try ContainerPolicies.parse(bytes)
            try require(policies.count <= 5, "\(policies.count) policies")
            try require(
                try ContainerPolicies.parse(try ContainerPolicies.body(policies)).count == policies.count,
                "some are lost"
            )
        },
        ParserProperty(
            "Set Service Properties",
            [
                "<StorageServiceProperties><Cors><CorsRule><AllowedOrigins>*</AllowedOrigins><AllowedMethods>GET</AllowedMethods>"
                    + "<AllowedHeaders/><ExposedHeaders/><MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule></Cors>"
                    + "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>7</Days></DeleteRetentionPolicy></StorageServiceProperties>"
            ],
            tokens: xml + ["<Enabled>", "true", "<Days>400</Days>", "<CorsRule>", "</CorsRule>", "<StaticWebsite>"]
        ) { bytes, _ in
            let properties = try ServiceProperties().updated(by: bytes)
            _ = try properties.body()
        },
        ParserProperty(
            "Put Message",
            ["<QueueMessage><MessageText>hello &amp; bye</MessageText></QueueMessage>"],
            tokens: xml + ["<MessageText>"]
        ) { bytes, _ in
            _ = try MessageBody.parse(bytes)
        },
        ParserProperty("structured body", [], tokens: ["\0", "\u{1}"]) { bytes, generator in
            let content = generator.bytes(generator.upTo(5_000))
            var encoder = StructuredEncoder(contentLength: Int64(content.count))
            var message = encoder.start() + encoder.message(around: content)
            try require(Int64(message.count) == encoder.messageLength, "a message has another length than it says")
            try require(
                try decoded(message, content.count, &generator) == content,
                "content comes out as other content"
            )
            let at = generator.upTo(message.count)
            message[at] ^= UInt8(1 << generator.upTo(8))
            let bent = try? decoded(message, content.count, &generator)
            try require(bent == nil, "a flipped bit at \(at) is not noticed")
            _ = try decoded(bytes, 100, &generator)
        },
    ]
    /// Takes a message apart that comes in pieces of any length.
    private static func decoded(_ message: [UInt8], _ length: Int, _ generator: inout Generator) throws -> [UInt8] {
        var decoder = StructuredDecoder(messageLength: Int64(message.count), contentLength: Int64(length))
        var (content, rest): ([UInt8], ArraySlice<UInt8>) = ([], message[...])
        while !rest.isEmpty {
            let count = 1 + generator.upTo(rest.count)
            content += try decoder.content(in: Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        try decoder.finish()
        return content
    }
}
