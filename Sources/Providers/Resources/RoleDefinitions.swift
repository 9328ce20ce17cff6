// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

extension ResourcesProvider {
    /// The roles that can be given at a scope: the built-in ones.
    ///
    /// Filters: `roleName eq`, `type eq`, `atScopeAndBelow()`.
    func listRoleDefinitions(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope)
        let terms = try FilterParser.parse(call.query("$filter"))?.conjunction
        if call.query("$filter") != nil, terms == nil { throw Self.roleFilterFault }
        var roles = RoleDefinition.all
        for term in terms ?? [] {
            switch term {
            case .compare("rolename", .equal, let name): roles.removeAll { $0.name.lowercased() != name.lowercased() }
            case .compare("type", .equal, let type): if type.lowercased() != "builtinrole" { roles = [] }
            case .call("atscopeandbelow", []), .call("atscope", []): break
            default: throw Self.roleFilterFault
            }
        }
        return .json(200, ["value": .array(roles.map { AuthorizationWire.json($0, at: target.id) })])
    }
    func showRoleDefinition(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope)
        guard let id = UUID(uuidString: call["name"]), let role = RoleDefinition.of(id) else {
            throw .notFound("RoleDefinitionDoesNotExist", Self.noRole(call["name"]))
        }
        return .json(200, AuthorizationWire.json(role, at: target.id))
    }
    /// What the caller may do at a scope: the permissions of the roles that reach it.
    func listPermissions(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope)
        guard let principal = call.caller.principal else { return .json(200, ["value": []]) }
        let given = try await access.assignments(for: principal.id, scope).filter {
            ResourceID($0.scope).contains(target.id)
        }
        let roles = Set(given.map(\.role)).sorted { $0.uuidString < $1.uuidString }.compactMap(RoleDefinition.of)
        return .json(200, ["value": .array(roles.map(AuthorizationWire.permission))])
    }
    /// None exist: the region has nothing that makes them.
    func listDenyAssignments(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        _ = try await target(call.scope, scope)
        return .json(200, ["value": []])
    }

    static func noRole(_ id: String) -> String {
        "The specified role definition with ID '\(id.prefix(100))' does not exist."
    }
    private static let roleFilterFault = ServiceError.badRequest(
        "InvalidFilterInQueryString",
        "Role definitions are filtered by roleName eq, type eq and atScopeAndBelow()."
    )
}
