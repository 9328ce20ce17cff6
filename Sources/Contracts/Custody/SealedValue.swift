// SPDX-License-Identifier: Apache-2.0
package import Base
package import Cryptography

/// The stored form of a value: version, salt of the subkey, nonce, ciphertext and tag.
///
/// The store's key is authenticated with it, so that a value moved to another key does not open. Version 1 had no salt:
/// it was sealed under the data key itself.
package enum SealedValue {
    /// The version byte of what is written today.
    package static let version: UInt8 = 2
    private static let versionWithoutSalt: UInt8 = 1

    /// Seals a value for one store key.
    package static func seal(
        _ plain: [UInt8],
        at key: [UInt8],
        with keys: ValueKeys,
        entropy: any Entropy
    ) throws(CryptographyError) -> [UInt8] {
        let (salt, subkey) = keys.next(entropy)
        let nonce = entropy.bytes(SealingKey.nonceBytes)
        var out: [UInt8] = []
        out.reserveCapacity(1 + ValueKeys.saltBytes + nonce.count + plain.count + SealingKey.tagBytes)
        out.append(version)
        out += ValueKeys.bytes(salt)
        out += nonce
        try subkey.seal(plain[...], nonce: nonce, authenticating: key, appendingTo: &out)
        return out
    }
    /// Opens a value read from one store key, in today's version or the earlier one.
    package static func open(_ sealed: [UInt8], at key: [UInt8], with keys: ValueKeys) throws(CustodyError) -> [UInt8] {
        let body = 1 + (sealed.first == version ? ValueKeys.saltBytes : 0)
        guard sealed.first == version || sealed.first == versionWithoutSalt,
            sealed.count >= body + SealingKey.nonceBytes + SealingKey.tagBytes
        else { throw .wrongKey("a stored value has format \(sealed.first ?? 0), which this release does not read") }
        let subkey = body == 1 ? keys.former : keys.key(sealed[1..<body].reduce(0) { $0 << 8 | UInt64($1) })
        do {
            var plain: [UInt8] = []
            try subkey.open(combined: sealed[body...], authenticating: key, appendingTo: &plain)
            return plain
        } catch { throw .wrongKey("a stored value does not open: it was altered, or belongs to another key") }
    }
}
