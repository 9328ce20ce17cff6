// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography
import FoundationEssentials
import HTTPTypes
package import Kernel
import Synchronization
import Tokens

/// Tokens whose signature was found genuine, by their digest, so that a repeated one costs a hash and two small reads.
final class VerifiedTokens: Sendable {
    /// What a genuine token says.
    struct Claims: Sendable {
        let principal: Principal
        let notBefore: Int64
        let expires: Int64
        let issuer: String
        /// The version of the key set it was found genuine under.
        let keys: Int64
    }
    private let known = Mutex<[[UInt8]: Claims]>([:])

    subscript(digest: [UInt8]) -> Claims? { known.withLock { $0[digest] } }
    func remember(_ claims: Claims, _ digest: [UInt8]) {
        known.withLock { known in
            if known.count >= Limits.verifiedTokensMax { known.removeAll(keepingCapacity: true) }
            known[digest] = claims
        }
    }
}

extension IdentityProvider: TokenAuthority {
    /// See `TokenAuthority`.
    ///
    /// The scope must be of this provider, of any tenant.
    package func principal(
        bearer token: String,
        audiences: [String],
        _ scope: ReadScope
    ) async throws(ServiceError) -> Principal {
        let keys = try await signingKeys.current(scope)
        let digest = SHA256Digest.of(Array(token.utf8))
        let claims: VerifiedTokens.Claims
        if let known = verifiedTokens[digest], known.keys == keys.version {
            claims = known
        } else {
            claims = try verify(token, keys)
            verifiedTokens.remember(claims, digest)
        }
        let principal = claims.principal
        try checkLifetime(claims, scope.now)
        guard audiences.contains(where: { Self.bare($0) == Self.bare(principal.audience) }) else {
            throw refusal(
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for wrong audience or resource '\(principal.audience)'. It should exactly "
                    + "match with one of the allowed audiences '\(audiences.joined(separator: "','"))'.",
                principal.tenant
            )
        }
        guard issuers(principal.tenant).contains(claims.issuer) else {
            throw refusal(
                "InvalidAuthenticationTokenTenant",
                "The access token is from the wrong issuer '\(claims.issuer)'.",
                principal.tenant
            )
        }
        guard try await mayAct(principal.id, scope.of(principal.tenant)) else {
            throw refusal(
                "InvalidAuthenticationToken",
                "The token's principal was deleted or disabled. Sign in again.",
                principal.tenant
            )
        }
        return principal
    }
    /// See `TokenAuthority`.
    package func mayAct(_ principal: PrincipalID, _ scope: ReadScope) async throws(ServiceError) -> Bool {
        guard let state = try await scope.get(ObjectState.self, at: DirectoryKey.state(principal)) else { return false }
        return state.isEnabled && (state.kind == .user || state.kind == .servicePrincipal)
    }

    private func verify(_ token: String, _ keys: SigningKeys.Prepared) throws(ServiceError) -> VerifiedTokens.Claims {
        let json: JSON
        do { json = try keys.verifier.verify(token) } catch {
            let why =
                switch error {
                case .malformed: "The access token is malformed."
                case .unknownKey: "The access token is signed by a key this region does not know."
                case .badSignature: "The access token's signature is invalid."
                case .badKey, .signingFailed: "The access token is invalid."
                }
            throw refusal("InvalidAuthenticationToken", why, nil)
        }
        guard let id = json["oid"]?.string.flatMap({ PrincipalID(text: $0) }),
            let tenant = json["tid"]?.string.flatMap({ TenantID(text: $0) }), let audience = json["aud"]?.string,
            let issuer = json["iss"]?.string, let notBefore = json["nbf"]?.integer, let expires = json["exp"]?.integer,
            // An id token of ours is signed by the same keys and is no access token.
            json["idtyp"]?.string != nil
        else {
            throw refusal("InvalidAuthenticationToken", "The access token lacks claims: it is no access token.", nil)
        }
        let principal = Principal(
            id: id,
            tenant: tenant,
            application: json["appid"]?.string.flatMap { UUID(uuidString: $0) },
            userPrincipalName: json["upn"]?.string,
            audience: audience
        )
        return VerifiedTokens.Claims(
            principal: principal,
            notBefore: notBefore,
            expires: expires,
            issuer: issuer,
            keys: keys.version
        )
    }
    private func checkLifetime(_ claims: VerifiedTokens.Claims, _ now: Timestamp) throws(ServiceError) {
        guard now.seconds < claims.expires + Limits.clockSkewSeconds else {
            throw refusal(
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time '\(Timestamp(seconds: claims.expires).iso8601Seconds)' is earlier than current "
                    + "UTC time '\(now.iso8601Seconds)'.",
                claims.principal.tenant
            )
        }
        guard claims.notBefore <= now.seconds + Limits.clockSkewSeconds else {
            throw refusal("InvalidAuthenticationToken", "The access token is not valid yet.", claims.principal.tenant)
        }
    }

    /// The 401 with its challenge: RFC 6750 §3, with the address azure clients read.
    private func refusal(_ code: String, _ message: String, _ tenant: TenantID?) -> ServiceError {
        let authority = "\(hostPlan.address(hostPlan.primary.login))/\(tenant?.text ?? "common")"
        let challenge =
            "Bearer authorization_uri=\"\(authority)\", error=\"invalid_token\", error_description=\"\(Self.quotable(message))\""
        return ServiceError(401, code, message, headers: [.wwwAuthenticate: challenge])
    }
    /// Fit for a quoted string of a header: a token's own claims may hold anything.
    private static func quotable(_ text: String) -> String {
        String(
            text.unicodeScalars.map {
                $0.isASCII && $0.value >= 32 && $0 != "\"" && $0 != "\\" && $0.value < 127 ? Character($0) : " "
            }
        )
    }
    private static func bare(_ audience: String) -> Substring {
        var audience = audience[...]
        while audience.hasSuffix("/") { audience = audience.dropLast() }
        return audience
    }
}
