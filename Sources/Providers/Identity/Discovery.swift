// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Tokens

/// What clients read before they sign anyone in: OpenID Connect Discovery 1.0 §4, RFC 7517, and Entra's own two.
extension IdentityProvider {
    /// Serves `GET /{tenant}/v2.0/.well-known/openid-configuration`.
    func showConfiguration(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await configuration(call, scope, segment: call["tenant"], version: 2)
    }
    /// `GET /{tenant}/.well-known/openid-configuration`, which is also what an `/adfs` authority is asked for.
    func showOldConfiguration(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await configuration(call, scope, segment: call["tenant"], version: 1)
    }
    /// `GET /adfs/{tenant}/.well-known/openid-configuration`, for tools that append the tenant to the authority.
    func showAdfsConfiguration(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let named = try await tenant(TenantHint(call["tenant"]), scope)
        return try await configuration(call, scope, segment: "adfs", of: named, version: 1)
    }
    /// `GET /adfs/{tenant}/v2.0/.well-known/openid-configuration`: az finds the id of a tenant named by its domain in the
    /// issuer.
    func showNewAdfsConfiguration(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let named = try await tenant(TenantHint(call["tenant"]), scope)
        return try await configuration(call, scope, segment: "adfs", of: named, version: 2)
    }
    /// Serves `GET /adfs/v2.0/.well-known/openid-configuration`.
    func showOpenAdfsConfiguration(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await configuration(call, scope, segment: "adfs", version: 2)
    }

    private func configuration(
        _ call: Call,
        _ scope: ReadScope,
        segment: String,
        of tenant: Tenant? = nil,
        version: Int
    ) async throws(ServiceError) -> Reply {
        let hint = TenantHint(segment)
        var known = tenant
        if known == nil { known = try await self.tenant(hint, scope) }
        if known == nil { known = try await soleTenant(scope) }
        let address = self.address(call)
        // The literal placeholder is what Entra's own document for `common` holds.
        let issuerTenant = known?.id.text ?? "{tenantid}"
        // Clients take the first segment of these addresses as the account's realm. For `organizations` the real tenant
        // there saves them a renewal at each sign-in; `adfs` must stay, for it is what tells clients to ask nobody else.
        let realm = hint == .adfs ? "adfs" : known?.id.text ?? segment.lowercased()
        let root = "\(address)/\(realm)"
        let (path, keys, issuer) =
            version == 2
            ? ("oauth2/v2.0", "discovery/v2.0/keys", "\(address)/\(issuerTenant)/v2.0")
            : ("oauth2", "discovery/keys", "\(address)/\(issuerTenant)/")
        let document: JSON = [
            "issuer": .string(issuer), "authorization_endpoint": "\(root)/\(path)/authorize",
            "token_endpoint": "\(root)/\(path)/token", "device_authorization_endpoint": "\(root)/\(path)/devicecode",
            "jwks_uri": "\(root)/\(keys)", "end_session_endpoint": "\(root)/\(path)/logout",
            "response_types_supported": ["code", "id_token"], "response_modes_supported": ["form_post"],
            "grant_types_supported": [
                "client_credentials", "password", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "name", "oid", "preferred_username", "tid", "upn",
                "ver",
            ],
            "cloud_instance_name": .string(hostPlan.domain),
            "msgraph_host": .string(String(hostPlan.address(call.destination.names.graph).dropFirst("https://".count))),
        ]
        return .json(200, document)
    }

    /// Serves `GET …/discovery/keys`.
    func showKeys(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let keys = try await signingKeys.current(scope)
        return .json(200, TokenPublicKey.keySet(keys.published), headers: [.cacheControl: "max-age=3600, public"])
    }

    /// `GET /common/discovery/instance`: whether an authority is one a client may trust.
    ///
    /// Ours are.
    func showInstance(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let asked = call.query("authorization_endpoint") else {
            throw SignInFault.malformed("authorization_endpoint is missing")
        }
        let pieces = asked.split(separator: "/", omittingEmptySubsequences: true)
        let hosts = hostPlan.nameSets.map { String(hostPlan.address($0.login).dropFirst("https://".count)) }
        guard pieces.count >= 3, pieces[0] == "https:", hosts.contains(pieces[1].lowercased()) else {
            throw SignInFault.make(
                400,
                "invalid_instance",
                50_049,
                "Unknown or invalid instance. This region knows \(hosts.joined(separator: ", "))."
            )
        }
        let metadata = hosts.map { host -> JSON in
            ["preferred_network": .string(host), "preferred_cache": .string(host), "aliases": [.string(host)]]
        }
        return .json(
            200,
            [
                "tenant_discovery_endpoint":
                    "https://\(String(pieces[1]))/\(String(pieces[2]))/v2.0/.well-known/openid-configuration",
                "api-version": "1.1", "metadata": .array(metadata),
            ]
        )
    }

    /// `GET /common/userrealm/{user}`: every user's password is kept here, none is sent on to another directory.
    func showRealm(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let domain = UserPrincipalName(call["user"])?.domain ?? ""
        return .json(
            200,
            [
                "ver": "1.0", "account_type": "Managed", "domain_name": .string(domain),
                "cloud_instance_name": .string(hostPlan.domain), "cloud_audience_urn": "urn:federation:lazuli",
            ]
        )
    }

    /// `GET …/authorize`: sign-in in a browser is not built.
    func refuseBrowser(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        throw SignInFault.browserNotBuilt
    }
}
