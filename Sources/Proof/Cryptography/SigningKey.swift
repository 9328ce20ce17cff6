// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto

/// An Ed25519 key (RFC 8032) that signs checkpoints.
///
/// It is not `Codable` and prints as dots.
package struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The size of a seed.
    package static let seedBytes = 32
    private let key: Curve25519.Signing.PrivateKey

    /// Takes a 32-byte seed; any other size is `wrongSize`.
    package init(seed: Secret) throws(CryptographyError) {
        let bytes = seed.reveal()
        guard bytes.count == Self.seedBytes, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else {
            throw .wrongSize(of: "an Ed25519 seed", expected: Self.seedBytes, found: bytes.count)
        }
        self.key = key
    }
    /// The 32 public bytes.
    package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }
    /// The 64-byte signature of a message.
    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        do { return Array(try key.signature(for: message)) } catch { throw .refused("the Ed25519 key did not sign") }
    }
    /// Whether `signature` is by the owner of `publicKey` over the message; false for malformed keys and signatures,
    /// too.
    package static func isValid(_ signature: [UInt8], of message: [UInt8], publicKey: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }

    /// Never the bytes.
    package var description: String { "•••" }
    /// Never the bytes.
    package var debugDescription: String { "•••" }
    /// Never the bytes.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
