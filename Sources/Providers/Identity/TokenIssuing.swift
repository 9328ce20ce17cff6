// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import FoundationEssentials
import HTTPTypes
import Kernel
import Tokens

/// Whom a token is for.
enum TokenSubject: Sendable {
    case user(User, credentialStamp: Int64, session: UUID)
    case application(PrincipalID)

    var id: PrincipalID {
        switch self {
        case .user(let user, _, _): user.id
        case .application(let id): id
        }
    }
}

/// Everything an answer of the token endpoint is made from.
struct Issue: Sendable {
    let subject: TokenSubject
    let tenant: TenantID
    let client: UUID
    let scope: RequestedScope
    let wantsClientInfo: Bool
    /// The sign-in service as the client reached it: it becomes the issuer.
    let address: String
    /// The resource a request without one means.
    let graph: String
    let now: Timestamp

    /// The audience exactly as asked for, its trailing slash included: clients compare it.
    var audience: String { scope.resource ?? graph }
    /// RFC 7519 names, Entra's claims of a version 1.0 access token.
    func accessClaims(_ unique: String) -> JSON {
        var claims = common(unique, expires: Limits.accessTokenSeconds)
        claims["aud"] = .string(audience)
        claims["iss"] = .string("\(address)/\(tenant.text)/")
        claims["idp"] = claims["iss"]
        claims["appid"] = .string(client.lowercaseText)
        claims["ver"] = "1.0"
        switch subject {
        case .application(let id):
            claims["idtyp"] = "app"
            claims["appidacr"] = "1"
            claims["sub"] = .string(id.text)
        case .user(let user, _, _):
            claims["idtyp"] = "user"
            claims["appidacr"] = "0"
            claims["amr"] = ["pwd"]
            claims["name"] = .string(user.displayName)
            claims["scp"] = .string(permissions)
            claims["sub"] = .string(pairwise)
            claims["upn"] = .string(user.userPrincipalName)
            claims["unique_name"] = .string(user.userPrincipalName)
        }
        return .object(claims)
    }
    /// OpenID Connect Core §2, with the members az reads: `tid`, `preferred_username`.
    func idClaims(_ unique: String, user: User) -> JSON {
        var claims = common(unique, expires: Limits.accessTokenSeconds)
        claims["aud"] = .string(client.lowercaseText)
        claims["iss"] = .string("\(address)/\(tenant.text)/v2.0")
        claims["name"] = .string(user.displayName)
        claims["preferred_username"] = .string(user.userPrincipalName)
        claims["upn"] = .string(user.userPrincipalName)
        claims["sub"] = .string(pairwise)
        claims["ver"] = "2.0"
        return .object(claims)
    }
    private func common(_ unique: String, expires seconds: Int64) -> [String: JSON] {
        [
            "iat": .integer(now.seconds), "nbf": .integer(now.seconds), "exp": .integer(now.seconds + seconds),
            "oid": .string(subject.id.text), "tid": .string(tenant.text), "uti": .string(unique),
        ]
    }
    /// OpenID Connect Core §8.1: the same user is another subject to each client.
    private var pairwise: String { SHA256Digest.of(subject.id.bytes + tenant.bytes + client.bytes).base64URL }
    private var permissions: String { scope.resource == nil ? "User.Read openid profile email" : "user_impersonation" }
    /// What is granted, in the very words that were asked for, or clients renew their token at every command.
    var grantedScope: String {
        let granted = scope.resource.map { "\($0)/user_impersonation" } ?? "openid profile email \(graph)/User.Read"
        return (scope.words.filter { $0 != granted } + [granted]).joined(separator: " ")
    }
}

extension IdentityProvider {
    /// Signs the tokens and answers with them.
    func answer(_ issue: Issue, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let keys = try await signingKeys.current(scope)
        var members: [String: JSON] = ["token_type": "Bearer"]
        do {
            members["access_token"] = .string(try keys.signer.sign(claims: issue.accessClaims(unique(scope))))
            if case .user(let user, let stamp, let session) = issue.subject {
                if issue.scope.openID {
                    members["id_token"] = .string(
                        try keys.signer.sign(claims: issue.idClaims(unique(scope), user: user))
                    )
                }
                if issue.scope.offline {
                    let grant = RefreshGrant(
                        tenant: issue.tenant,
                        user: user.id,
                        client: issue.client,
                        issued: issue.now,
                        credentialStamp: stamp,
                        session: session
                    )
                    members["refresh_token"] = .string(try grant.sealed(under: keys.sealing, entropy: scope.entropy))
                }
                members["scope"] = .string(issue.grantedScope)
                if KnownClients.isFamily(issue.client) { members["foci"] = "1" }
                if issue.wantsClientInfo {
                    let info: JSON = ["uid": .string(user.id.text), "utid": .string(issue.tenant.text)]
                    members["client_info"] = .string(info.bytes.base64URL)
                }
            }
        } catch let error as ServiceError { throw error } catch { throw .unavailable("signing a token: \(error)") }
        // One second less than the token lives, as Entra says it.
        let seconds = Limits.accessTokenSeconds - 1
        if issue.scope.isVersionOne {
            members["resource"] = .string(issue.audience)
            members["expires_in"] = .string(String(seconds))
            members["ext_expires_in"] = .string(String(seconds))
            members["expires_on"] = .string(String(issue.now.seconds + Limits.accessTokenSeconds))
            members["not_before"] = .string(String(issue.now.seconds))
        } else {
            members["expires_in"] = .integer(seconds)
            members["ext_expires_in"] = .integer(seconds)
        }
        // RFC 6749 §5.1.
        return .json(200, .object(members), headers: [.cacheControl: "no-store"])
    }
    private func unique(_ scope: ReadScope) -> String { scope.entropy.bytes(16).base64URL }
}
