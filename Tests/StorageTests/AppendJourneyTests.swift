// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

extension StorageClient {
    func create(_ type: String, _ path: String, _ headers: [String: String] = [:]) async throws -> StorageAnswer {
        try await send(.put, path, headers: headers.merging(["x-ms-blob-type": type]) { own, _ in own })
    }
    func append(_ path: String, _ body: [UInt8], _ headers: [String: String] = [:]) async throws -> StorageAnswer {
        try await send(.put, path, "comp=appendblock", headers: headers, body: body)
    }
}

struct AppendJourneyTests {
    @Test func `an append blob grows block by block and goes without a trace`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        #expect(try await client.create("AppendBlob", "/docs/log", ["x-ms-blob-content-type": "a/b"]).status == 201)
        #expect(try await client.send(.get, "/docs/log").body.isEmpty)
        var whole: [UInt8] = []
        for number in 0..<150 {
            let block = client.bytes(number == 70 ? 70_000 : 1 + number)
            let answer = try await client.append("/docs/log", block)
            #expect(answer.status == 201 && answer["x-ms-blob-append-offset"] == String(whole.count))
            #expect(answer["x-ms-blob-committed-block-count"] == String(number + 1))
            #expect(answer["x-ms-content-crc64"] != nil)
            whole += block
        }
        #expect(try await client.send(.get, "/docs/log").body == whole)
        let part = try await client.send(.get, "/docs/log", headers: ["Range": "bytes=1000-60000"])
        #expect(part.body == Array(whole[1000...60_000]))
        let head = try await client.send(.head, "/docs/log")
        #expect(head["x-ms-blob-type"] == "AppendBlob" && head["x-ms-blob-committed-block-count"] == "150")
        #expect(head["Content-Type"] == "a/b" && head.length == Int64(whole.count))
        _ = try await client.send(.delete, "/docs/log")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `a short append blob goes with its delete`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        _ = try await client.create("AppendBlob", "/docs/log")
        for _ in 0..<80 { _ = try await client.append("/docs/log", [1, 2, 3]) }
        _ = try await client.send(.delete, "/docs/log")
        #expect(try await client.storedKeys() == before)
    }

    @Test func `an append is refused where it does not belong`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.append("/docs/log", [1]).code == "BlobNotFound")
        _ = try await client.upload("/docs/block", [1])
        #expect(try await client.append("/docs/block", [1]).code == "InvalidBlobType")
        let full = try await client.send(.put, "/docs/log", headers: ["x-ms-blob-type": "AppendBlob"], body: [1])
        #expect(full.code == "InvalidHeaderValue")
        _ = try await client.create("AppendBlob", "/docs/log")
        #expect(try await client.append("/docs/log", []).code == "InvalidHeaderValue")
        #expect(try await client.append("/docs/log", [1], ["If-Match": "\"0x1\""]).code == "ConditionNotMet")
        let position = "x-ms-blob-condition-appendpos"
        #expect(try await client.append("/docs/log", [1], [position: "0"]).status == 201)
        #expect(try await client.append("/docs/log", [1], [position: "0"]).code == "AppendPositionConditionNotMet")
        let size = ["x-ms-blob-condition-maxsize": "2"]
        #expect(try await client.append("/docs/log", [1, 2], size).code == "MaxBlobSizeConditionNotMet")
        let wrong = ["Content-MD5": [UInt8](repeating: 0, count: 16).base64]
        #expect(try await client.append("/docs/log", [1, 2], wrong).code == "Md5Mismatch")
        #expect(try await client.create("AppendBlob", "/docs/log", ["If-None-Match": "*"]).code == "BlobAlreadyExists")
        #expect(try await client.send(.get, "/docs/log").body == [1])
        let id = "comp=block&blockid=AAAA"
        #expect(try await client.send(.put, "/docs/log", id, body: [1]).code == "InvalidBlobType")
    }

    @Test func `a sealed blob takes no more`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.create("AppendBlob", "/docs/log")
        let wrong = ["x-ms-blob-condition-appendpos": "9"]
        let refused = try await client.send(.put, "/docs/log", "comp=seal", headers: wrong)
        #expect(refused.code == "AppendPositionConditionNotMet")
        #expect(try await client.send(.put, "/docs/log", "comp=seal")["x-ms-blob-sealed"] == "true")
        #expect(try await client.append("/docs/log", [1]).code == "BlobIsSealed")
        #expect(try await client.send(.head, "/docs/log")["x-ms-blob-sealed"] == "true")
        #expect(try await client.send(.put, "/docs/log", "comp=seal").status == 200)
    }

    @Test func `a copy of an append blob grows on its own`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        _ = try await client.create("AppendBlob", "/docs/a")
        for number in 0..<130 { _ = try await client.append("/docs/a", [UInt8(number), 1]) }
        let whole = try await client.send(.get, "/docs/a").body
        #expect(try await client.copy("/docs/a", to: "/docs/b").status == 202)
        _ = try await client.append("/docs/a", [7])
        _ = try await client.append("/docs/b", [8])
        #expect(try await client.send(.get, "/docs/a").body == whole + [7])
        #expect(try await client.send(.get, "/docs/b").body == whole + [8])
        _ = try await client.send(.delete, "/docs/a")
        try await client.settle()
        #expect(try await client.send(.get, "/docs/b").body == whole + [8])
        _ = try await client.send(.delete, "/docs/b")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `appends at the same time all arrive, whole and once`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.create("AppendBlob", "/docs/log")
        await withTaskGroup { group in
            for number in 0..<12 {
                group.addTask {
                    _ = try? await client.append("/docs/log", [UInt8](repeating: UInt8(number), count: 10))
                }
            }
        }
        let body = try await client.send(.get, "/docs/log").body
        let blocks = stride(from: 0, to: body.count, by: 10).map { Array(body[$0..<$0 + 10]) }
        #expect(blocks.allSatisfy { Set($0).count == 1 } && Set(blocks).count == blocks.count)
        #expect(try await client.send(.head, "/docs/log")["x-ms-blob-committed-block-count"] == String(blocks.count))
    }

    @Test func `a signature that may add appends, and does nothing else`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.create("AppendBlob", "/docs/log")
        let token = try await client.signature(container: "docs", permissions: "a")
        var holder = client
        holder.identity = .nobody
        #expect(try await holder.send(.put, "/docs/log", "comp=appendblock&\(token)", body: [1]).status == 201)
        #expect(try await holder.send(.put, "/docs/log", "comp=page&\(token)", body: []).status == 403)
        #expect(try await holder.send(.get, "/docs/log", token).status == 403)
    }
}
