// SPDX-License-Identifier: Apache-2.0
import Crypto

/// SHA-256 (FIPS 180-4) of bytes at hand.
package enum SHA256Digest {
    /// The size of every digest.
    package static let sizeBytes = 32
    /// The 32-byte digest.
    package static func of(_ bytes: [UInt8]) -> [UInt8] { SHA256.hash(data: bytes).bytes }
    /// The 32-byte digest of a part of a buffer, without copying it.
    package static func of(_ bytes: ArraySlice<UInt8>) -> [UInt8] { SHA256.hash(data: bytes).bytes }
}

/// SHA-256 of bytes that arrive in pieces.
package struct SHA256Hasher: Sendable {
    private var hasher = SHA256()
    /// Starts with no bytes.
    package init() {}
    /// Takes in the next bytes.
    package mutating func update(_ bytes: [UInt8]) { hasher.update(data: bytes) }
    /// Takes in the next bytes, without copying them out of their buffer.
    package mutating func update(_ bytes: ArraySlice<UInt8>) { hasher.update(data: bytes) }
    /// The 32-byte digest of what came so far; more may follow.
    package func finish() -> [UInt8] { hasher.finalize().bytes }
}
