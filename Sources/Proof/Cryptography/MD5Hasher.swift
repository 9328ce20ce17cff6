// SPDX-License-Identifier: Apache-2.0
import Crypto

/// MD5 of bytes that arrive in pieces: for `Content-MD5` (RFC 1864) only, which guards against accidents, not
/// attackers.
package struct MD5Hasher: Sendable {
    private var hasher = Insecure.MD5()
    /// Starts with no bytes.
    package init() {}
    /// Takes in the next bytes.
    package mutating func update(_ bytes: [UInt8]) { hasher.update(data: bytes) }
    /// Takes in the next bytes, without copying them out of their buffer.
    package mutating func update(_ bytes: ArraySlice<UInt8>) { hasher.update(data: bytes) }
    /// The 16-byte digest of what came so far; more may follow.
    package func finish() -> [UInt8] { hasher.finalize().bytes }
}
