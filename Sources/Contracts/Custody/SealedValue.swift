// SPDX-License-Identifier: Apache-2.0
package import Base
package import Cryptography

/// The stored form of a value: version, nonce, ciphertext and tag.
///
/// The store's key is authenticated with it, so that a value moved to another key does not open.
package enum SealedValue {
    /// The format's version byte.
    package static let version: UInt8 = 1

    /// Seals a value for one store key.
    package static func seal(
        _ plain: [UInt8],
        at key: [UInt8],
        with secret: SealingKey,
        entropy: any Entropy
    ) throws(CryptographyError) -> [UInt8] {
        let nonce = entropy.bytes(SealingKey.nonceBytes)
        var out: [UInt8] = []
        out.reserveCapacity(1 + nonce.count + plain.count + SealingKey.tagBytes)
        out.append(version)
        out += nonce
        try secret.seal(plain[...], nonce: nonce, authenticating: key, appendingTo: &out)
        return out
    }
    /// Opens a value read from one store key.
    package static func open(_ sealed: [UInt8], at key: [UInt8], with secret: SealingKey) throws(CustodyError)
        -> [UInt8]
    {
        guard sealed.first == version, sealed.count >= 1 + SealingKey.nonceBytes + SealingKey.tagBytes else {
            throw .wrongKey("a stored value has format \(sealed.first ?? 0), which this release does not read")
        }
        do {
            return try secret.open(
                sealed[(1 + SealingKey.nonceBytes)...],
                nonce: Array(sealed[1...SealingKey.nonceBytes]),
                authenticating: key
            )
        } catch { throw .wrongKey("a stored value does not open: it was altered, or belongs to another key") }
    }
}
