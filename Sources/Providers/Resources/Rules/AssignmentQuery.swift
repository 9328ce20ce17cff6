// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// What a `$filter` over role assignments asks for (REST: Role Assignments - List For Scope).
package struct AssignmentQuery {
    /// Whether assignments below the scope are left out.
    package var atScope = false
    /// Whose own assignments are asked for.
    package var principal: PrincipalID?
    /// Whose assignments are asked for, those of its groups included.
    package var assignedTo: PrincipalID?

    /// Reads the filter: 400 for what the service does not know.
    package init(_ text: String?) throws(ServiceError) {
        guard let filter = try FilterParser.parse(text) else { return }
        let fault = ServiceError.badRequest(
            "InvalidFilterInQueryString",
            "Role assignments are filtered by atScope(), principalId eq '{id}' and assignedTo('{id}')."
        )
        guard let terms = filter.conjunction else { throw fault }
        for term in terms {
            switch term {
            case .call("atscope", []): atScope = true
            case .call("assignedto", let ids) where ids.count == 1:
                guard let id = PrincipalID(text: ids[0]) else { throw fault }
                assignedTo = id
            case .compare("principalid", .equal, let text):
                guard let id = PrincipalID(text: text) else { throw fault }
                principal = id
            default: throw fault
            }
        }
    }

    /// Whether an assignment is asked for at a scope.
    package func takes(_ assignment: RoleAssignment, at scope: ResourceID) -> Bool {
        let given = ResourceID(assignment.scope)
        guard given.contains(scope) || (!atScope && scope.contains(given)) else { return false }
        return principal == nil || principal == assignment.principal
    }

    /// A page's marker as text, and back.
    static func text(_ assignment: RoleAssignment) -> String { "\(assignment.name) \(assignment.scope)" }
    static func marker(_ text: String) -> AssignmentMarker? {
        let halves = text.split(separator: " ", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        return AssignmentMarker(scope: ResourceID(halves[1]), name: String(halves[0]))
    }
}
