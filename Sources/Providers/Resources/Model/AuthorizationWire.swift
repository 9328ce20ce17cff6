// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// Locks, roles and assignments as `Microsoft.Authorization` shows them (REST: Authorization).
enum AuthorizationWire {
    static let namespace = "providers/Microsoft.Authorization"

    static func json(_ lock: Lock) -> JSON {
        var properties: [String: JSON] = ["level": .string(lock.level.rawValue)]
        properties["notes"] = lock.notes.map(JSON.string)
        return [
            "id": .string(ResourceID(lock.scope).appending("\(namespace)/locks/\(lock.name)").text),
            "name": .string(lock.name),
            "type": "Microsoft.Authorization/locks",
            "properties": .object(properties),
        ]
    }

    /// The id a role has for those who ask at `scope`.
    ///
    /// az compares the ids of definitions and assignments as texts, so both come from here.
    static func roleID(_ role: UUID, at scope: ResourceID) -> String {
        let prefix = scope.subscription.map { ResourceID.subscription($0).text } ?? ""
        return "\(prefix)/\(namespace)/roleDefinitions/\(role.lowercaseText)"
    }
    static func json(_ role: RoleDefinition, at scope: ResourceID) -> JSON {
        [
            "id": .string(roleID(role.id, at: scope)),
            "name": .string(role.id.lowercaseText),
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": [
                "roleName": .string(role.name),
                "type": "BuiltInRole",
                "description": .string(role.description),
                "assignableScopes": ["/"],
                "permissions": [permission(role)],
            ],
        ]
    }
    static func permission(_ role: RoleDefinition) -> JSON {
        [
            "actions": .array(role.actions.map(JSON.string)),
            "notActions": .array(role.notActions.map(JSON.string)),
            "dataActions": .array(role.dataActions.map(JSON.string)),
            "notDataActions": .array(role.notDataActions.map(JSON.string)),
        ]
    }

    /// `scope` is where the client asks: it decides the form of the role's id.
    static func json(_ assignment: RoleAssignment, askedAt scope: ResourceID) -> JSON {
        let given = ResourceID(assignment.scope)
        let time = JSON.string(assignment.created.iso8601)
        return [
            "id": .string(given.appending("\(namespace)/roleAssignments/\(assignment.name)").text),
            "name": .string(assignment.name),
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": [
                "roleDefinitionId": .string(roleID(assignment.role, at: scope.subscription == nil ? given : scope)),
                "principalId": .string(assignment.principal.text),
                "principalType": .string(assignment.principalType),
                "scope": .string(given.text),
                "description": JSON(assignment.description),
                "condition": .null,
                "conditionVersion": .null,
                "createdOn": time,
                "updatedOn": time,
                "createdBy": .string(assignment.createdBy),
                "updatedBy": .string(assignment.createdBy),
                "delegatedManagedIdentityResourceId": .null,
            ],
        ]
    }
}
