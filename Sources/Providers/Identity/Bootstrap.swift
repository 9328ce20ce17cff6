// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials
package import Kernel
import Store

/// What the making of a tenant gives back, for the credentials file and the first role assignments.
package struct Bootstrapped: Sendable {
    /// The administrator's object id.
    package let administratorId: PrincipalID
    /// The administrator's sign-in name.
    package let userPrincipalName: String
    /// The object id of the first application.
    package let applicationId: PrincipalID
    /// The id it signs in with.
    package let clientId: UUID
    /// What role assignments name.
    package let servicePrincipalId: PrincipalID
}

extension IdentityProvider {
    /// Makes a tenant's directory: the tenant with its domain, an administrator, and an application with a service
    /// principal and a secret; and the region's signing key, where there is none yet.
    ///
    /// The scope is of this provider and of the new tenant, whose `.tenant` domain and the region's `.region` domain
    /// exist already. It gives nobody a role: that is the caller's to do. Throws 409 when the tenant or the domain is
    /// taken, 400 when a name or the password is not acceptable.
    package func bootstrap(
        tenantName: String,
        domainName: String,
        administratorPassword: Secret,
        clientSecret: Secret,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Bootstrapped {
        try await createSigningKey(scope)
        try await createTenant(tenantName, domainName, scope)
        guard let name = UserPrincipalName("admin@\(domainName.lowercased())") else {
            throw .badRequest("InvalidDomainName", "'\(domainName)' cannot be the domain of user names.")
        }
        let administrator = User(
            id: PrincipalID(scope.entropy.uuid()),
            userPrincipalName: name.text,
            displayName: "Administrator",
            mailNickname: "admin",
            accountEnabled: true,
            created: scope.now
        )
        guard PasswordPolicy.accepts(String(decoding: administratorPassword.reveal(), as: UTF8.self)) else {
            throw .badRequest(
                "InvalidPassword",
                "The administrator's password does not comply with the password policy."
            )
        }
        let credential = try await credential(administratorPassword, mustChange: false, scope)
        try await scope.insert(administrator)
        try await scope.put(credential, at: DirectoryKey.credential(administrator.id))
        let application = Application(
            id: PrincipalID(scope.entropy.uuid()),
            appId: scope.entropy.uuid(),
            displayName: "\(tenantName) automation",
            identifierUris: [],
            signInAudience: "AzureADMyOrg",
            created: scope.now,
            settings: [:]
        )
        try await insert(application, scope)
        let principal = ServicePrincipal(
            id: PrincipalID(scope.entropy.uuid()),
            appId: application.appId,
            displayName: application.displayName,
            accountEnabled: true,
            names: [application.appId.lowercaseText],
            tags: [],
            created: scope.now,
            owner: scope.tenant
        )
        try await insert(principal, scope)
        try await keep(clientSecret, of: application.appId, scope)
        try await own(application.id, by: administrator.id, scope)
        return Bootstrapped(
            administratorId: administrator.id,
            userPrincipalName: name.text,
            applicationId: application.id,
            clientId: application.appId,
            servicePrincipalId: principal.id
        )
    }

    private func createTenant(_ name: String, _ domain: String, _ scope: WriteScope) async throws(ServiceError) {
        let domain = domain.lowercased()
        guard try await tenant(scope.tenant, scope) == nil, try await tenant(domain: domain, scope) == nil else {
            throw ServiceError(409, "TenantExists", "The tenant or its domain '\(domain)' exists already.")
        }
        let tenant = Tenant(id: scope.tenant, displayName: name, domains: [domain], created: scope.now)
        try await scope.put(tenant, in: .region, at: Tenant.key(tenant.id))
        try await scope.put(DomainHome(tenant: tenant.id), in: .region, at: Tenant.key(domain: domain))
    }
    /// Enough chance for a plain digest to be as good as a slow hash, whatever alphabet the caller uses.
    private static var chosenSecretCharactersMin: Int { 32 }
    /// Gives the first application the secret the caller chose.
    ///
    /// It lives ten years, for nobody is told when it ends.
    private func keep(_ secret: Secret, of appId: UUID, _ scope: WriteScope) async throws(ServiceError) {
        guard var client = try await scope.get(Client.self, at: Client.key(appId)) else {
            throw .unavailable("the client record of \(appId) is missing")
        }
        let text = String(decoding: secret.reveal(), as: UTF8.self)
        guard text.count >= Self.chosenSecretCharactersMin else {
            throw .badRequest(
                "InvalidClientSecret",
                "A client secret has at least \(Self.chosenSecretCharactersMin) random characters."
            )
        }
        client.credentials.append(
            Self.credential(
                text,
                .application,
                name: "First secret",
                scope.now,
                scope.now + .seconds(5 * Limits.secretSeconds),
                scope
            )
        )
        try await scope.put(client, at: Client.key(appId))
    }
}
