// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// `/groups` of Microsoft Graph. Memberships are edges of the kernel's, for rights are worked out from them.
extension IdentityProvider {
    /// Serves `GET /groups`.
    func listGroups(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await list(Group.self, call, scope)
    }
    /// Serves `GET /groups/{group}`.
    func showGroup(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await entityReply(200, call, try await group(call, scope), scope)
    }

    /// Serves `POST /groups`.
    func createGroup(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var body = try GraphBody(call.body, .group)
        guard let nickname = try body.mailNickname() else { throw GraphFault.required("mailNickname", .group) }
        let group = Group(
            id: PrincipalID(scope.entropy.uuid()),
            displayName: try body.requiredText("displayName"),
            mailNickname: nickname,
            description: try body.text("description"),
            visibility: try body.text("visibility"),
            created: scope.now
        )
        guard let mailEnabled = try body.truth("mailEnabled") else { throw GraphFault.required("mailEnabled", .group) }
        guard let securityEnabled = try body.truth("securityEnabled") else {
            throw GraphFault.required("securityEnabled", .group)
        }
        guard !mailEnabled, securityEnabled else {
            throw ServiceError.notImplemented("A group that is not a plain security group")
        }
        try body.nothing("groupTypes", "A group that is not a plain security group")
        let owners = try body.texts("owners@odata.bind", max: Limits.bindingsMax) ?? []
        let members = try body.texts("members@odata.bind", max: Limits.bindingsMax) ?? []
        try body.finish()
        try await scope.insert(group)
        for member in members { try await join(try await referenced(member, scope), group.id, scope) }
        for owner in owners { try await own(group.id, by: try await referenced(owner, scope), scope) }
        if owners.isEmpty, let creator = call.caller.principal?.id { try await own(group.id, by: creator, scope) }
        return try await entityReply(201, call, group, scope)
    }

    /// Serves `PATCH /groups/{group}`.
    func changeGroup(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let old = try await group(call, scope)
        var body = try GraphBody(call.body, .group)
        var new = old
        if let name = try body.changedText("displayName") { new.displayName = name }
        if let name = try body.mailNickname() { new.mailNickname = name }
        if body.has("description") { new.description = try body.text("description") }
        if body.has("visibility") { new.visibility = try body.text("visibility") }
        let members = try body.texts("members@odata.bind", max: Limits.bindingsMax) ?? []
        try body.finish()
        if new != old { try await scope.replace(old, with: new) }
        for member in members { try await join(try await referenced(member, scope), new.id, scope) }
        return Reply(204)
    }

    /// Serves `DELETE /groups/{group}`.
    func deleteGroup(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let group = try await group(call, scope)
        try await scope.erase(group)
        try await removeEdges(of: group.id, scope, caller: call.caller)
        return Reply(204)
    }

    /// Serves `GET /groups/{group}/members`.
    func listMembers(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let group = try await group(call, scope)
        let query = try GraphQuery(call.request.query, .any)
        let after = query.after.flatMap { PrincipalID(bytes: $0.bytes) }
        guard query.after == nil || after != nil else { throw GraphQuery.foreignToken }
        let ids = try await scope.members(of: group.id, after: after, limit: query.top + 1)
        let next = ids.count > query.top ? Key(bytes: ids[query.top - 1].bytes) : nil
        return try await objectsReply(Array(ids.prefix(query.top)), next: next, query, call, scope)
    }
    /// Serves `POST /groups/{group}/members/$ref`.
    func addMember(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let group = try await group(call, scope)
        try await join(try await referenced(try Self.reference(call), scope), group.id, scope)
        return Reply(204)
    }
    /// Serves `DELETE /groups/{group}/members/{member}/$ref`.
    func removeMember(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let group = try await group(call, scope)
        guard let member = PrincipalID(text: call["member"]), try await isMember(member, of: group.id, scope) else {
            throw GraphFault.missing(call["member"])
        }
        try await scope.leave(member, from: group.id)
        return Reply(204)
    }

    private func group(_ call: Call, _ scope: any Scope) async throws(ServiceError) -> Group {
        guard let id = PrincipalID(text: call["group"]), let group = try await scope.object(Group.self, id) else {
            throw GraphFault.missing(call["group"])
        }
        return group
    }
    private func join(_ member: PrincipalID, _ group: PrincipalID, _ scope: WriteScope) async throws(ServiceError) {
        guard member != group else { throw GraphFault.invalid("A group cannot be a member of itself.") }
        guard try await !isMember(member, of: group, scope) else {
            throw GraphFault.invalid(
                "One or more added object references already exist for the following modified properties: 'members'."
            )
        }
        guard try await scope.state(member)?.kind != .application else {
            throw GraphFault.invalid("An application cannot be a member of a group. Add its service principal.")
        }
        try await scope.join(member, to: group)
    }
    private func isMember(
        _ member: PrincipalID,
        of group: PrincipalID,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Bool {
        try await scope.groups(of: member, limit: Limits.groupsMax).contains(group)
    }
}
