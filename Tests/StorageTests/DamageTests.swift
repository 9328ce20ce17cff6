// SPDX-License-Identifier: Apache-2.0
import BytesMemory
import HTTPTypes
import Kernel
import Testing

/// Stored bytes that are not what was written: an error, never other bytes, and nothing that waits for them for ever.
struct DamageTests {
    private static let pieceBytes = 1 << 20

    @Test(arguments: [100_000, 3 * pieceBytes])
    func `damage at the beginning of a blob of any length is answered as an error`(_ length: Int) async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", client.bytes(length)).status == 201)
        for extent in client.region.bytes.extents { client.region.bytes.flip(byte: 0, of: extent) }
        let answer = try await client.send(.get, "/docs/x")
        #expect(answer.status == 500 && answer.code == "InternalError")
        let range = try await client.send(.get, "/docs/x", headers: ["x-ms-range": "bytes=10-\(length - 1)"])
        #expect(range.status == 500)
    }

    @Test func `damage farther on cuts the answer off before it`() async throws {
        let client = try await StorageClient.ready()
        let body = client.bytes(3 * Self.pieceBytes)
        #expect(try await client.upload("/docs/x", body).status == 201)
        let extent = try #require(client.region.bytes.extents.first)
        client.region.bytes.flip(byte: Int64(2 * Self.pieceBytes), of: extent)
        await #expect(throws: ServiceError.self) { try await client.send(.get, "/docs/x") }
        let sound = try await client.send(.get, "/docs/x", headers: ["x-ms-range": "bytes=0-999999"])
        #expect(sound.status == 206 && sound.body == Array(body.prefix(1_000_000)))
    }

    @Test func `a copy of a damaged source ends as failed, and its target can be written again`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        #expect(try await other.upload("/docs/source", client.bytes(200_000)).status == 201)
        for extent in client.region.bytes.extents { client.region.bytes.flip(byte: 0, of: extent) }
        let signature = try await other.signature(container: "docs", permissions: "r")
        let source = "https://\(other.host(of: other.account)):8443/docs/source?\(signature)"
        let begun = try await client.send(.put, "/docs/t", headers: ["x-ms-copy-source": source])
        #expect(begun.status == 202 && begun["x-ms-copy-status"] == "pending")
        try await client.settle()
        let head = try await client.send(.head, "/docs/t")
        #expect(head["x-ms-copy-status"] == "failed")
        #expect(head["x-ms-copy-status-description"]?.hasPrefix("500 InternalError") == true)
        #expect(try await client.upload("/docs/t", [1]).status == 201)
    }
}
