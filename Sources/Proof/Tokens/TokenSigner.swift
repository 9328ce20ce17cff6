// SPDX-License-Identifier: Apache-2.0
package import Base
import CryptoExtras
import JWTKit

/// Signs JSON Web Tokens with RS256 (RFC 7515, RFC 7518 §3.3) under one RSA key that is held ready.
///
/// The header never changes, so it is encoded once; the claims go through no encoder but the house's own.
package struct TokenSigner: Sendable {
    /// The public half, for verifiers and the key set document.
    package let publicKey: TokenPublicKey
    private let algorithm: any JWTAlgorithm
    private let encodedHeader: [UInt8]

    /// Makes a fresh RSA-2048 private key as PKCS #8 PEM.
    ///
    /// It takes some 100 ms of one core.
    package static func generate() throws(TokenError) -> Secret {
        guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048) else { throw .signingFailed }
        return Secret(text: key.pkcs8PEMRepresentation)
    }

    /// Takes a private key (PKCS #1 or PKCS #8 PEM) and the id that token headers name it by; `badKey` when it is none.
    ///
    /// Asynchronous only because the library hands out its algorithms through an actor.
    package init(privateKeyPEM: Secret, keyID: String, thumbprint: String? = nil) async throws(TokenError) {
        do {
            let pem = String(decoding: privateKeyPEM.reveal(), as: UTF8.self)
            let key = try Insecure.RSA.PrivateKey(pem: pem)
            let numbers = try key.publicKey.getKeyPrimitives()
            publicKey = TokenPublicKey(
                keyID: keyID,
                thumbprint: thumbprint,
                modulus: Array(numbers.modulus),
                exponent: Array(numbers.publicExponent)
            )
            algorithm = try await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256).getKey()
        } catch { throw .badKey }
        let header = JSON.object([
            "alg": "RS256", "typ": "JWT", "kid": .string(keyID), "x5t": JSON(thumbprint),
        ])
        encodedHeader = Base64URL.encode(header.withoutNulls.bytes)
    }

    /// The compact form of a signed token with these claims, which must be an object.
    package func sign(claims: JSON) throws(TokenError) -> String {
        guard case .object = claims else { throw .malformed("claims are a JSON object") }
        var token = encodedHeader
        token.append(UInt8(ascii: "."))
        token += Base64URL.encode(claims.bytes)
        guard let signature = try? algorithm.sign(token) else { throw .signingFailed }
        token.append(UInt8(ascii: "."))
        token += Base64URL.encode(signature)
        return String(decoding: token, as: UTF8.self)
    }
}
