// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

struct DelegationJourneyTests {
    private static let reader = "Storage Blob Data Reader"
    private static let contributor = "Storage Blob Data Contributor"

    private func ready(_ roles: String...) async throws -> StorageClient {
        let client = try await StorageClient.ready()
        for role in roles { try await client.assign(role) }
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        return client
    }

    @Test func `a signed-in caller gets a key of its own, the same for the same times`() async throws {
        var client = try await ready()
        client.identity = .bearer
        let answer = try await DelegationClient.ask(client)
        #expect(answer.status == 200 && answer["x-ms-version"] == "2026-04-06")
        for part in [
            "<SignedOid>\(client.region.principal.text)</SignedOid>", "<SignedStart>2025-12-31T23:00:00Z</SignedStart>",
            "<SignedExpiry>2026-01-02T00:00:00Z</SignedExpiry>", "<SignedService>b</SignedService>",
            "<SignedVersion>2026-04-06</SignedVersion>",
        ] { #expect(answer.text.contains(part), "\(part)") }
        #expect(try await DelegationClient.ask(client).body == answer.body)
        #expect(try await DelegationClient.ask(client, expiry: "2026-01-02T00:00:01Z").body != answer.body)
        #expect(try await client.manage(.post, "/regenerateKey", ["keyName": "key1"]).status == 200)
        #expect(try await DelegationClient.ask(client).body == answer.body)
    }

    @Test func `a key is for signed-in callers with the right to one`() async throws {
        var client = try await ready()
        let bySignature = try await client.accountSignature(services: "b")
        let byKey = try await DelegationClient.ask(client)
        #expect(byKey.status == 403 && byKey.code == "AuthenticationFailed")
        client.identity = .nobody
        #expect(try await DelegationClient.ask(client).status == 401)
        let query = "restype=service&comp=userdelegationkey&\(bySignature)"
        let signed = try await client.send(.post, "/", query)
        #expect(signed.status == 403 && signed.code == "AuthenticationFailed", "\(signed.code ?? "")")
        client.identity = .bearer
        try await client.region.unassign("Owner")
        #expect(try await DelegationClient.ask(client).code == "AuthorizationPermissionMismatch")
        try await client.assign("Storage Blob Delegator")
        #expect(try await DelegationClient.ask(client).status == 200)
    }

    @Test(
        arguments: [
            ("2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z", "InvalidXmlNodeValue"),
            ("2025-12-31T23:00:00Z", "2026-01-08T00:00:01Z", "InvalidXmlNodeValue"),
            ("2025-12-24T23:59:59Z", "2026-01-02T00:00:00Z", "InvalidXmlNodeValue"),
            ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", "InvalidXmlNodeValue"),
            ("yesterday", "2026-01-02T00:00:00Z", "InvalidXmlNodeValue"), ("", "", "MissingRequiredXmlNode"),
            ("", "2026-01-08T00:00:00Z", nil), ("2025-12-25T00:00:00Z", "2026-01-01T00:00:01Z", nil),
        ] as [(String, String, String?)]
    )
    func `a key lives up to seven days, and not in the past`(_ start: String, _ expiry: String, _ code: String?)
        async throws
    {
        var client = try await StorageClient.ready()
        client.identity = .bearer
        let answer = try await DelegationClient.ask(client, start: start, expiry: expiry)
        #expect(answer.code == code && answer.status == (code == nil ? 200 : 400))
    }

    @Test func `a body that is no key info is refused`() async throws {
        var client = try await StorageClient.ready()
        client.identity = .bearer
        for body in ["", "<KeyInfo>", "<Other/>", "<KeyInfo><Else>1</Else></KeyInfo>"] {
            #expect(try await DelegationClient.ask(client, body).code == "InvalidXmlDocument", "\(body)")
        }
        func users(_ tenant: String) -> String {
            "<KeyInfo><Expiry>2026-01-02</Expiry><DelegatedUserTid>\(tenant)</DelegatedUserTid></KeyInfo>"
        }
        #expect(try await DelegationClient.ask(client, users("1")).code == "InvalidXmlNodeValue")
        #expect(try await DelegationClient.ask(client, users("99999999-1111-2222-3333-444444444444")).status == 501)
        let own = try #require(try await DelegationClient(client).key["sktid"])
        let answer = try await DelegationClient.ask(client, users(own))
        #expect(answer.text.contains("<SignedDelegatedUserTid>\(own)</SignedDelegatedUserTid>"))
    }

    @Test func `a signature for a user opens for who signs in as that user, and only what it says`() async throws {
        var client = try await ready(Self.reader)
        let delegation = try await DelegationClient(client)
        let signed = delegation.signature("b", "/docs/x", "r", user: client.region.principal.text)
        #expect(try await delegation.client.send(.get, "/docs/x", signed).code == "AuthenticationFailed")
        client.identity = .bearer
        let read = try await client.send(.get, "/docs/x", signed)
        #expect(read.body == [1] && read.caller == client.region.principal.text)
        try await client.assign(Self.contributor)
        #expect(try await client.upload("/docs/x", [2], query: signed).code == "AuthorizationPermissionMismatch")
        let other = delegation.signature("b", "/docs/x", "r", user: "99999999-1111-2222-3333-444444444444")
        #expect(try await client.send(.get, "/docs/x", other).code == "AuthenticationFailed")
        #expect(try await client.send(.get, "/docs/x", "sduoid=x").body == [1])
    }

    @Test func `a signature opens what its letters and its principal's roles both allow`() async throws {
        let client = try await ready(Self.reader)
        let delegation = try await DelegationClient(client)
        let nobody = delegation.client
        let all = delegation.signature("c", "/docs", "racwdl")
        let read = try await nobody.send(.get, "/docs/x", all)
        #expect(read.body == [1] && read.caller == client.region.principal.text)
        #expect(try await nobody.send(.get, "/docs", "restype=container&comp=list&" + all).status == 200)
        #expect(try await nobody.upload("/docs/x", [2], query: all).code == "AuthorizationPermissionMismatch")
        #expect(try await nobody.send(.delete, "/docs/x", all).code == "AuthorizationPermissionMismatch")
        #expect(try await nobody.send(.get, "/", "comp=list&" + all).status == 403)
        try await client.assign(Self.contributor)
        #expect(try await nobody.upload("/docs/x", [2], query: all).status == 201)
        let narrow = delegation.signature("b", "/docs/x", "r")
        #expect(try await nobody.send(.get, "/docs/x", narrow).body == [2])
        #expect(try await nobody.upload("/docs/x", [3], query: narrow).code == "AuthorizationPermissionMismatch")
        #expect(try await nobody.send(.get, "/docs/y", narrow).code == "AuthenticationFailed")
        #expect(try await DelegationClient.ask(nobody).status == 401)
    }

    @Test func `every field of the key is bound, and its times hold whatever the signature says`() async throws {
        let client = try await ready(Self.reader)
        let delegation = try await DelegationClient(client)
        let other = "99999999-1111-2222-3333-444444444444"
        for (name, value) in [
            "skoid": other, "sktid": other, "skt": "2025-12-31T22:59:59Z", "ske": "2026-01-02T00:00:01Z", "sks": "f",
            "skv": "2025-11-05",
        ] {
            let forged = delegation.signature("b", "/docs/x", "r", key: [name: value])
            #expect(try await delegation.client.send(.get, "/docs/x", forged).code == "AuthenticationFailed", "\(name)")
        }
        let signed = delegation.signature("b", "/docs/x", "r")
        client.region.clock.pass(.seconds(86_399))
        #expect(try await delegation.client.send(.get, "/docs/x", signed).status == 200)
        client.region.clock.pass(.seconds(1))
        #expect(try await delegation.client.send(.get, "/docs/x", signed).code == "AuthenticationFailed")
    }

    @Test func `a signature ends with the role, with revocation, and not with the account's keys`() async throws {
        let client = try await ready(Self.reader)
        let delegation = try await DelegationClient(client)
        let signed = delegation.signature("b", "/docs/x", "r")
        try await client.change(["allowSharedKeyAccess": false])
        #expect(try await client.manage(.post, "/regenerateKey", ["keyName": "key1"]).status == 200)
        #expect(try await delegation.client.send(.get, "/docs/x", signed).status == 200)
        try await client.region.unassign(Self.reader)
        #expect(try await delegation.client.send(.get, "/docs/x", signed).code == "AuthorizationPermissionMismatch")
        try await client.assign(Self.reader)
        #expect(try await delegation.client.send(.get, "/docs/x", signed).status == 200)
        #expect(try await client.manage(.post, "/revokeUserDelegationKeys").status == 200)
        #expect(try await delegation.client.send(.get, "/docs/x", signed).code == "AuthenticationFailed")
        let fresh = try await DelegationClient(client).signature("b", "/docs/x", "r")
        #expect(try await delegation.client.send(.get, "/docs/x", fresh).status == 200)
    }

    @Test func `a delegated signature opens the source of a copy, as far as its principal may read`() async throws {
        let client = try await ready(Self.contributor)
        let delegation = try await DelegationClient(client)
        let signed = delegation.signature("b", "/docs/x", "r")
        var bearer = client
        bearer.identity = .bearer
        #expect(try await bearer.copy("/docs/x?" + signed, to: "/docs/copy").status == 202)
        #expect(try await client.send(.get, "/docs/copy").body == [1])
        let narrow = delegation.signature("b", "/docs/x", "w")
        #expect(try await client.copy("/docs/x?" + narrow, to: "/docs/copy").code == "CannotVerifyCopySource")
        try await client.region.unassign(Self.contributor)
        #expect(try await client.copy("/docs/x?" + signed, to: "/docs/copy").code == "CannotVerifyCopySource")
    }

    @Test func `the secret of the keys goes with the account`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.storedKeys() > 0)
        #expect(try await client.manage(.delete, "").status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == 0)
    }
}
