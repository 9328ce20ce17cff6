// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto

/// The 32-byte HMAC-SHA256 (RFC 2104) of a message.
package func hmacSHA256(_ message: [UInt8], key: Secret) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key.reveal())))
}

/// Whether `code` is the HMAC-SHA256 of the message, compared in constant time.
package func isValidHMAC(_ code: [UInt8], of message: [UInt8], key: Secret) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: SymmetricKey(data: key.reveal()))
}
