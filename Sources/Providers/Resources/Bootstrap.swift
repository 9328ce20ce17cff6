// SPDX-License-Identifier: Apache-2.0
package import Base
import FoundationEssentials
package import Kernel

extension ResourcesProvider {
    /// A tenant's first subscription, open to every place of the region, and its first administrators, owners at the
    /// tenant root.
    ///
    /// For the region's first start, in a scope of this provider.
    package func bootstrap(
        subscription name: String,
        tenant: TenantID,
        administrators: [(id: PrincipalID, type: String)],
        _ scope: WriteScope
    ) async throws(ServiceError) -> Subscription {
        let scope = scope.of(tenant)
        let subscription = Subscription(
            id: SubscriptionID(scope.entropy.uuid()),
            tenant: tenant,
            displayName: name,
            allowedLocations: Location.all.map(\.name),
            created: scope.now
        )
        try await scope.put(subscription)
        guard let owner = RoleDefinition.all.first(where: { $0.name == "Owner" }) else {
            preconditionFailure("the built-in roles have an owner")
        }
        for administrator in administrators {
            try await scope.put(
                RoleAssignment(
                    name: scope.entropy.uuid().lowercaseText,
                    scope: .root,
                    role: owner.id,
                    principal: administrator.id,
                    principalType: administrator.type,
                    description: "The tenant's first administrators",
                    created: scope.now,
                    createdBy: Caller.region("bootstrap").name
                )
            )
        }
        return subscription
    }
}
