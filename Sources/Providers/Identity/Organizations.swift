// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// `/organization` and `/domains` of Microsoft Graph: the tenant itself.
extension IdentityProvider {
    /// Serves `GET /organization`.
    func listOrganizations(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let query = try GraphQuery(call.request.query, .organization)
        try query.isWhole()
        let members = Self.members(of: try await ownTenant(scope))
        return listReply(call, "organization", [.object(query.project(members, defaults: nil))], next: nil, query)
    }
    /// Serves `GET /organization/{tenant}`.
    func showOrganization(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let tenant = try await ownTenant(scope)
        guard TenantID(text: call["tenant"]) == tenant.id else { throw GraphFault.missing(call["tenant"]) }
        var members = Self.members(of: tenant)
        members["@odata.context"] = .string("\(address(call))/v1.0/$metadata#organization/$entity")
        return .json(200, .object(members))
    }
    /// Serves `GET /domains`.
    func listDomains(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let query = try GraphQuery(call.request.query, .domain)
        try query.isWhole()
        let tenant = try await ownTenant(scope)
        let shown = tenant.domains.map { domain -> JSON in
            [
                "id": .string(domain), "authenticationType": "Managed", "isVerified": true, "isRoot": true,
                "isDefault": .bool(domain == tenant.defaultDomain), "isInitial": .bool(domain == tenant.defaultDomain),
                "isAdminManaged": true, "supportedServices": [],
            ]
        }
        return listReply(call, "domains", shown, next: nil, query)
    }

    private func ownTenant(_ scope: ReadScope) async throws(ServiceError) -> Tenant {
        guard let tenant = try await tenant(scope.tenant, scope) else { throw GraphFault.missing(scope.tenant.text) }
        return tenant
    }
    private static func members(of tenant: Tenant) -> [String: JSON] {
        let domains = tenant.domains.map { domain -> JSON in
            [
                "name": .string(domain), "type": "Managed", "capabilities": "",
                "isDefault": .bool(domain == tenant.defaultDomain), "isInitial": .bool(domain == tenant.defaultDomain),
            ]
        }
        return [
            "id": .string(tenant.id.text), "displayName": .string(tenant.displayName), "tenantType": "AAD",
            "countryLetterCode": "FR", "verifiedDomains": .array(domains), "assignedPlans": [], "provisionedPlans": [],
            "createdDateTime": .string(tenant.created.iso8601Seconds),
        ]
    }
}
