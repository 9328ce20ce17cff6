// SPDX-License-Identifier: Apache-2.0

/// Why a token or a token key was not accepted.
package enum TokenError: Error, Hashable {
    /// Not a JSON Web Token of the form this house speaks: three parts, RS256, claims in an object.
    case malformed(String)
    /// No configured key has the token's key id or certificate thumbprint.
    case unknownKey
    /// The signature is not by the key that the token names.
    case badSignature
    /// A key's text or numbers are not an RSA key of at least 2,048 bits.
    case badKey
    /// The library could not sign.
    case signingFailed
}
