// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel
import Store

extension IdentityProvider {
    /// A tenant by its id; nil when the region has none of that id.
    func tenant(_ id: TenantID, _ scope: any Scope) async throws(ServiceError) -> Tenant? {
        try await scope.get(Tenant.self, in: .region, at: Tenant.key(id))
    }
    /// The tenant a verified domain belongs to; nil when it belongs to none.
    func tenant(domain: String, _ scope: any Scope) async throws(ServiceError) -> TenantID? {
        try await scope.get(DomainHome.self, in: .region, at: Tenant.key(domain: domain))?.tenant
    }
    /// The region's only tenant; nil when there are several.
    func soleTenant(_ scope: any Scope) async throws(ServiceError) -> Tenant? {
        let tenants = try await scope.list(Tenant.self, in: .region, under: Key("tenant"), limit: 2)
        return tenants.count == 1 ? tenants.first?.value : nil
    }
    /// The tenant an address names; nil when it leaves that open.
    ///
    /// Throws AADSTS90002 for a tenant that is not there.
    func tenant(_ hint: TenantHint, _ scope: any Scope) async throws(ServiceError) -> Tenant? {
        let found: Tenant?
        let name: String
        switch hint {
        case .adfs, .open: return nil
        case .id(let id):
            name = id.text
            found = try await tenant(id, scope)
        case .domain(let domain):
            name = domain
            if let id = try await tenant(domain: domain, scope) {
                found = try await tenant(id, scope)
            } else {
                found = nil
            }
        }
        guard let found else { throw SignInFault.unknownTenant(name) }
        return found
    }
    /// The face of the region as the client reached it, on whichever of its names: the dispatcher let no other host in.
    func address(_ call: Call) -> String { hostPlan.address(call.request.host) }
    /// The addresses tokens of a tenant may name as their issuer.
    func issuers(_ tenant: TenantID) -> [String] {
        (hostPlan.nameSets.map(\.login) + [hostPlan.domain, hostPlan.primary.portal] + Self.loopback)
            .map { "\(hostPlan.address($0))/\(tenant.text)/" }
    }
    /// Hosts under which a region on this machine serves everything by path.
    static let loopback = ["localhost", "127.0.0.1", "[::1]"]
}

/// What other providers ask the directory.
extension IdentityProvider: PrincipalDirectory {
    package func type(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String? {
        switch try await scope.state(principal)?.kind {
        case .user: "User"
        case .group: "Group"
        case .servicePrincipal: "ServicePrincipal"
        case .application, nil: nil
        }
    }
    package func mayAct(_ principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> Bool {
        guard let state = try await scope.state(principal), state.isEnabled else { return false }
        return state.kind == .user || state.kind == .servicePrincipal
    }
    package func userName(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String? {
        try await scope.object(User.self, principal)?.userPrincipalName
    }
    package func profile(_ scope: some Scope) async throws(ServiceError) -> TenantProfile {
        guard let tenant = try await tenant(scope.tenant, scope) else {
            throw .notFound("TenantNotFound", "The tenant '\(scope.tenant.text)' could not be found.")
        }
        return TenantProfile(displayName: tenant.displayName, domains: tenant.domains)
    }
}
