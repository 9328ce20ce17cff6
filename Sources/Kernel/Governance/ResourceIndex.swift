// SPDX-License-Identifier: Apache-2.0
package import Base
import Store

/// What the region knows of any ARM resource, whatever provider keeps it: enough for lists, tags, locks and deletion.
package struct ResourceRecord: Stored, Codable {
    /// The id with the spelling it was created with.
    package var id: String
    package var name: String
    /// Namespace and type: `Microsoft.Storage/storageAccounts`.
    package var type: String
    package var location: String
    package var tags: [String: String]
    package var kind: String?
    /// The `sku` member as the provider shows it.
    package var sku: JSON?
    package var created: Timestamp
    package var changed: Timestamp
    package init(
        id: ResourceID,
        type: String,
        location: String,
        tags: [String: String],
        kind: String?,
        sku: JSON?,
        now: Timestamp
    ) {
        self.id = id.text
        name = id.name
        self.type = type
        self.location = location
        self.tags = tags
        self.kind = kind
        self.sku = sku
        created = now
        changed = now
    }
}

/// Where a page of resources goes on: behind this id.
package struct ResourceMarker: Sendable {
    package let id: ResourceID
    package init(_ id: ResourceID) { self.id = id }
}

extension Scope {
    /// The index row of a resource; nil when there is none.
    package func resource(_ id: ResourceID) async throws(ServiceError) -> ResourceRecord? {
        guard let key = ResourceKey.key(id) else { return nil }
        return try await kernelView.get(ResourceRecord.self, at: key)
    }
    /// A subscription's resources (of one group, when named) by group, type and name, at most `limit`.
    package func resources(
        _ subscription: SubscriptionID,
        group: String? = nil,
        after: ResourceMarker? = nil,
        limit: Int
    ) async throws(ServiceError) -> [ResourceRecord] {
        let prefix = group.map { Key("resource", subscription, $0.lowercased()) } ?? Key("resource", subscription)
        return try await kernelView.list(
            ResourceRecord.self,
            under: prefix,
            after: after.flatMap { ResourceKey.key($0.id) },
            limit: limit
        ).map(\.value)
    }
}

extension WriteScope {
    /// Adds or changes a resource's row.
    ///
    /// The group must exist and not be on its way out: 404, 409.
    package func put(_ resource: ResourceRecord) async throws(ServiceError) {
        let id = ResourceID(resource.id)
        guard let key = ResourceKey.key(id), let subscription = id.subscription, let name = id.group else {
            preconditionFailure("\(resource.id) is not the id of a group's resource")
        }
        guard try await existingGroup(subscription, name).deletion == nil else {
            throw ServiceError(
                409,
                "ResourceGroupBeingDeleted",
                "The resource group '\(name)' is in deprovisioning state and cannot perform this operation."
            )
        }
        try await kernel.put(resource, at: key)
    }
    /// Removes a resource's row, and the role assignments on it and below it, so that a new one of its name begins
    /// without rights of old.
    ///
    /// Assignments beyond `assignmentsMax` refuse the removal: they must be taken away first.
    package func removeResource(_ id: ResourceID) async throws(ServiceError) {
        guard let key = ResourceKey.key(id) else { return }
        let given = try await assignments(around: id, above: false, below: true, limit: Self.assignmentsMax + 1)
        guard given.count <= Self.assignmentsMax else {
            throw ServiceError(
                409,
                "TooManyRoleAssignments",
                "'\(id)' has more than \(Self.assignmentsMax) role assignments; delete some first."
            )
        }
        for assignment in given { try await remove(assignment) }
        try await kernel.remove(at: key)
    }
    /// Leaves room in one commit for the rest of the removal (`Entry.writesMax`).
    private static var assignmentsMax: Int { 200 }
}

enum ResourceKey {
    /// By group, then type, then name: a group's resources are one range.
    static func key(_ id: ResourceID) -> Key? {
        guard let subscription = id.subscription, let group = id.group, let type = id.type else { return nil }
        return Key("resource", subscription, group.lowercased(), type.lowercased(), id.canonical)
    }
}
