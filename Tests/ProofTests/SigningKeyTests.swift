// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Testing

@Suite("Ed25519 keys")
struct SigningKeyTests {
    private let seed = Secret(bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))

    @Test func `public key and signature are those of RFC 8032 §7.1`() throws {
        let key = try SigningKey(seed: seed)
        #expect(key.publicKey.hex == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        let published = bytes(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        )
        #expect(SigningKey.isValid(published, of: [], publicKey: key.publicKey))
        #expect(SigningKey.isValid(try key.sign([]), of: [], publicKey: key.publicKey))
    }
    @Test func `another message, key or signature is not accepted`() throws {
        let key = try SigningKey(seed: seed)
        var signature = try key.sign([1, 2, 3])
        #expect(!SigningKey.isValid(signature, of: [1, 2], publicKey: key.publicKey))
        #expect(!SigningKey.isValid(signature, of: [1, 2, 3], publicKey: [UInt8](repeating: 3, count: 32)))
        #expect(!SigningKey.isValid(signature, of: [1, 2, 3], publicKey: []))
        signature[5] ^= 1
        #expect(!SigningKey.isValid(signature, of: [1, 2, 3], publicKey: key.publicKey))
    }
    @Test func `seeds of another size are refused and keys print as dots`() throws {
        #expect(throws: CryptographyError.wrongSize(of: "an Ed25519 seed", expected: 32, found: 31)) {
            try SigningKey(seed: Secret([UInt8](repeating: 1, count: 31)))
        }
        #expect("\(try SigningKey(seed: seed))" == "•••")
    }
}
