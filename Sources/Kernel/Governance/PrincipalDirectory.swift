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
    /// What the scope's tenant is called.
    func profile(_ scope: some Scope) async throws(ServiceError) -> TenantProfile
}

extension PrincipalDirectory {
    /// The principal's type, looked up in the asker's transaction.
    package func type(of principal: PrincipalID, asking scope: WriteScope) async throws(ServiceError) -> String? {
        try await type(of: principal, scope.narrowed(to: Self.namespace))
    }
    /// What the tenant is called, at the asker's version.
    package func profile(asking scope: ReadScope) async throws(ServiceError) -> TenantProfile {
        try await profile(scope.narrowed(to: Self.namespace))
    }
}
