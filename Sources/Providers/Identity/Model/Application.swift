// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// A registered application: what it is, not yet anyone who acts.
///
/// Its secrets lie with its `Client`.
struct Application: DirectoryObject, Hashable {
    /// The object id; clients sign in with `appId`.
    var id: PrincipalID
    var appId: UUID
    var displayName: String
    var identifierUris: [String]
    var signInAudience: String
    var isFallbackPublicClient: Bool?
    var created: Timestamp
    /// The members that are kept and shown as they came: redirect addresses, roles, permissions.
    var settings: [String: JSON]

    static let kind = DirectoryKind.application
    static let defaultMembers: Set<String>? = nil
    /// What `settings` may hold, with what is shown when it holds nothing.
    static let settingDefaults: [String: JSON] = [
        "web": [
            "homePageUrl": nil, "logoutUrl": nil, "redirectUris": [], "redirectUriSettings": [],
            "implicitGrantSettings": ["enableAccessTokenIssuance": false, "enableIdTokenIssuance": false],
        ],
        "spa": ["redirectUris": []], "publicClient": ["redirectUris": []],
        "api": [
            "acceptMappedClaims": nil, "knownClientApplications": [], "oauth2PermissionScopes": [],
            "preAuthorizedApplications": [], "requestedAccessTokenVersion": nil,
        ],
        "appRoles": [], "requiredResourceAccess": [], "optionalClaims": nil, "tags": [], "description": nil,
        "notes": nil, "groupMembershipClaims": nil, "serviceManagementReference": nil, "info": nil,
        "parentalControlSettings": nil,
    ]

    var members: [String: JSON] {
        var members = Self.settingDefaults.merging(settings) { $1 }
        members["id"] = .string(id.text)
        members["appId"] = .string(appId.lowercaseText)
        members["displayName"] = .string(displayName)
        members["identifierUris"] = .array(identifierUris.map(JSON.string))
        members["signInAudience"] = .string(signInAudience)
        members["isFallbackPublicClient"] = isFallbackPublicClient.map(JSON.bool) ?? .null
        members["createdDateTime"] = .string(created.iso8601Seconds)
        members["keyCredentials"] = []
        return members
    }
    var uniqueKeys: [Key] { [Self.key(appId: appId)] + identifierUris.map(Self.key(uri:)) }
    static func key(appId: UUID) -> Key { Key("application-id", appId) }
    static func key(uri: String) -> Key { Key("application-uri", uri.lowercased()) }
    static func uniqueKey(for condition: GraphFilter) -> Key? {
        switch condition {
        case .equals(["appId"], .string(let text)): UUID(uuidString: text).map(key(appId:)) ?? key(uri: "")
        case .any(["identifierUris"], .string(let uri)): key(uri: uri)
        default: nil
        }
    }
}
