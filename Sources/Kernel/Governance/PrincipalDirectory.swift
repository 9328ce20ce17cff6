// SPDX-License-Identifier: Apache-2.0
package import Base

/// What a tenant is called, for clients that list it.
package struct TenantProfile: Sendable {
    package var displayName: String
    /// Names users of the tenant sign in under; the first is the default.
    package var domains: [String]
    package init(displayName: String, domains: [String]) {
        self.displayName = displayName
        self.domains = domains
    }
}

/// What other providers may ask the directory.
///
/// Implemented by the identity provider.
package protocol PrincipalDirectory: Sendable {
    /// The provider whose keys it reads.
    static var namespace: String { get }
    /// `User`, `Group` or `ServicePrincipal`; nil when the scope's tenant has no such principal.
    func type(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String?
    /// Whether the principal is a user or a service principal of the scope's tenant whose account is not closed.
    func mayAct(_ principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> Bool
    /// The name a user signs in under; nil when the scope's tenant has no such user.
    func userName(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String?
    /// What the scope's tenant is called.
    func profile(_ scope: some Scope) async throws(ServiceError) -> TenantProfile
}

extension PrincipalDirectory {
    /// The principal's type, looked up in the asker's transaction.
    package func type(of principal: PrincipalID, asking scope: WriteScope) async throws(ServiceError) -> String? {
        try await type(of: principal, scope.narrowed(to: Self.namespace))
    }
    /// Whether the tenant would still have an administrator without this principal: another user or service principal
    /// that may act and is an owner at the tenant root by an assignment of its own.
    ///
    /// Groups do not count: they can be emptied, and nobody could fill them again.
    package func isAdministered(
        without principal: PrincipalID,
        asking scope: WriteScope
    ) async throws(ServiceError) -> Bool {
        let own = scope.narrowed(to: Self.namespace)
        var after: AssignmentMarker?
        repeat {
            let page = try await scope.assignments(
                around: .root,
                below: false,
                after: after,
                limit: Authorizer.assignmentsMax
            )
            for assignment in page where assignment.role == RoleDefinition.owner && assignment.principal != principal {
                if try await mayAct(assignment.principal, own) { return true }
            }
            after =
                page.count < Authorizer.assignmentsMax
                ? nil : page.last.map { AssignmentMarker(scope: ResourceID($0.scope), name: $0.name) }
        } while after != nil
        return false
    }
    /// The same, where the principal is one of these administrators at all.
    package func isLastAdministrator(
        _ principal: PrincipalID,
        asking scope: WriteScope
    ) async throws(ServiceError) -> Bool {
        guard try await mayAct(principal, scope.narrowed(to: Self.namespace)) else { return false }
        let given = try await scope.assignments(of: principal, limit: Authorizer.assignmentsMax)
        guard given.contains(where: { $0.value.role == RoleDefinition.owner && ResourceID($0.value.scope) == .root })
        else { return false }
        return try await !isAdministered(without: principal, asking: scope)
    }
    /// The name a user signs in under, at the asker's version.
    package func userName(of principal: PrincipalID, asking scope: ReadScope) async throws(ServiceError) -> String? {
        try await userName(of: principal, scope.narrowed(to: Self.namespace))
    }
    /// What the tenant is called, at the asker's version.
    package func profile(asking scope: ReadScope) async throws(ServiceError) -> TenantProfile {
        try await profile(scope.narrowed(to: Self.namespace))
    }
}
