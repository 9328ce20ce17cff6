// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

/// Query Blob Contents as clients ask for it.
struct QueryJourneyTests {
    static let data = "name,size\nfish,12\nbird,7\n"
    static func body(_ expression: String, _ rest: String = "") -> [UInt8] {
        let escaped = expression.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        let text = "<QueryRequest><QueryType>SQL</QueryType><Expression>\(escaped)</Expression>\(rest)</QueryRequest>"
        return Array(text.utf8)
    }
    static func form(_ side: String, _ type: String, _ rest: String = "") -> String {
        "<\(side)Serialization><Format><Type>\(type)</Type>\(rest)</Format></\(side)Serialization>"
    }
    static let headed = form(
        "Input",
        "delimited",
        "<DelimitedTextConfiguration><RecordSeparator>\n</RecordSeparator><HasHeaders>true</HasHeaders></DelimitedTextConfiguration>"
    )
    static let query = body("SELECT name FROM BlobStorage WHERE size < 10", headed + form("Output", "json"))
    static let found = "{\"name\":\"bird\"}\n"

    private func ask(
        _ client: StorageClient,
        _ more: String = "",
        _ headers: [String: String] = [:],
        body: [UInt8] = query
    ) async throws -> StorageAnswer {
        let query = "comp=query" + (more.isEmpty ? "" : "&" + more)
        return try await client.send(.post, "/docs/x", query, headers: headers, body: body)
    }
    private func ready() async throws -> StorageClient {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", Array(Self.data.utf8)).status == 201)
        return client
    }

    @Test func `a blob answers what is asked of it`() async throws {
        let client = try await ready()
        let answer = try await ask(client)
        #expect(answer.status == 200 && answer["Content-Type"] == "avro/binary")
        #expect(answer["ETag"] != nil && answer["x-ms-blob-type"] == "BlockBlob")
        let outcome = try QueryOutcome(answer.body)
        #expect(outcome.text == Self.found && outcome.failures == [])
        #expect(outcome.total == Int64(Self.data.utf8.count) && outcome.progress.last?.scanned == outcome.total)
        let plain = try QueryOutcome(try await ask(client, body: Self.body("SELECT * FROM BlobStorage")).body)
        #expect(plain.text == Self.data)
        #expect(try await client.send(.post, "/docs/none", "comp=query", body: Self.query).code == "BlobNotFound")
        #expect(try await client.send(.post, "/none/x", "comp=query", body: Self.query).code == "ContainerNotFound")
    }
    @Test func `blobs of blocks, and long ones, are read through`() async throws {
        let client = try await ready()
        let line = Array("0123456789,abcdefghijklmnopqrstuvwxyz\n".utf8)
        let long = Array([[UInt8]](repeating: line, count: 60_000).joined())
        #expect(try await client.upload("/docs/x", long).status == 201)
        let count = Self.body("SELECT COUNT(*) FROM BlobStorage WHERE _1 = '0123456789'")
        #expect(try QueryOutcome(try await ask(client, body: count).body).text == "60000\n")
        let all = try QueryOutcome(try await ask(client, body: Self.body("SELECT * FROM BlobStorage")).body)
        #expect(all.data == long)
        let blocks = try await client.stage("/docs/y", 60)
        #expect(try await client.commit("/docs/y", (0..<60).map { ("Latest", $0) }).status == 201)
        let length = Self.body("SELECT COUNT(*) FROM BlobStorage")
        let answer = try await client.send(.post, "/docs/y", "comp=query", body: length)
        #expect(try QueryOutcome(answer.body).total == Int64(blocks.reduce(0) { $0 + $1.count }))
    }
    @Test func `an answer is of the moment the request began`() async throws {
        let client = try await ready()
        let long = Array(repeating: Array("old,1\n".utf8), count: 400_000).flatMap(\.self)
        #expect(try await client.upload("/docs/x", long).status == 201)
        let answer = try await client.send(
            .post,
            "/docs/x",
            "comp=query",
            body: Self.body("SELECT COUNT(*) FROM BlobStorage WHERE _1 = 'old'"),
            meanwhile: {
                #expect(try await client.upload("/docs/x", Array("new,2\n".utf8)).status == 201)
                try await client.settle()
            }
        )
        #expect(try QueryOutcome(answer.body).text == "400000\n")
        #expect(
            try QueryOutcome(try await ask(client, body: Self.body("SELECT _1 FROM BlobStorage")).body).text == "new\n"
        )
    }

    static let wrong: [([UInt8], String)] = [
        ([], "InvalidXmlDocument"), (Array("<QueryRequest>".utf8), "InvalidXmlDocument"),
        (Array("<Query/>".utf8), "InvalidXmlDocument"),
        (Array("<QueryRequest><QueryType>SQL</QueryType></QueryRequest>".utf8), "MissingRequiredXmlNode"),
        (
            Array("<QueryRequest><QueryType>XPath</QueryType><Expression>x</Expression></QueryRequest>".utf8),
            "InvalidXmlNodeValue"
        ),
        (body("SELECT FROM BlobStorage"), "InvalidInput"), (body("SELECT a.b FROM BlobStorage"), "InvalidInput"),
        (body("SELECT * FROM BlobStorage[*].x"), "InvalidInput"),
        (body("SELECT sys.split(10485760) FROM BlobStorage", form("Input", "json")), "InvalidInput"),
        (body("SELECT * FROM BlobStorage", form("Input", "xml")), "InvalidXmlNodeValue"),
        (body("SELECT * FROM BlobStorage", form("Input", "parquet")), "NotImplemented"),
        (body("SELECT * FROM BlobStorage", form("Output", "arrow")), "NotImplemented"),
        (body("SELECT * FROM BlobStorage", form("Output", "parquet")), "InvalidXmlNodeValue"),
        (
            body(
                "SELECT * FROM BlobStorage",
                form(
                    "Input",
                    "delimited",
                    "<DelimitedTextConfiguration><FieldQuote>ab</FieldQuote></DelimitedTextConfiguration>"
                )
            ), "InvalidXmlNodeValue"
        ),
        (
            body(
                "SELECT * FROM BlobStorage",
                form(
                    "Input",
                    "delimited",
                    "<DelimitedTextConfiguration><FieldQuote>,</FieldQuote></DelimitedTextConfiguration>"
                )
            ), "InvalidInput"
        ),
        (
            body(
                "SELECT * FROM BlobStorage",
                form(
                    "Input",
                    "delimited",
                    "<DelimitedTextConfiguration><ColumnSeparator>12345678901234567</ColumnSeparator></DelimitedTextConfiguration>"
                )
            ), "InvalidXmlNodeValue"
        ),
        (
            body(
                "SELECT * FROM BlobStorage",
                form(
                    "Input",
                    "delimited",
                    "<DelimitedTextConfiguration><HasHeaders>maybe</HasHeaders></DelimitedTextConfiguration>"
                )
            ), "InvalidXmlNodeValue"
        ),
    ]
    @Test(arguments: wrong) func `a request that cannot be read says why`(_ body: [UInt8], _ code: String) async throws
    {
        let answer = try await ask(try await ready(), body: body)
        #expect(answer.code == code)
        #expect(answer.status == (code == "NotImplemented" ? 501 : 400))
    }

    @Test func `conditions and leases are those of Get Blob`() async throws {
        let client = try await ready()
        let etag = try #require(try await client.send(.head, "/docs/x")["ETag"])
        #expect(try await ask(client, "", ["If-Match": etag]).status == 200)
        #expect(try await ask(client, "", ["If-Match": "\"0x1\""]).status == 412)
        #expect(try await ask(client, "", ["If-None-Match": etag]).status == 304)
        let tags = ["x-ms-if-tags": "a = '1'"]
        #expect(try await ask(client, "", tags).code == "ConditionNotMet")
        let id = "00000000-0000-0000-0000-000000000001"
        #expect(try await ask(client, "", ["x-ms-lease-id": id]).code == "LeaseNotPresentWithBlobOperation")
        let lease = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "x-ms-proposed-lease-id": id]
        #expect(try await client.send(.put, "/docs/x", "comp=lease", headers: lease).status == 201)
        #expect(try await ask(client).status == 200)
        #expect(try await ask(client, "", ["x-ms-lease-id": id]).status == 200)
        let other = ["x-ms-lease-id": "00000000-0000-0000-0000-000000000002"]
        #expect(try await ask(client, "", other).code == "LeaseIdMismatchWithBlobOperation")
    }
    @Test func `snapshots and versions are asked like blobs`() async throws {
        let client = try await ready()
        let snapshot = try #require(try await client.send(.put, "/docs/x", "comp=snapshot")["x-ms-snapshot"])
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let answer = try await ask(client, "snapshot=\(snapshot.percentEncoded())")
        #expect(try QueryOutcome(answer.body).text == Self.found)
        let none = "2020-01-01T00:00:00.0000000Z".percentEncoded()
        #expect(try await ask(client, "snapshot=\(none)").code == "BlobNotFound")
        #expect(try await ask(client, "versionid=\(none)").code == "BlobNotFound")
    }
    @Test func `only block blobs are asked, out of the archive`() async throws {
        let client = try await ready()
        let page = ["x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "512"]
        #expect(try await client.send(.put, "/docs/p", headers: page).status == 201)
        #expect(try await client.send(.post, "/docs/p", "comp=query", body: Self.query).code == "InvalidBlobType")
        #expect(
            try await client.send(.put, "/docs/x", "comp=tier", headers: ["x-ms-access-tier": "Archive"]).status == 200
        )
        #expect(try await ask(client).code == "BlobArchived")
    }
    @Test func `a customer's key opens the blob it sealed`() async throws {
        let client = try await StorageClient.ready()
        let key = CustomerKeyTests.headers(1)
        #expect(try await client.upload("/docs/x", Array(Self.data.utf8), key).status == 201)
        #expect(try QueryOutcome(try await ask(client, "", key).body).text == Self.found)
        #expect(try await ask(client).code == CustomerKeyTests.none)
        #expect(try await ask(client, "", CustomerKeyTests.headers(2)).code == CustomerKeyTests.other)
    }
    @Test func `who may read the blob may ask it, and nobody else`() async throws {
        var client = try await ready()
        let reads = try await client.signature(container: "docs", permissions: "r")
        let writes = try await client.signature(container: "docs", permissions: "cwdl")
        client.identity = .nobody
        #expect(try QueryOutcome(try await ask(client, reads).body).text == Self.found)
        #expect(try await ask(client, writes).code == "AuthorizationPermissionMismatch")
        #expect(try await ask(client).status == 401)
        client.identity = .bearer
        #expect(try await ask(client).code == "AuthorizationPermissionMismatch")
        try await client.assign("Storage Blob Data Reader")
        #expect(try QueryOutcome(try await ask(client).body).text == Self.found)
    }
}
