// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Testing

/// A user delegation key as the region gave it, and the signatures a client makes with it.
struct DelegationClient {
    let client: StorageClient
    let key: [String: String]
    private let value: Secret
    private static let parameters = [
        "skoid": "SignedOid", "sktid": "SignedTid", "skt": "SignedStart", "ske": "SignedExpiry", "sks": "SignedService",
        "skv": "SignedVersion",
    ]
    private static let version = "2026-04-06"

    static func ask(
        _ client: StorageClient,
        start: String = "2025-12-31T23:00:00Z",
        expiry: String = "2026-01-02T00:00:00Z"
    ) async throws -> StorageAnswer {
        try await ask(client, "<KeyInfo><Start>\(start)</Start><Expiry>\(expiry)</Expiry></KeyInfo>")
    }
    static func ask(_ client: StorageClient, _ body: String) async throws -> StorageAnswer {
        let query = "restype=service&comp=userdelegationkey"
        return try await client.send(.post, "/", query, body: Array(body.utf8), version: version)
    }

    /// Asks as the signed-in owner.
    init(_ client: StorageClient) async throws {
        var client = client
        client.identity = .bearer
        let answer = try await Self.ask(client)
        #expect(answer.status == 200)
        func field(_ name: String) throws -> String {
            let rest = try #require(answer.text.firstRange(of: "<\(name)>")).upperBound
            return String(answer.text[rest...].prefix { $0 != "<" })
        }
        key = try Self.parameters.mapValues(field)
        value = Secret(try #require([UInt8](base64: try field("Value"))))
        client.identity = .nobody
        self.client = client
    }

    /// A signature over a container (`c`) or a blob (`b`), as azure-storage-blob makes it for this version; `key` replaces
    /// fields of the key after it was given out; `user` is whom it is made for, `bearer` whom access lists bind.
    func signature(
        _ resource: String,
        _ path: String,
        _ permissions: String,
        expiry: String = "2030-01-01T00:00Z",
        user: String = "",
        bearer: String = "",
        key changed: [String: String] = [:]
    ) -> String {
        let key = key.merging(changed) { _, new in new }
        let names = ["skoid", "sktid", "skt", "ske", "sks", "skv"]
        let lines =
            [permissions, "", expiry, "/blob/\(client.account)\(path)"] + names.map { key[$0] ?? "" }
            + ["", bearer, "", "", user, "", "https", Self.version, resource, "", "", "", "", "", "", "", "", ""]
        let sent = key.merging([
            "sp": permissions, "se": expiry, "spr": "https", "sv": Self.version, "sr": resource,
            "sig": hmacSHA256(Array(lines.joined(separator: "\n").utf8), key: value).base64,
        ]) { _, new in new }
        let users = ["sduoid": user, "suoid": bearer].filter { !$0.value.isEmpty }
        let all = sent.merging(users) { own, _ in own }
        return all.map { "\($0)=\($1.percentEncoded())" }.joined(separator: "&")
    }
}
