// SPDX-License-Identifier: Apache-2.0
package import Base
import CryptoExtras
import JWTKit

/// Checks the signatures of RS256 tokens against a fixed set of keys.
///
/// Lifetimes and audiences are the caller's to judge.
package struct TokenVerifier: Sendable {
    /// The longest token that is read: what fits the gateway's header limit.
    package static let tokenBytesMax = 16 * 1024

    private let algorithms: [String: any JWTAlgorithm]

    /// Holds the keys ready; `badKey` when one of them is not an RSA key of at least 2,048 bits.
    ///
    /// Asynchronous only because the library hands out its algorithms through an actor.
    package init(publicKeys: [TokenPublicKey]) async throws(TokenError) {
        var algorithms: [String: any JWTAlgorithm] = [:]
        do {
            for key in publicKeys {
                let library = try Insecure.RSA.PublicKey(modulus: key.modulus, exponent: key.exponent)
                let algorithm = try await JWTKeyCollection().add(rsa: library, digestAlgorithm: .sha256).getKey()
                algorithms["kid:" + key.keyID] = algorithm
                if let thumbprint = key.thumbprint { algorithms["x5t:" + thumbprint] = algorithm }
            }
        } catch { throw .badKey }
        self.algorithms = algorithms
    }

    /// The claims of a token whose signature is by the key its header names (`kid`, or `x5t` as az sends it).
    package func verify(_ token: String) throws(TokenError) -> JSON {
        guard token.utf8.count <= Self.tokenBytesMax else {
            throw .malformed("a token has at most \(Self.tokenBytesMax) bytes")
        }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else {
            throw .malformed("a token has three base64url parts")
        }
        let header = try Self.object(parts[0], what: "header")
        // RFC 7515 §4.1.11: an extension marked critical that is not understood makes the token invalid.
        guard header["alg"] == .string("RS256"), header["crit"] == nil else {
            throw .malformed("only RS256 without critical extensions is accepted")
        }
        guard let algorithm = algorithm(for: header) else { throw .unknownKey }
        guard (try? algorithm.verify(signature, signs: bytes[..<parts[1].endIndex])) == true else {
            throw .badSignature
        }
        return .object(try Self.object(parts[1], what: "claims"))
    }

    private func algorithm(for header: [String: JSON]) -> (any JWTAlgorithm)? {
        if let keyID = header["kid"]?.string, let found = algorithms["kid:" + keyID] { return found }
        // Azure: clients pad the thumbprint with '=', which RFC 7515 §4.1.7 forbids.
        return header["x5t"]?.string.flatMap { algorithms["x5t:" + $0.prefix { $0 != "=" }] }
    }

    private static func object(_ part: ArraySlice<UInt8>, what: String) throws(TokenError) -> [String: JSON] {
        guard let text = Base64URL.decode(part), let json = try? JSON(parsing: text), case .object(let members) = json
        else { throw .malformed("a token's \(what) is a JSON object") }
        return members
    }
}
