// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An application's identity in the tenant: what role assignments name and tokens carry.
struct ServicePrincipal: DirectoryObject, Hashable {
    var id: PrincipalID
    var appId: UUID
    var displayName: String
    var accountEnabled: Bool
    /// The application's id and identifier URIs, by any of which clients look it up.
    var names: [String]
    var tags: [String]
    var description: String?
    var created: Timestamp
    /// The tenant the application is registered in; nil for those every directory knows.
    var owner: TenantID?

    static let kind = DirectoryKind.servicePrincipal
    static let defaultMembers: Set<String>? = nil

    var members: [String: JSON] {
        [
            "id": .string(id.text), "appId": .string(appId.lowercaseText), "displayName": .string(displayName),
            "appDisplayName": .string(displayName), "accountEnabled": .bool(accountEnabled),
            "servicePrincipalNames": .array(names.map(JSON.string)), "servicePrincipalType": "Application",
            "tags": .array(tags.map(JSON.string)), "description": JSON(description),
            "appOwnerOrganizationId": JSON(owner?.text), "createdDateTime": .string(created.iso8601Seconds),
            "appRoleAssignmentRequired": false, "appRoles": [], "oauth2PermissionScopes": [], "alternativeNames": [],
            "replyUrls": [], "keyCredentials": [], "signInAudience": "AzureADMyOrg", "homepage": nil,
        ]
    }
    var uniqueKeys: [Key] { names.map(Self.key(name:)) }
    static func key(name: String) -> Key { Key("service-principal-name", name.lowercased()) }
    static func uniqueKey(for condition: GraphFilter) -> Key? {
        switch condition {
        case .equals(["appId"], .string(let name)), .any(["servicePrincipalNames"], .string(let name)): key(name: name)
        default: nil
        }
    }
}
