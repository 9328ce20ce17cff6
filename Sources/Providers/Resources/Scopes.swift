// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// What a `{scope*}` names, found to exist.
enum ScopeTarget {
    case root
    case subscription(Subscription)
    case group(SubscriptionID, ResourceGroup)
    /// A resource of the index, or a child that only its provider knows; `id` names which.
    case resource(ResourceRecord, id: ResourceID)

    /// The scope's id, spelled as what it names was created.
    var id: ResourceID {
        switch self {
        case .root: .root
        case .subscription(let subscription): .subscription(subscription.id)
        case .group(let subscription, let group): .group(subscription, group.name)
        case .resource(_, let id): id
        }
    }
}

extension Call {
    /// What `{scope*}` took; empty for the tenant root.
    var scope: String { parameters["scope"] ?? "" }
}

extension ResourcesProvider {
    /// The subscription of the route, of the caller's tenant: 400 when it is no id, 404 when there is none.
    func subscription(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> Subscription {
        try await subscription(named: call["subscription"], scope)
    }
    /// What a scope's text names; 404 in Azure's words when it is not there.
    func target(_ text: String, _ scope: some Scope) async throws(ServiceError) -> ScopeTarget {
        let id = ResourceID(text)
        let parts = id.segments
        if parts.isEmpty { return .root }
        guard parts[0].lowercased() == "subscriptions", parts.count >= 2 else { throw Self.noScope(id) }
        let subscription = try await subscription(named: String(parts[1]), scope)
        if parts.count == 2 { return .subscription(subscription) }
        guard parts.count >= 4, parts[2].lowercased() == "resourcegroups" else { throw Self.noScope(id) }
        let group = try await scope.existingGroup(subscription.id, String(parts[3]))
        if parts.count == 4 { return .group(subscription.id, group) }
        guard parts.count >= 8, parts[4].lowercased() == "providers" else { throw Self.noScope(id) }
        // Children of a resource, such as a blob container, are known to their provider alone: the parent answers.
        let parent = ResourceID(parts.prefix(8).joined(separator: "/"))
        guard let record = try await scope.resource(parent) else {
            throw .notFound(
                "ResourceNotFound",
                "The Resource '\(parts[5])/\(parts[6])/\(parts[7])' under resource group '\(group.name)' was not found."
            )
        }
        let child = parts.dropFirst(8).joined(separator: "/")
        return .resource(record, id: child.isEmpty ? ResourceID(record.id) : ResourceID(record.id).appending(child))
    }
    /// The same for a change: 409 while the group is on its way out, so that nothing is left behind in it.
    func changeableTarget(_ text: String, _ scope: WriteScope) async throws(ServiceError) -> ScopeTarget {
        let target = try await target(text, scope)
        if let subscription = target.id.subscription, let name = target.id.group {
            let group = try await scope.existingGroup(subscription, name)
            if try await isBeingDeleted(group, scope) { throw Self.beingDeleted(group.name) }
        }
        return target
    }

    static func beingDeleted(_ group: String) -> ServiceError {
        ServiceError(
            409,
            "ResourceGroupBeingDeleted",
            "The resource group '\(group)' is in deprovisioning state and cannot perform this operation."
        )
    }
    static func noScope(_ id: ResourceID) -> ServiceError {
        .notFound("InvalidScope", "The scope '\(id.text.prefix(300))' names nothing that exists.")
    }

    private func subscription(named text: String, _ scope: some Scope) async throws(ServiceError) -> Subscription {
        guard let id = SubscriptionID(text: text) else {
            throw .badRequest(
                "InvalidSubscriptionId",
                "The provided subscription identifier '\(text.prefix(64))' is malformed or invalid."
            )
        }
        let found =
            switch scope {
            case let scope as ReadScope: try await scope.subscription(id)
            case let scope as WriteScope: try await scope.subscription(id)
            default: preconditionFailure("a scope reads or writes")
            }
        guard let found, found.tenant == scope.tenant else {
            throw .notFound("SubscriptionNotFound", "The subscription '\(id.text)' could not be found.")
        }
        return found
    }
}
