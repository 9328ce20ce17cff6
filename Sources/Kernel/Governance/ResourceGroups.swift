// SPDX-License-Identifier: Apache-2.0
package import Base
import Store

/// A resource group.
package struct ResourceGroup: Stored, Codable {
    /// The name with the spelling it was created with.
    package var name: String
    package var location: String
    package var tags: [String: String]
    package var managedBy: String?
    package var created: Timestamp
    package var changed: Timestamp
    /// The saga that deletes it; nil while it lives.
    ///
    /// A group being deleted takes no new resources.
    package var deletion: String?
    package init(name: String, location: String, tags: [String: String], managedBy: String?, now: Timestamp) {
        self.name = name
        self.location = location
        self.tags = tags
        self.managedBy = managedBy
        created = now
        changed = now
    }
}

extension Scope {
    /// A group of the scope's tenant; nil when there is none.
    package func group(_ subscription: SubscriptionID, _ name: String) async throws(ServiceError) -> ResourceGroup? {
        try await kernelView.get(ResourceGroup.self, at: Key("group", subscription, name.lowercased()))
    }
    /// A subscription's groups in order of their lower-case names, at most `limit`, from behind the name `after`.
    package func groups(
        _ subscription: SubscriptionID,
        after: String? = nil,
        limit: Int
    ) async throws(ServiceError) -> [ResourceGroup] {
        try await kernelView.list(
            ResourceGroup.self,
            under: Key("group", subscription),
            after: after.map { Key("group", subscription, $0.lowercased()) },
            limit: limit
        ).map(\.value)
    }
    /// The group, or the error Azure gives: 404 `ResourceGroupNotFound`.
    package func existingGroup(
        _ subscription: SubscriptionID,
        _ name: String
    ) async throws(ServiceError) -> ResourceGroup {
        guard let group = try await group(subscription, name) else {
            throw .notFound("ResourceGroupNotFound", "Resource group '\(name)' could not be found.")
        }
        return group
    }
    /// The kernel's tables, for reading.
    var kernelView: any Scope {
        switch self {
        case let scope as WriteScope: scope.kernel
        case let scope as ReadScope: scope.kernel
        default: preconditionFailure("a scope reads or writes")
        }
    }
}

extension WriteScope {
    /// Makes or changes a group.
    package func put(_ group: ResourceGroup, of subscription: SubscriptionID) async throws(ServiceError) {
        try await kernel.put(group, at: Key("group", subscription, group.name.lowercased()))
    }
    /// Removes a group's record; its resources must be gone.
    package func removeGroup(_ name: String, of subscription: SubscriptionID) async throws(ServiceError) {
        try await kernel.remove(at: Key("group", subscription, name.lowercased()))
    }
}
