// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// Signs in the callers of Azure Resource Manager and Microsoft Graph: by bearer token, and by nothing else.
package struct BearerDoorkeeper: Doorkeeper {
    private let tokens: any TokenAuthority
    private let audiences: @Sendable (Request) -> [String]
    private let challenge: String
    /// What the surface calls a missing token: ARM and Graph differ.
    private let missing: String

    /// `audiences` are the resources a token may be for; `challenge` is where clients are sent to sign in.
    package init(
        tokens: any TokenAuthority,
        challenge: String,
        missing: String = "AuthenticationFailed",
        audiences: @escaping @Sendable (Request) -> [String]
    ) {
        self.tokens = tokens
        self.audiences = audiences
        self.challenge = challenge
        self.missing = missing
    }

    package func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        if access == .anyone { return Admission(tenant: KeyRing.regionTenant, caller: .anonymous) }
        let field = request.headers[.authorization] ?? ""
        guard field.lowercased().hasPrefix("bearer "), field.count > 7 else {
            throw ServiceError(
                401,
                missing,
                "Authentication failed. The 'Authorization' header is missing or is not a bearer token.",
                headers: [
                    .wwwAuthenticate:
                        "Bearer authorization_uri=\"\(challenge)\", error=\"invalid_token\", "
                        + "error_description=\"The authentication failed because of missing 'Authorization' header.\""
                ]
            )
        }
        let principal = try await tokens.principal(
            bearer: String(field.dropFirst(7)),
            audiences: audiences(request),
            asking: scope
        )
        return Admission(tenant: principal.tenant, caller: .principal(principal))
    }
}
