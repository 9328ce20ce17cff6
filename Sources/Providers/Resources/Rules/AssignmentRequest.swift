// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials
package import Kernel

/// The properties of a role assignment to be made, checked for form: 400 when they are not what they must be.
package struct AssignmentRequest {
    package let role: UUID
    package let principal: PrincipalID
    /// The type the client says the principal has; nil when it says nothing.
    package let principalType: String?
    package let description: String?

    private static let types = ["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"]

    /// Reads the `properties` of the body.
    package init(_ properties: JSON?) throws(ServiceError) {
        guard let properties else {
            throw .badRequest("InvalidRequestContent", "The request content was invalid: 'properties' is missing.")
        }
        let path = properties["roleDefinitionId"]?.string ?? ""
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2].lowercased() == "roledefinitions",
            let role = UUID(uuidString: String(parts[parts.count - 1]))
        else {
            throw .badRequest(
                "InvalidRoleDefinitionId",
                "The role definition ID '\(path.prefix(200))' is not of the form "
                    + "…/providers/Microsoft.Authorization/roleDefinitions/{GUID}."
            )
        }
        guard RoleDefinition.of(role) != nil else {
            throw .badRequest("RoleDefinitionDoesNotExist", ResourcesProvider.noRole(role.lowercaseText))
        }
        let id = properties["principalId"]?.string ?? ""
        guard let principal = PrincipalID(text: id) else {
            throw .badRequest(
                "InvalidPrincipalId",
                "A valid principal ID must be provided: '\(id.prefix(64))' is no GUID."
            )
        }
        let type = properties["principalType"]?.string
        let known = type.flatMap { type in Self.types.first { $0.lowercased() == type.lowercased() } }
        guard type == nil || known != nil else {
            throw .badRequest(
                "InvalidPrincipalType",
                "The principal type must be one of \(Self.types.joined(separator: ", "))."
            )
        }
        // A condition narrows what the role gives; to leave it out would give more than was asked for.
        guard properties["condition"]?.string?.isEmpty ?? true else {
            throw .notImplemented("A condition of a role assignment")
        }
        let description = properties["description"]?.string
        guard description.map(\.count) ?? 0 <= Limits.descriptionMax else {
            throw .badRequest(
                "InvalidDescription",
                "A description has at most \(Limits.descriptionMax) characters."
            )
        }
        self.role = role
        self.principal = principal
        principalType = known
        self.description = description
    }
}
