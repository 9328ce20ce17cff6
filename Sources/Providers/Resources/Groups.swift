// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension ResourcesProvider {
    static let groupRead = "Microsoft.Resources/subscriptions/resourceGroups/read"

    /// The subscription's groups that the caller may read, by name.
    func listGroups(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope)
        let page = try Page(call, max: Limits.pageMax)
        let filter = try FilterParser.parse(call.query("$filter"), fields: ["tagname", "tagvalue", "name", "location"])
        let seesAll = try await access.allows(
            Self.groupRead,
            at: .subscription(subscription.id),
            caller: call.caller,
            scope: scope
        )
        let (groups, next) = try await Listing.fill(
            page,
            read: { after, limit async throws(ServiceError) in
                try await scope.groups(subscription.id, after: after, limit: limit)
            },
            marker: \.name,
            takes: { group async throws(ServiceError) in
                let wanted = filter?.holds(tags: group.tags) { $0 == "name" ? group.name : group.location } ?? true
                guard wanted, !seesAll else { return wanted }
                return try await access.allows(
                    Self.groupRead,
                    at: .group(subscription.id, group.name),
                    caller: call.caller,
                    scope: scope
                )
            }
        )
        return Page.reply(groups.map { GroupWire.json($0, of: subscription.id) }, call, hostPlan, after: next)
    }
    func showGroup(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await subscription(call, scope)
        let group = try await scope.existingGroup(subscription.id, call["group"])
        return .json(200, GroupWire.json(group, of: subscription.id))
    }
    func checkGroup(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await subscription(call, scope)
        _ = try await scope.existingGroup(subscription.id, call["group"])
        return Reply(204)
    }

    func putGroup(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let subscription = try await subscription(call, scope)
        let name = call["group"]
        try GroupName.check(name)
        let body = try GroupBody(try call.json(), of: .group(subscription.id, name))
        let location = try Self.location(body.members)
        let tags = try TagRules.read(body.members["tags"]) ?? [:]
        guard var group = try await scope.group(subscription.id, name) else {
            let group = ResourceGroup(
                name: name,
                location: location.name,
                tags: tags,
                managedBy: body.managedBy,
                now: scope.now
            )
            try await scope.put(group, of: subscription.id)
            return .json(201, GroupWire.json(group, of: subscription.id))
        }
        guard group.location == location.name else { throw Self.moved(group, to: location.name) }
        group.tags = tags
        group.managedBy = body.managedBy ?? group.managedBy
        return try await save(&group, of: subscription.id, scope)
    }
    func patchGroup(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let subscription = try await subscription(call, scope)
        var group = try await scope.existingGroup(subscription.id, call["group"])
        let body = try GroupBody(try call.json(), of: .group(subscription.id, group.name))
        if let text = body.members["location"]?.string, Location.named(text)?.name != group.location {
            throw Self.moved(group, to: text)
        }
        if let tags = try TagRules.read(body.members["tags"]) { group.tags = tags }
        group.managedBy = body.managedBy ?? group.managedBy
        return try await save(&group, of: subscription.id, scope)
    }

    /// Begins the deletion of the group and all within; asked again meanwhile, it answers with the work under way.
    func deleteGroup(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let subscription = try await subscription(call, scope)
        var group = try await scope.existingGroup(subscription.id, call["group"])
        if let work = group.deletion, try await isBeingDeleted(group, scope) {
            return Reply(202, pending: PendingWork(id: work, whenDone: 200))
        }
        let id = ResourceID.group(subscription.id, group.name)
        var locks = try await scope.locks(below: id, limit: 1)
        for holder in id.lineage { locks += try await scope.locks(at: holder, limit: 1) }
        if let lock = locks.first {
            throw ServiceError(
                409,
                "ScopeLocked",
                "The scope '\(id.text)' cannot perform delete operation because following scope(s) are locked: "
                    + "'\(lock.scope)'. Please remove the lock and try again."
            )
        }
        let state = GroupDeletion.State(subscription: subscription.id, group: group.name)
        let work = try await scope.start(GroupDeletion.self, state.json, caller: call.caller)
        group.deletion = work
        try await scope.put(group, of: subscription.id)
        return Reply(202, pending: PendingWork(id: work, whenDone: 200))
    }

    /// Whether the group's deletion goes on.
    ///
    /// One that failed leaves the group to be used, or deleted again.
    func isBeingDeleted(_ group: ResourceGroup, _ scope: WriteScope) async throws(ServiceError) -> Bool {
        guard let work = group.deletion else { return false }
        return try await scope.saga(work)?.status == .inProgress
    }
    private func save(
        _ group: inout ResourceGroup,
        of subscription: SubscriptionID,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        if try await isBeingDeleted(group, scope) { throw Self.beingDeleted(group.name) }
        group.deletion = nil
        group.changed = scope.now
        try await scope.put(group, of: subscription)
        return .json(200, GroupWire.json(group, of: subscription))
    }
    /// A group stays where it was made.
    private static func moved(_ group: ResourceGroup, to location: String) -> ServiceError {
        ServiceError(
            409,
            "InvalidResourceGroupLocation",
            "Invalid resource group location '\(location.prefix(64))'. The Resource group already exists in location "
                + "'\(group.location)'."
        )
    }
    /// That it is a place of the region, and one the subscription allows, the dispatcher has seen to.
    private static func location(_ body: JSON) throws(ServiceError) -> Location {
        guard let location = body["location"]?.string.flatMap({ Location.named($0) }) else {
            throw .badRequest("LocationRequired", "The location property is required for this definition.")
        }
        return location
    }
}
