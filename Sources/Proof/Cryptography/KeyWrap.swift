// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto

/// AES key wrap, RFC 3394: a key under a key, without a nonce to keep.
///
/// The result is 8 bytes longer than the key.
package enum KeyWrap {
    /// The wrapped form of `key` (16 bytes or more, a multiple of 8) under `wrapping` (16, 24 or 32 bytes).
    package static func wrap(_ key: Secret, under wrapping: Secret) throws(CryptographyError) -> [UInt8] {
        do {
            return Array(
                try AES.KeyWrap.wrap(
                    SymmetricKey(data: key.reveal()),
                    using: SymmetricKey(data: wrapping.reveal())
                )
            )
        } catch {
            throw .refused("the key cannot be wrapped: its size or that of the wrapping key is not one RFC 3394 takes")
        }
    }
    /// The key that was wrapped; `notAuthentic` when the bytes were changed or wrapped under another key.
    package static func unwrap(_ wrapped: [UInt8], under wrapping: Secret) throws(CryptographyError) -> Secret {
        guard let key = try? AES.KeyWrap.unwrap(wrapped, using: SymmetricKey(data: wrapping.reveal())) else {
            throw .notAuthentic
        }
        return Secret(bytes(of: key))
    }
}
