// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// Commits what a sign-in changes besides its answer: a used device code, a wrong password.
///
/// Token grants only look, so that they cost no commit; the few that must leave something behind come here. The kernel's
/// own commit does it, so that the change has its ledger entry like any other.
package protocol SignInChanges: Sendable {
    /// Runs `change` in one commit of this provider for a tenant, with a ledger entry of that operation by the region
    /// itself. `change` may run several times; what it throws is thrown here, and nothing is changed then.
    func commit(
        _ operation: String,
        of tenant: TenantID,
        _ change: @escaping @Sendable (WriteScope) async throws(ServiceError) -> Void
    ) async throws(ServiceError)
    /// A tenant's directory as it is now, whatever version the asker reads.
    func look(at tenant: TenantID) async throws(ServiceError) -> ReadScope
}

/// The kernel's journal as that port.
package struct JournaledSignIns: SignInChanges {
    private let journal: Journal
    package init(_ journal: Journal) { self.journal = journal }
    package func commit(
        _ operation: String,
        of tenant: TenantID,
        _ change: @escaping @Sendable (WriteScope) async throws(ServiceError) -> Void
    ) async throws(ServiceError) {
        let note = ChangeNote(actor: Caller.region("signIn").name, action: operation, operation: operation)
        _ = try await journal.change(note, IdentityProvider.namespace, tenant, change)
    }
    package func look(at tenant: TenantID) async throws(ServiceError) -> ReadScope {
        try await journal.reader(IdentityProvider.namespace, tenant)
    }
}

/// The directory and the sign-in service: Microsoft Entra's wire formats and Microsoft Graph's directory.
///
/// Sign-in: `Discovery`, `TokenGrants` (one file for all grants), `DeviceCodes`, `SignInPage`, `TokenIssuing`,
/// `SigningKeys`, `BearerTokens`. Directory: `Users`, `Groups`, `Applications`, `ServicePrincipals`, `DirectoryObjects`.
/// Decisions without IO are in `Rules/`, what is stored and shown in `Model/`. `Bootstrap` makes a tenant.
package struct IdentityProvider: ResourceProvider {
    package static let namespace = "Microsoft.Directory"
    /// The directory has no ARM resources.
    package static var resourceTypes: [ResourceType<IdentityProvider>] { [] }
    /// The long work it may start, for the region's saga worker.
    package static var sagas: [any Saga] { [PrincipalRemoval()] }

    let hostPlan: HostPlan
    let world: World
    let changes: any SignInChanges
    let audiences: Audiences
    let signingKeys = SigningKeys()
    let verifiedTokens = VerifiedTokens()
    let passwordChecks = PasswordChecks()

    package init(hostPlan: HostPlan, world: World, changes: any SignInChanges) {
        self.hostPlan = hostPlan
        self.world = world
        self.changes = changes
        audiences = Audiences(hostPlan)
    }

    /// Everything the provider does.
    package static var operations: [Operation<IdentityProvider>] { signIn + directory }
}

extension IdentityProvider {
    private static let adfs = Proof.client("az login")
    private static let rooted = Proof.client("az login --service-principal")
    private static let page = Proof.client("az login --use-device-code")

    /// `login.D`: anyone may ask, for this is where they become someone.
    private static var signIn: [Operation<IdentityProvider>] {
        [
            .reads(
                "openIDConfiguration.show",
                .login,
                .get("/{tenant}/v2.0/.well-known/openid-configuration"),
                .anyone,
                residency: .regional,
                proof: rooted,
                Self.showConfiguration
            ),
            .reads(
                "openIDConfiguration.showV1",
                .login,
                .get("/{tenant}/.well-known/openid-configuration"),
                .anyone,
                residency: .regional,
                proof: adfs,
                Self.showOldConfiguration
            ),
            .reads(
                "openIDConfiguration.showAdfs",
                .login,
                .get("/adfs/{tenant}/.well-known/openid-configuration"),
                .anyone,
                residency: .regional,
                proof: .none(because: "only tools that append the tenant to an adfs authority ask"),
                Self.showAdfsConfiguration
            ),
            .reads(
                "openIDConfiguration.showAdfsV2",
                .login,
                .get("/adfs/{tenant}/v2.0/.well-known/openid-configuration"),
                .anyone,
                residency: .regional,
                proof: .client("az login --tenant"),
                Self.showNewAdfsConfiguration
            ),
            .reads(
                "openIDConfiguration.showAdfsOpen",
                .login,
                .get("/adfs/v2.0/.well-known/openid-configuration"),
                .anyone,
                residency: .regional,
                proof: .none(because: "az asks without a version below adfs"),
                Self.showOpenAdfsConfiguration
            ),
            .reads(
                "signingKeys.list",
                .login,
                .get("/{tenant}/discovery/v2.0/keys"),
                .anyone,
                residency: .regional,
                pageMax: Limits.signingKeysMax,
                proof: .none(because: "resource servers read it; az does not"),
                Self.showKeys
            ),
            .reads(
                "signingKeys.listV1",
                .login,
                .get("/{tenant}/discovery/keys"),
                .anyone,
                residency: .regional,
                pageMax: Limits.signingKeysMax,
                proof: .none(because: "resource servers read it; az does not"),
                Self.showKeys
            ),
            .reads(
                "instance.show",
                .login,
                .get("/common/discovery/instance"),
                .anyone,
                residency: .regional,
                proof: .none(because: "clients ask Microsoft's own host unless that is impersonated"),
                Self.showInstance
            ),
            .reads(
                "userRealm.show",
                .login,
                .get("/common/userrealm/{user}"),
                .anyone,
                residency: .regional,
                proof: .client("az login -u"),
                Self.showRealm
            ),
        ] + grants + pages
    }
    /// The token and device-code endpoints in the four address styles: v2, v1, and both below `/adfs/{tenant}`.
    private static var grants: [Operation<IdentityProvider>] {
        let styles = [
            ("", "/{tenant}/oauth2/v2.0", rooted), ("V1", "/{tenant}/oauth2", adfs),
            ("Adfs", "/adfs/{tenant}/oauth2/v2.0", noAdfsTenant), ("AdfsV1", "/adfs/{tenant}/oauth2", noAdfsTenant),
        ]
        return styles.flatMap { style, path, proof -> [Operation<IdentityProvider>] in
            [
                .reads(
                    "token.grant\(style)",
                    .login,
                    .post("\(path)/token"),
                    .anyone,
                    residency: .regional,
                    bodyMax: Limits.formBytesMax,
                    proof: proof,
                    Self.grantToken
                ),
                .writes(
                    "deviceCode.begin\(style)",
                    .login,
                    .post("\(path)/devicecode"),
                    .anyone,
                    residency: .regional,
                    bodyMax: Limits.formBytesMax,
                    proof: proof == noAdfsTenant ? proof : page,
                    Self.beginDeviceSignIn
                ),
                .reads(
                    "authorization.begin\(style)",
                    .login,
                    .get("\(path)/authorize"),
                    .anyone,
                    residency: .regional,
                    proof: .none(because: "sign-in in a browser answers 501"),
                    Self.refuseBrowser
                ),
            ]
        }
    }
    private static let noAdfsTenant = Proof.none(because: "only tools that append the tenant to an adfs authority ask")
    /// Both names clients print for the page.
    private static var pages: [Operation<IdentityProvider>] {
        [("", "/{tenant}/oauth2/deviceauth"), ("Short", "/{tenant}/devicelogin")].flatMap {
            style,
            path -> [Operation<IdentityProvider>] in
            [
                .reads(
                    "signInPage.show\(style)",
                    .login,
                    .get(path),
                    .anyone,
                    residency: .regional,
                    proof: page,
                    Self.showSignInPage
                ),
                .writes(
                    "signInPage.submit\(style)",
                    .login,
                    .post(path),
                    .anyone,
                    residency: .regional,
                    bodyMax: Limits.formBytesMax,
                    proof: page,
                    Self.approveDevice
                ),
            ]
        }
    }
}
