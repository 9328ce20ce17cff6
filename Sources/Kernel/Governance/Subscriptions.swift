// SPDX-License-Identifier: Apache-2.0
package import Base
import Store

/// A subscription: what groups and resources belong to, and which places it allows.
package struct Subscription: Stored, Codable {
    package var id: SubscriptionID
    package var tenant: TenantID
    package var displayName: String
    /// Names of the locations resources may be put in; residency is enforced against this list.
    package var allowedLocations: [String]
    package var created: Timestamp
    package static let isReadOften = true
    package init(
        id: SubscriptionID,
        tenant: TenantID,
        displayName: String,
        allowedLocations: [String],
        created: Timestamp
    ) {
        self.id = id
        self.tenant = tenant
        self.displayName = displayName
        self.allowedLocations = allowedLocations
        self.created = created
    }
}

/// The namespace of the kernel's own tables.
let kernelNamespace = "kernel"

extension ReadScope {
    /// The kernel's tables at this version.
    var kernel: ReadScope { narrowed(to: kernelNamespace) }

    /// A subscription by its id, whatever its tenant; nil when there is none.
    package func subscription(_ id: SubscriptionID) async throws(ServiceError) -> Subscription? {
        try await kernel.get(Subscription.self, in: .region, at: Key("subscription", id))
    }
    /// The tenant's subscriptions, at most `limit`.
    package func subscriptions(limit: Int) async throws(ServiceError) -> [Subscription] {
        try await kernel.list(Subscription.self, under: Key("subscription"), limit: limit).map(\.value)
    }
}

extension WriteScope {
    /// The kernel's tables in this transaction.
    var kernel: WriteScope { narrowed(to: kernelNamespace) }

    /// Makes or changes a subscription of the scope's tenant.
    package func put(_ subscription: Subscription) async throws(ServiceError) {
        try await kernel.put(subscription, in: .region, at: Key("subscription", subscription.id))
        try await kernel.put(subscription, at: Key("subscription", subscription.id))
    }
    /// A subscription by its id; nil when there is none.
    package func subscription(_ id: SubscriptionID) async throws(ServiceError) -> Subscription? {
        try await kernel.get(Subscription.self, in: .region, at: Key("subscription", id))
    }
}
