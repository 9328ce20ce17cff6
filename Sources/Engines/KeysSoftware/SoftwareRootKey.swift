// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography
package import Custody

/// Keeps the root key in a file that only the region's user may read.
///
/// This is where a hardware security module takes over: an engine whose `wrap`, `unwrap` and `derive` call the module
/// replaces this one, and the keys that are wrapped under the root key are wrapped anew; nothing else changes.
package struct SoftwareRootKey: RootKey {
    private let root: Secret

    /// Opens the key of an existing region; refuses a file that is missing, open to others or malformed.
    package init(path: String) throws(CustodyError) { root = try RootKeyFile.read(path) }

    /// Makes the key of a new region in a new durable file of mode 0600; refuses to replace one.
    package static func create(at path: String, entropy: any Entropy) throws(CustodyError) -> SoftwareRootKey {
        try RootKeyFile.create(path, Secret(entropy.bytes(RootKeyFile.keyBytes)))
        return try SoftwareRootKey(path: path)
    }

    package func wrap(_ key: Secret) async throws(CustodyError) -> [UInt8] {
        do { return try KeyWrap.wrap(key, under: root) } catch {
            throw .wrongKey("a key of another size than 32 bytes was to be wrapped")
        }
    }
    package func unwrap(_ wrapped: [UInt8]) async throws(CustodyError) -> Secret {
        do { return try KeyWrap.unwrap(wrapped, under: root) } catch {
            throw .wrongKey(
                "a key does not open under this root key: it was wrapped under another, or altered; use the key file "
                    + "this region was created with"
            )
        }
    }
    package func derive(purpose: String) async throws(CustodyError) -> Secret {
        // One round of HKDF-Expand with SHA-256, RFC 5869 §2.3; the root key is uniform, so it needs no extraction (§3.3).
        Secret(hmacSHA256(Array(purpose.utf8) + [1], key: root))
    }
}
