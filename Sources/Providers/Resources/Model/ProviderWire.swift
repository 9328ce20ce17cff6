// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// A resource provider and its types (REST: Providers).
///
/// Everything the region has is registered, always.
enum ProviderWire {
    /// Without a subscription: the form of the tenant's list.
    static func json(_ row: ProviderRow, _ subscription: SubscriptionID?) -> JSON {
        let prefix = subscription.map { ResourceID.subscription($0).text } ?? ""
        let places = JSON.array(Location.all.map { .string($0.displayName) })
        return [
            "id": .string("\(prefix)/providers/\(row.namespace)"),
            "namespace": .string(row.namespace),
            "registrationPolicy": "RegistrationFree",
            "registrationState": "Registered",
            "resourceTypes": .array(
                row.types.map { type in
                    [
                        "resourceType": .string(type.name),
                        "locations": row.isPlaced ? places : [],
                        "apiVersions": .array(type.apiVersions.map(JSON.string)),
                        "defaultApiVersion": JSON(type.apiVersions.first),
                        "capabilities": row.isPlaced ? "SupportsTags, SupportsLocation" : "None",
                    ]
                }
            ),
        ]
    }
}
