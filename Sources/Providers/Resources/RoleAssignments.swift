// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

extension ResourcesProvider {
    /// Assignments above, on and below a scope.
    ///
    /// Filters: `atScope()` leaves out those below, `principalId eq` takes one principal's own, `assignedTo()` also
    /// those of its groups.
    func listRoleAssignments(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope).id
        let query = try AssignmentQuery(call.query("$filter"))
        let page = try Page(call, max: Limits.assignmentsPageMax)
        if let marker = page.marker, AssignmentQuery.marker(marker) == nil { throw Page.foreignToken }
        if let principal = query.assignedTo {
            let given = try await access.assignments(for: principal, scope).filter { query.takes($0, at: target) }
            return Page.reply(given.map { AuthorizationWire.json($0, askedAt: target) }, call, hostPlan, after: nil)
        }
        let (assignments, next) = try await Listing.fill(
            page,
            read: { after, limit async throws(ServiceError) in
                try await scope.assignments(
                    around: target,
                    below: !query.atScope,
                    after: after.flatMap(AssignmentQuery.marker),
                    limit: limit
                )
            },
            marker: AssignmentQuery.text,
            takes: { query.takes($0, at: target) }
        )
        return Page.reply(assignments.map { AuthorizationWire.json($0, askedAt: target) }, call, hostPlan, after: next)
    }
    func showRoleAssignment(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope).id
        guard let assignment = try await scope.assignment(call["name"], at: target) else {
            throw .notFound(
                "RoleAssignmentNotFound",
                "The role assignment '\(call["name"].prefix(100))' is not found."
            )
        }
        return .json(200, AuthorizationWire.json(assignment, askedAt: target))
    }

    /// Gives a role.
    ///
    /// Only the description of an assignment can change later.
    func putRoleAssignment(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        guard let name = UUID(uuidString: call["name"])?.lowercaseText else {
            throw .badRequest(
                "InvalidRoleAssignmentId",
                "The role assignment ID '\(call["name"].prefix(100))' is not valid. The role assignment ID must be a "
                    + "GUID."
            )
        }
        let target = try await changeableTarget(call.scope, scope).id
        let request = try AssignmentRequest(try call.json()["properties"])
        if var known = try await scope.assignment(name, at: target) {
            guard known.principal == request.principal, known.role == request.role else {
                throw ServiceError(
                    409,
                    "RoleAssignmentUpdateNotPermitted",
                    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
                )
            }
            try Self.match(request, known.principalType)
            known.description = request.description
            try await scope.put(known)
            return .json(200, AuthorizationWire.json(known, askedAt: target))
        }
        if let same = try await existing(request, at: target, scope) {
            throw ServiceError(
                409,
                "RoleAssignmentExists",
                "The role assignment already exists. The ID of the existing role assignment is "
                    + "\(same.name.filter { $0 != "-" })."
            )
        }
        let assignment = RoleAssignment(
            name: name,
            scope: target,
            role: request.role,
            principal: request.principal,
            principalType: try await type(of: request, scope),
            description: request.description,
            created: scope.now,
            createdBy: call.caller.name
        )
        try await scope.put(assignment)
        return .json(201, AuthorizationWire.json(assignment, askedAt: target))
    }
    func deleteRoleAssignment(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope).id
        guard let assignment = try await scope.assignment(call["name"], at: target) else { return Reply(204) }
        if assignment.role == RoleDefinition.owner, target == .root,
            try await directory.isLastAdministrator(assignment.principal, asking: scope)
        {
            throw ServiceError(
                412,
                "CannotDeleteLastRbacAdminAssignment",
                "Cannot delete the last RBAC admin assignment. Make another user or service principal an owner at the "
                    + "scope '/' first."
            )
        }
        try await scope.remove(assignment)
        return .json(200, AuthorizationWire.json(assignment, askedAt: target))
    }

    /// An assignment that gives the same role to the same principal on the same scope.
    private func existing(
        _ request: AssignmentRequest,
        at target: ResourceID,
        _ scope: WriteScope
    ) async throws(ServiceError) -> RoleAssignment? {
        var after: Key?
        repeat {
            let items = try await scope.assignments(of: request.principal, after: after, limit: Limits.batch)
            if let same = items.first(where: { $0.value.role == request.role && ResourceID($0.value.scope) == target })
            {
                return same.value
            }
            after = items.count < Limits.batch ? nil : items.last?.key
        } while after != nil
        return nil
    }
    /// What the principal is, as the directory knows it.
    ///
    /// Azure takes a client's word for a service principal just made, which its directory may not know everywhere yet;
    /// here the directory is asked in the same transaction, so nothing is taken on trust.
    private func type(of request: AssignmentRequest, _ scope: WriteScope) async throws(ServiceError) -> String {
        guard let type = try await directory.type(of: request.principal, asking: scope) else {
            throw .badRequest(
                "PrincipalNotFound",
                "Principal \(request.principal.text.filter { $0 != "-" }) does not exist in the directory "
                    + "\(scope.tenant.text). Check that you have the correct principal ID."
            )
        }
        try Self.match(request, type)
        return type
    }
    /// The type a client names must be the principal's own.
    private static func match(_ request: AssignmentRequest, _ type: String) throws(ServiceError) {
        guard let named = request.principalType, named != type else { return }
        throw .badRequest(
            "UnmatchedPrincipalType",
            "The PrincipalId '\(request.principal.text.filter { $0 != "-" })' has type '\(type)', which is different from "
                + "specified PrincipalType '\(named)'."
        )
    }
}
