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
/// It prints as dots.
package struct MessageCoder: Sendable, CustomStringConvertible, CustomReflectable {
    private let ready: HMAC<SHA256>

    package init(_ key: Secret) { ready = HMAC(key: SymmetricKey(data: key.reveal())) }
    /// The 32-byte code of a message.
    package func code(of message: [UInt8]) -> [UInt8] {
        var hash = ready
        hash.update(data: message)
        return unsafe hash.finalize().withUnsafeBytes { unsafe Array($0) }
    }

    /// Never the key.
    package var description: String { "•••" }
    /// Never the key.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Digest {
    /// The bytes at once: as a sequence they come one by one.
    var bytes: [UInt8] { unsafe self.withUnsafeBytes { unsafe Array($0) } }
}
