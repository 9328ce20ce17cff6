// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Storage
import Testing

/// User delegation keys of the Queue service, and the signatures made with them.
struct QueueDelegationTests {
    private static let version = "2026-04-06"

    private func send(
        _ client: StorageClient,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String,
        body: String = "",
        version: String = Self.version
    ) async throws -> StorageAnswer {
        let host = client.host(of: client.account).replacing(".blob.", with: ".queue.")
        return try await client.send(method, path, query, body: Array(body.utf8), host: host, version: version)
    }
    private func ask(_ client: StorageClient, version: String = Self.version) async throws -> StorageAnswer {
        let body = "<KeyInfo><Start>2025-12-31T23:00:00Z</Start><Expiry>2026-01-02T00:00:00Z</Expiry></KeyInfo>"
        let query = "restype=service&comp=userdelegationkey"
        return try await send(client, .post, "/", query, body: body, version: version)
    }
    /// A signature over the queue `jobs`, as azure-storage-queue makes it.
    private func sign(_ client: StorageClient, _ permissions: String, _ answer: StorageAnswer) throws -> String {
        func field(_ name: String) -> String { QueueClient.elements(name, answer.text).first ?? "" }
        let names = ["skoid", "sktid", "skt", "ske", "sks", "skv"]
        let values = ["SignedOid", "SignedTid", "SignedStart", "SignedExpiry", "SignedService", "SignedVersion"].map(
            field
        )
        let expiry = "2030-01-01T00:00:00Z"
        let lines =
            [permissions, "", expiry, "/queue/\(client.account)/jobs"] + values + ["", "", "", "https", Self.version]
        let key = Secret(try #require([UInt8](base64: field("Value"))))
        let own = [
            ("sp", permissions), ("se", expiry), ("spr", "https"), ("sv", Self.version),
            ("sig", hmacSHA256(Array(lines.joined(separator: "\n").utf8), key: key).base64),
        ]
        return (own + zip(names, values)).map { "\($0)=\($1.percentEncoded())" }.joined(separator: "&")
    }

    @Test func `a signed-in caller's key signs for queues, as far as its roles go`() async throws {
        var client = try await QueueClient.ready().storage
        #expect(try await ask(client).status == 403)
        client.identity = .bearer
        #expect(try await ask(client, version: "2020-02-10").code == "InvalidHeaderValue")
        let answer = try await ask(client)
        #expect(answer.status == 200 && answer.text.contains("<SignedService>q</SignedService>"))
        client.identity = .nobody
        let reads = try sign(client, "r", answer)
        #expect(try await send(client, .get, "/jobs/messages", "peekonly=true&\(reads)").status == 403)
        try await client.assign("Storage Queue Data Reader")
        #expect(try await send(client, .get, "/jobs/messages", "peekonly=true&\(reads)").status == 200)
        #expect(try await send(client, .get, "/jobs/messages", reads).status == 403)
        let process = try sign(client, "p", answer)
        #expect(try await send(client, .get, "/jobs/messages", process).status == 403)
        let other = reads.replacing("sks=q", with: "sks=b")
        #expect(try await send(client, .get, "/jobs/messages", "peekonly=true&\(other)").code == "AuthenticationFailed")
        let wider = reads.replacing("sp=r", with: "sp=raup")
        #expect(try await send(client, .get, "/jobs/messages", "peekonly=true&\(wider)").code == "AuthenticationFailed")
    }

    @Test func `a key made for blobs opens no queue`() async throws {
        let client = try await QueueClient.ready().storage
        try await client.assign("Storage Queue Data Reader")
        var bearer = client
        bearer.identity = .bearer
        let answer = try await DelegationClient.ask(bearer)
        #expect(answer.status == 200)
        var stranger = client
        stranger.identity = .nobody
        let reads = try sign(client, "r", answer)
        let refused = try await send(stranger, .get, "/jobs/messages", "peekonly=true&\(reads)")
        #expect(refused.code == "AuthenticationFailed")
    }
}
