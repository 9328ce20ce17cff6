// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import HTTPTypes
import Kernel
import Storage
import Testing

/// A client that declares a body and sends another, or some of it, and goes: nothing is changed and nothing stays behind.
struct HalfBodyTests {
    /// A request with a body.
    private struct Upload {
        let name: String
        var service = StorageService.blob
        var method = HTTPRequest.Method.put
        let path: String
        var query = ""
        var headers: [String: String] = [:]
        let body: [UInt8]
    }
    private static func xml(_ text: String) -> [UInt8] { Array(text.utf8) }
    /// Bodies that are streamed: what is missing at their end is noticed by their length.
    private static func streamed(_ client: StorageClient) -> [Upload] {
        [
            Upload(
                name: "Put Blob",
                path: "/docs/x",
                headers: ["x-ms-blob-type": "BlockBlob"],
                body: client.bytes(100)
            ),
            Upload(
                name: "Put Blob, long",
                path: "/docs/x",
                headers: ["x-ms-blob-type": "BlockBlob"],
                body: client.bytes(200_000)
            ),
            Upload(name: "Put Block", path: "/docs/x", query: "comp=block&blockid=AAAA", body: client.bytes(100)),
            Upload(
                name: "Put Block, long",
                path: "/docs/x",
                query: "comp=block&blockid=AAAA",
                body: client.bytes(70_000)
            ),
            Upload(name: "Append Block", path: "/docs/log", query: "comp=appendblock", body: client.bytes(100)),
            Upload(
                name: "Put Page",
                path: "/docs/disk",
                query: "comp=page",
                headers: ["x-ms-page-write": "update", "x-ms-range": "bytes=0-511"],
                body: client.bytes(512)
            ),
            Upload(
                name: "Put Page, long",
                path: "/docs/disk",
                query: "comp=page",
                headers: ["x-ms-page-write": "update", "x-ms-range": "bytes=0-65535"],
                body: client.bytes(65_536)
            ),
        ]
    }
    /// Bodies that are collected before anything is done.
    private static let collected: [Upload] = [
        Upload(
            name: "Put Block List",
            path: "/docs/x",
            query: "comp=blocklist",
            body: xml("<BlockList><Latest>AAAB</Latest></BlockList>")
        ),
        Upload(name: "Set Blob Tags", path: "/docs/x", query: "comp=tags", body: TagJourneyTests.body(["a": "1"])),
        Upload(
            name: "Set Container ACL",
            path: "/docs",
            query: "restype=container&comp=acl",
            body: xml("<SignedIdentifiers><SignedIdentifier><Id>a</Id></SignedIdentifier></SignedIdentifiers>")
        ),
        Upload(
            name: "Blob Batch",
            method: .post,
            path: "/",
            query: "comp=batch",
            headers: ["Content-Type": BatchTests.type],
            body: BatchTests.body([("DELETE /docs/x HTTP/1.1", [])])
        ),
        Upload(
            name: "Put Message",
            service: .queue,
            method: .post,
            path: "/jobs/messages",
            body: xml(QueueClient.body("x"))
        ),
        Upload(
            name: "Insert Entity",
            service: .table,
            method: .post,
            path: "/people",
            headers: ["Content-Type": "application/json"],
            body: xml(#"{"PartitionKey":"a","RowKey":"b"}"#)
        ),
    ]
    private static func ready() async throws -> StorageClient {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1, 2, 3]).status == 201)
        #expect(try await client.send(.put, "/docs/x", "comp=block&blockid=AAAB", body: [1]).status == 201)
        #expect(try await client.create("AppendBlob", "/docs/log").status == 201)
        #expect(try await client.append("/docs/log", [7]).status == 201)
        #expect(try await client.createPages("/docs/disk", 65_536).status == 201)
        #expect(try await QueueClient(storage: client).send(.put, "/jobs").status == 201)
        #expect(try await TableClient(storage: client).create("people").status == 201)
        return client
    }
    private static func state(_ client: StorageClient) async throws -> [String] {
        var state = ["\(try await client.storedKeys())"]
        for name in ["x", "log", "disk"] {
            let answer = try await client.send(.get, "/docs/\(name)")
            state.append("\(name) \(answer["ETag"] ?? "") \(answer.body.count) \(answer.body.first ?? 0)")
        }
        let blocks = try await client.send(.get, "/docs/x", "comp=blocklist&blocklisttype=all")
        return state + [blocks.text]
    }
    private static func parts(_ upload: Upload) -> [Int] {
        Array(Set([0, 1, upload.body.count / 2, upload.body.count - 1])).sorted()
    }

    private static func send(
        _ upload: Upload,
        _ body: [UInt8],
        _ client: StorageClient,
        breaks: Bool = false
    ) async throws -> StorageAnswer {
        try await client.ask(
            upload.service,
            upload.method,
            upload.path,
            upload.query,
            headers: upload.headers,
            body: body,
            declared: Int64(upload.body.count),
            breaks: breaks
        )
    }

    /// What HTTP/1.1 cannot send, and HTTP/2 must not (RFC 9113 §8.1.1): it ends, and was to be longer or shorter.
    @Test func `a body that is not as long as it was to be changes nothing`() async throws {
        let client = try await Self.ready()
        let before = try await Self.state(client)
        for upload in Self.streamed(client) + Self.collected {
            let parts = Self.parts(upload).map { Array(upload.body.prefix($0)) }
            for body in parts + [upload.body + [0], upload.body + client.bytes(70_000)] {
                let answer = try await Self.send(upload, body, client)
                let told = "\(upload.name) \(body.count): \(answer.status) \(answer.code ?? "")"
                #expect(answer.code == "RequestBodyIncomplete", "\(told)")
                #expect(try await Self.state(client) == before, "\(told)")
            }
        }
        #expect(client.region.bytes.extents.isEmpty)
    }
    @Test func `a client that goes in the middle of any body changes nothing`() async throws {
        let client = try await Self.ready()
        let before = try await Self.state(client)
        for upload in Self.streamed(client) + Self.collected {
            for count in Self.parts(upload) {
                let answer = try await Self.send(upload, Array(upload.body.prefix(count)), client, breaks: true)
                #expect(answer.status == 400, "\(upload.name) \(count): \(answer.status)")
                #expect(try await Self.state(client) == before, "\(upload.name) \(count)")
            }
        }
        for upload in Self.collected + Self.streamed(client) {
            let answer = try await Self.send(upload, upload.body, client)
            #expect((200..<300).contains(answer.status), "\(upload.name): \(answer.status) \(answer.code ?? "")")
        }
    }
    @Test func `half an append to a file leaves the file and what waits as they were`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1, 2])
        let before = try await client.storedKeys()
        for (count, declared) in [(0, 3), (2, 3), (40_000, 80_000)] {
            let answer = try await client.ask(
                .dfs,
                .patch,
                "/docs/f",
                "action=append&position=2&flush=true",
                body: client.bytes(count),
                declared: Int64(declared)
            )
            #expect(answer.code == "RequestBodyIncomplete", "\(count): \(answer.status)")
        }
        #expect(try await client.storedKeys() == before)
        #expect(try await client.path(.get, "/docs/f").body == [1, 2])
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=5").code == "InvalidFlushPosition")
    }
}
