// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Testing
import Tokens

@Suite("Tokens")
struct TokenTests {
    private let signer: TokenSigner
    private let verifier: TokenVerifier
    private let claims: JSON = ["aud": "https://management.lazuli.test/", "exp": 1_795_285_102, "tid": "é"]

    init() async throws {
        signer = try await TokenSigner(privateKeyPEM: try Self.key.get(), keyID: "k1", thumbprint: "dGh1bWI")
        verifier = try await TokenVerifier(publicKeys: [signer.publicKey])
    }
    /// One key for all tests: making one takes longer than every test together.
    private static let key = Result { try TokenSigner.generate() }

    /// The token with one part replaced.
    private func replacing(_ part: Int, of token: String, with text: String) -> String {
        var parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        parts[part] = text
        return parts.joined(separator: ".")
    }
    private func part(_ json: String) -> String { Array(json.utf8).base64URL }

    @Test func `a signed token gives its claims back and names its key`() throws {
        let token = try signer.sign(claims: claims)
        #expect(try verifier.verify(token) == claims)
        let header = try #require([UInt8](base64URL: token.prefix { $0 != "." }))
        #expect(try JSON(parsing: header) == ["alg": "RS256", "typ": "JWT", "kid": "k1", "x5t": "dGh1bWI"])
    }
    @Test func `the published key is enough to verify`() async throws {
        let published = try JSON(parsing: TokenPublicKey.keySet([signer.publicKey]).bytes)
        let jwk = try #require(published["keys"]?.array?.first)
        #expect(jwk["kty"] == "RSA" && jwk["use"] == "sig" && jwk["kid"] == "k1" && jwk["e"] == "AQAB")
        #expect([UInt8](base64URL: try #require(jwk["n"]?.string))?.count == 256)
        let other = try await TokenVerifier(publicKeys: [TokenPublicKey(jwk: jwk)])
        #expect(try other.verify(try signer.sign(claims: claims)) == claims)
    }
    @Test func `a key may be named by its certificate's thumbprint, padded as az pads it`() async throws {
        let other = try await TokenVerifier(
            publicKeys: [try TokenPublicKey(jwk: renamed(signer.publicKey.jwk))])
        #expect(try other.verify(try signer.sign(claims: claims)) == claims)
    }
    private func renamed(_ jwk: JSON) -> JSON {
        var members = jwk.object ?? [:]
        members["kid"] = "another id"
        return .object(members)
    }
    @Test func `changed claims and signatures are refused`() throws {
        let token = try signer.sign(claims: claims)
        #expect(throws: TokenError.badSignature) {
            try verifier.verify(replacing(1, of: token, with: part(#"{"aud":"x"}"#)))
        }
        #expect(throws: TokenError.badSignature) { try verifier.verify(replacing(2, of: token, with: "AAAA")) }
        #expect(throws: TokenError.badSignature) { try verifier.verify(replacing(2, of: token, with: "")) }
    }
    @Test(
        "headers that ask for anything but RS256 are refused",
        arguments: [
            #"{"alg":"none","kid":"k1"}"#, #"{"alg":"HS256","kid":"k1"}"#, #"{"alg":"rs256","kid":"k1"}"#,
            #"{"kid":"k1"}"#, #"{"alg":"RS256","kid":"k1","crit":["b64"],"b64":false}"#, "[]", "RS256",
        ]
    )
    func headers(header: String) throws {
        let token = replacing(0, of: try signer.sign(claims: claims), with: part(header))
        #expect { try verifier.verify(token) } throws: { error in
            if case .malformed? = error as? TokenError { true } else { false }
        }
    }
    @Test func `a token of an unknown key, or without one, is refused`() async throws {
        let foreign = try await TokenSigner(privateKeyPEM: try TokenSigner.generate(), keyID: "k2")
        let token = try foreign.sign(claims: claims)
        #expect(throws: TokenError.unknownKey) { try verifier.verify(token) }
        #expect(throws: TokenError.unknownKey) {
            try verifier.verify(replacing(0, of: token, with: part(#"{"alg":"RS256"}"#)))
        }
        #expect(throws: TokenError.badSignature) {
            try verifier.verify(replacing(0, of: token, with: part(#"{"alg":"RS256","kid":"k1"}"#)))
        }
    }
    @Test(
        "what is no token is refused",
        arguments: [
            "", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d", "é.é.é", "+.+.+", String(repeating: "a", count: 20_000),
        ]
    )
    func garbage(token: String) {
        #expect { try verifier.verify(token) } throws: { error in
            if case .malformed? = error as? TokenError { true } else { false }
        }
    }
    @Test func `keys that are none are refused`() async {
        await #expect(throws: TokenError.badKey) {
            try await TokenSigner(privateKeyPEM: Secret(text: "x"), keyID: "k")
        }
        await #expect(throws: TokenError.badKey) {
            try await TokenVerifier(publicKeys: [TokenPublicKey(keyID: "k", modulus: [1, 2], exponent: [3])])
        }
        #expect(throws: TokenError.badKey) { try TokenPublicKey(jwk: ["kty": "EC", "kid": "k"]) }
        #expect(throws: TokenError.self) { try signer.sign(claims: "text") }
    }
}
