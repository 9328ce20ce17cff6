// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import FoundationEssentials
import Identity
import Kernel
import Testing

@Suite struct SigningKeySetTests {
    private let start = Timestamp(seconds: 1_800_000_000)
    private func day(_ count: Int64) -> Timestamp { start + .seconds(count * 86_400) }
    private func key(_ id: String, _ created: Timestamp) -> SigningKeySet.SigningKey {
        SigningKeySet.SigningKey(id: id, privateKey: Secret(text: "pem \(id)"), created: created)
    }
    private var first: SigningKeySet {
        SigningKeySet(version: 1, keys: [key("a", start)], sealingSecret: Secret([1, 2, 3]))
    }

    @Test func `a key signs for ninety days`() {
        #expect(!first.isDue(at: day(89)))
        #expect(first.isDue(at: day(90)))
    }

    @Test func `a retired key stays published until its last token and a day more are over`() {
        let rotated = first.rotated(adding: key("b", day(90)), at: day(90))
        #expect(rotated.version == 2)
        #expect(rotated.keys.map(\.id) == ["a", "b"])
        #expect(!rotated.isDue(at: day(91)))
        let soon = day(91) + .seconds(3_599)
        #expect(rotated.withoutOutdated(at: soon).keys.count == 2)
        #expect(rotated.withoutOutdated(at: soon + .seconds(1)).keys.map(\.id) == ["b"])
    }

    @Test func `hasty rotations never publish more than four keys`() {
        var set = first
        for round in 0..<6 { set = set.rotated(adding: key("k\(round)", start), at: start) }
        #expect(set.keys.map(\.id) == ["k2", "k3", "k4", "k5"])
    }

    @Test func `it is read back as it was stored`() throws {
        let rotated = first.rotated(adding: key("b", day(90)), at: day(90))
        let read = try SigningKeySet(storedBody: try rotated.storedBody()[...], format: 1)
        #expect(read.version == 2)
        #expect(read.keys.map(\.id) == ["a", "b"])
        #expect(read.keys.map(\.retired) == [day(90), nil])
        #expect(read.keys[0].privateKey.matches(Array("pem a".utf8)))
        #expect(read.sealingSecret.matches([1, 2, 3]))
    }
}

@Suite struct RefreshGrantTests {
    private let key = SealingKey.derive(from: Secret(text: "a secret of the region"), salt: [], info: "test")
    private let grant = RefreshGrant(
        tenant: TenantID(UUID(uuid: (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))),
        user: PrincipalID(UUID(uuid: (2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2))),
        client: UUID(uuid: (3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3)),
        issued: Timestamp(seconds: 1_800_000_000),
        credentialStamp: 7,
        session: UUID(uuid: (4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4))
    )

    @Test func `a token says what was sealed in it and shows nothing of it`() throws {
        let token = try grant.sealed(under: key, entropy: SystemEntropy())
        #expect(RefreshGrant(token, under: key) == grant)
        #expect(try grant.sealed(under: key, entropy: SystemEntropy()) != token)
        let bytes = try #require([UInt8](base64URL: token.dropFirst(2)))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("tenant"))
    }

    @Test func `a token with any byte changed, or of another region, is none`() throws {
        let token = try grant.sealed(under: key, entropy: SystemEntropy())
        let bytes = try #require([UInt8](base64URL: token.dropFirst(2)))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(RefreshGrant("0." + changed.base64URL, under: key) == nil, "byte \(index)")
        }
        let other = SealingKey.derive(from: Secret(text: "another region"), salt: [], info: "test")
        #expect(RefreshGrant(token, under: other) == nil)
        for text in ["", "0.", "0.AAAA", "1." + token.dropFirst(2), String(token.dropLast(4)), token + "AAAA"] {
            #expect(RefreshGrant(text, under: key) == nil)
        }
    }

    @Test func `it lasts ninety days`() {
        #expect(!grant.isExpired(at: grant.issued + .seconds(90 * 86_400)))
        #expect(grant.isExpired(at: grant.issued + .seconds(90 * 86_400 + 1)))
    }
}
