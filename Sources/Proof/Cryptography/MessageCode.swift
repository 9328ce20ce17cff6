// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto
import FoundationEssentials

/// The 32-byte HMAC-SHA256 (RFC 2104) of a message.
package func hmacSHA256(_ message: [UInt8], key: Secret) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key.reveal())))
}

/// Whether `code` is the HMAC-SHA256 of the message, compared in constant time.
package func isValidHMAC(_ code: [UInt8], of message: [UInt8], key: Secret) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: SymmetricKey(data: key.reveal()))
}

/// HMAC-SHA256 under one key, made ready once: for who hashes several messages in every change.
///
/// RFC 2104 §4: the hash function's two states behind the key's block are kept. `HMAC` of Crypto would take every message
/// through code that is generic at run time, which costs more than the hashing. It prints as dots.
package struct MessageCoder: Sendable, CustomStringConvertible, CustomReflectable {
    private let inner: SHA256
    private let outer: SHA256

    package init(_ key: Secret) {
        var block = key.reveal()
        if block.count > SHA256.blockByteCount { block = SHA256Digest.of(block) }
        block += [UInt8](repeating: 0, count: SHA256.blockByteCount - block.count)
        inner = SHA256(behind: block.map { $0 ^ 0x36 })
        outer = SHA256(behind: block.map { $0 ^ 0x5C })
    }
    /// The 32-byte code of a message.
    package func code(of message: [UInt8]) -> [UInt8] {
        var (inner, outer) = (inner, outer)
        unsafe message.withUnsafeBytes { unsafe inner.update(bufferPointer: $0) }
        unsafe inner.finalize().withUnsafeBytes { unsafe outer.update(bufferPointer: $0) }
        return outer.finalize().bytes
    }

    /// Never the key.
    package var description: String { "•••" }
    /// Never the key.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SHA256 {
    /// What has hashed these bytes; more may follow.
    fileprivate init(behind bytes: [UInt8]) {
        self.init()
        unsafe bytes.withUnsafeBytes { unsafe self.update(bufferPointer: $0) }
    }
}

extension Digest {
    /// The bytes at once: as a sequence they come one by one.
    var bytes: [UInt8] { unsafe self.withUnsafeBytes { unsafe Array($0) } }
}
