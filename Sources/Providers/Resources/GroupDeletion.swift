// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// Deletes a resource group: its resources, some in each commit, then what governs them, then the group itself.
///
/// The group takes nothing new from the commit that began this, so the work ends. Every step begins from what is still
/// there: a crash repeats nothing.
package struct GroupDeletion: Saga {
    package static let kind = "resources.group-deletion"
    package static let frees = true
    let remover: any ResourceRemover

    /// Which group.
    package struct State: Hashable {
        package var subscription: SubscriptionID
        package var group: String

        /// As it is stored with the work.
        package var json: JSON { ["subscription": .string(subscription.text), "group": .string(group)] }
        package init(subscription: SubscriptionID, group: String) {
            self.subscription = subscription
            self.group = group
        }
        /// Reads what `json` wrote; nil for anything else.
        package init?(_ json: JSON) {
            guard let id = json["subscription"]?.string.flatMap({ SubscriptionID(text: $0) }),
                let group = json["group"]?.string
            else { return nil }
            self.init(subscription: id, group: group)
        }
    }

    package func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let work = State(state) else {
            throw ServiceError(
                409,
                "OperationFailed",
                "The deletion cannot go on.",
                detail: "unreadable state of \(Self.kind)"
            )
        }
        guard try await scope.group(work.subscription, work.group) != nil else { return .done(result: nil) }
        let id = ResourceID.group(work.subscription, work.group)
        if try await removeResources(work, scope) { return .again(state) }
        if try await removeGovernance(of: id, scope) { return .again(state) }
        try await scope.removeGroup(work.group, of: work.subscription)
        return .done(result: nil)
    }

    /// Whether it removed any.
    private func removeResources(_ work: State, _ scope: WriteScope) async throws(ServiceError) -> Bool {
        let resources = try await scope.resources(
            work.subscription,
            group: work.group,
            limit: Limits.removedPerStep
        )
        for resource in resources {
            let id = ResourceID(resource.id)
            try await remover.remove(id, scope)
            // A provider that leaves its row would make this work endless.
            guard try await scope.resource(id) == nil else {
                throw ServiceError(
                    409,
                    "ResourceGroupDeletionBlocked",
                    "The resource '\(id.text)' could not be deleted.",
                    detail: "its provider left the index row"
                )
            }
        }
        return !resources.isEmpty
    }
    /// Locks cannot be set since the work began, but assignments outlive their resources.
    ///
    /// Whether there may be more.
    private func removeGovernance(of id: ResourceID, _ scope: WriteScope) async throws(ServiceError) -> Bool {
        var locks = try await scope.locks(at: id, limit: Limits.governancePerStep)
        locks += try await scope.locks(below: id, limit: Limits.governancePerStep)
        for lock in locks { try await scope.removeLock(lock.name, at: ResourceID(lock.scope)) }
        let assignments = try await scope.assignments(
            around: id,
            above: false,
            below: true,
            limit: Limits.governancePerStep
        )
        for assignment in assignments { try await scope.remove(assignment) }
        return locks.count >= Limits.governancePerStep || assignments.count >= Limits.governancePerStep
    }
}
