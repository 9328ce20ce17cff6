// SPDX-License-Identifier: Apache-2.0
package import Base

/// The public half of an RSA token key, as a key set publishes it (RFC 7517, RFC 7518 §6.3.1).
package struct TokenPublicKey: Hashable, Sendable {
    /// Names the key in token headers.
    package let keyID: String
    /// Base64url SHA-1 of its certificate without padding, when clients name it by that.
    package let thumbprint: String?
    /// The modulus, base64url, big-endian without leading zeros.
    package let modulus: String
    /// The public exponent, base64url.
    package let exponent: String

    /// Joins a key's parts; nothing is checked until a verifier takes the key.
    package init(keyID: String, thumbprint: String? = nil, modulus: [UInt8], exponent: [UInt8]) {
        self.keyID = keyID
        self.thumbprint = thumbprint
        self.modulus = modulus.drop { $0 == 0 }.base64URL
        self.exponent = exponent.drop { $0 == 0 }.base64URL
    }
    /// Reads one member of a key set; `badKey` unless it is an RSA key with an id.
    package init(jwk: JSON) throws(TokenError) {
        guard jwk["kty"]?.string == "RSA", let keyID = jwk["kid"]?.string,
            let n = jwk["n"]?.string.flatMap({ [UInt8](base64URL: $0) }),
            let e = jwk["e"]?.string.flatMap({ [UInt8](base64URL: $0) })
        else { throw .badKey }
        self.init(keyID: keyID, thumbprint: jwk["x5t"]?.string, modulus: n, exponent: e)
    }
    /// One member of a key set: `kty`, `use`, `alg`, `kid`, `n`, `e` and, where there is one, `x5t`.
    package var jwk: JSON {
        JSON.object([
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": .string(keyID), "n": .string(modulus),
            "e": .string(exponent), "x5t": JSON(thumbprint),
        ]).withoutNulls
    }
    /// The key set document of these keys (RFC 7517 §5).
    package static func keySet(_ keys: [TokenPublicKey]) -> JSON { ["keys": .array(keys.map(\.jwk))] }
}
