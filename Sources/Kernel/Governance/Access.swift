// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials
package import Store

/// Who has which role where.
package struct RoleAssignment: Stored, Codable, Hashable {
    /// The client's GUID: unique on its scope.
    package var name: String
    package var scope: String
    package var role: UUID
    package var principal: PrincipalID
    /// `User`, `Group`, `ServicePrincipal`.
    package var principalType: String
    package var description: String?
    package var created: Timestamp
    package var createdBy: String
    package init(
        name: String,
        scope: ResourceID,
        role: UUID,
        principal: PrincipalID,
        principalType: String,
        description: String?,
        created: Timestamp,
        createdBy: String
    ) {
        self.name = name
        self.scope = scope.text
        self.role = role
        self.principal = principal
        self.principalType = principalType
        self.description = description
        self.created = created
        self.createdBy = createdBy
    }
}

/// Points from a scope and name to the assignment, which lies under its principal.
struct AssignmentPointer: Stored, Codable { var principal: PrincipalID }
/// An edge of the membership graph, kept here because rights depend on it.
package struct Membership: Stored, Codable {
    package var group: PrincipalID
    package var member: PrincipalID
}
/// Changes with every change of assignments or memberships, so that what was worked out from them can be kept.
struct AccessEpoch: Stored, Codable {
    var value: Int64
    static let isReadOften = true
}

extension Scope {
    /// An assignment by scope and name; nil when there is none.
    package func assignment(_ name: String, at scope: ResourceID) async throws(ServiceError) -> RoleAssignment? {
        let view = kernelView
        guard
            let pointer = try await view.get(
                AssignmentPointer.self,
                at: Key("assignment-at", scope.canonical, name.lowercased())
            )
        else { return nil }
        return try await view.get(
            RoleAssignment.self,
            at: Key("assignment", pointer.principal, scope.canonical, name.lowercased())
        )
    }
    /// Assignments of one principal, not of its groups, at most `limit`.
    package func assignments(
        of principal: PrincipalID,
        after: Key? = nil,
        limit: Int
    ) async throws(ServiceError) -> [Item<RoleAssignment>] {
        try await kernelView.list(
            RoleAssignment.self,
            under: Key("assignment", principal),
            after: after,
            limit: limit
        )
    }
    /// All assignments of the tenant by principal, at most `limit`.
    package func assignments(after: Key? = nil, limit: Int) async throws(ServiceError) -> [Item<RoleAssignment>] {
        try await kernelView.list(RoleAssignment.self, under: Key("assignment"), after: after, limit: limit)
    }
    /// Members of a group, at most `limit`, from behind a member.
    package func members(
        of group: PrincipalID,
        after: PrincipalID? = nil,
        limit: Int
    ) async throws(ServiceError) -> [PrincipalID] {
        try await kernelView.list(
            Membership.self,
            under: Key("members", group),
            after: after.map { Key("members", group, $0) },
            limit: limit
        ).map(\.value.member)
    }
    /// Groups that have the principal as a direct member, at most `limit`.
    package func groups(of member: PrincipalID, limit: Int) async throws(ServiceError) -> [PrincipalID] {
        try await kernelView.list(Membership.self, under: Key("member-of", member), limit: limit).map(\.value.group)
    }
    func accessEpoch() async throws(ServiceError) -> Int64 {
        try await kernelView.get(AccessEpoch.self, at: Key("access-epoch"))?.value ?? 0
    }
}

extension WriteScope {
    /// Gives a role.
    package func put(_ assignment: RoleAssignment) async throws(ServiceError) {
        let scope = ResourceID(assignment.scope).canonical
        let name = assignment.name.lowercased()
        try await kernel.put(assignment, at: Key("assignment", assignment.principal, scope, name))
        try await kernel.put(
            AssignmentPointer(principal: assignment.principal),
            at: Key("assignment-at", scope, name)
        )
        try await accessChanged()
    }
    /// Takes a role away.
    package func remove(_ assignment: RoleAssignment) async throws(ServiceError) {
        let scope = ResourceID(assignment.scope).canonical
        let name = assignment.name.lowercased()
        try await kernel.remove(at: Key("assignment", assignment.principal, scope, name))
        try await kernel.remove(at: Key("assignment-at", scope, name))
        try await accessChanged()
    }
    /// Makes a principal a member of a group.
    package func join(_ member: PrincipalID, to group: PrincipalID) async throws(ServiceError) {
        let edge = Membership(group: group, member: member)
        try await kernel.put(edge, at: Key("members", group, member))
        try await kernel.put(edge, at: Key("member-of", member, group))
        try await accessChanged()
    }
    /// Ends a membership.
    package func leave(_ member: PrincipalID, from group: PrincipalID) async throws(ServiceError) {
        try await kernel.remove(at: Key("members", group, member))
        try await kernel.remove(at: Key("member-of", member, group))
        try await accessChanged()
    }
    /// Everything worked out from assignments, memberships and principals is worked out anew.
    ///
    /// Called by every change above; identity calls it when a principal is disabled or deleted.
    package func accessChanged() async throws(ServiceError) {
        let epoch = try await accessEpoch()
        try await kernel.put(AccessEpoch(value: epoch + 1), at: Key("access-epoch"))
    }
}
