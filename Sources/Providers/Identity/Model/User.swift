// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// A person of the directory, without the password.
struct User: DirectoryObject, Hashable {
    var id: PrincipalID
    var userPrincipalName: String
    var displayName: String
    var mailNickname: String
    var accountEnabled: Bool
    var created: Timestamp
    /// The further texts Graph lets a client set, by Graph's names.
    var texts: [String: String] = [:]
    var businessPhones: [String] = []

    static let kind = DirectoryKind.user
    static let defaultMembers: Set<String>? = [
        "id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
        "preferredLanguage", "surname", "userPrincipalName",
    ]
    /// Texts that are kept and shown without a meaning of their own here.
    static let textNames: Set<String> = [
        "givenName", "surname", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "department",
        "companyName", "usageLocation", "city", "country", "postalCode", "state", "streetAddress", "employeeId",
        "onPremisesImmutableId",
    ]

    var members: [String: JSON] {
        var members: [String: JSON] = [
            "id": .string(id.text), "userPrincipalName": .string(userPrincipalName),
            "displayName": .string(displayName),
            "mailNickname": .string(mailNickname), "accountEnabled": .bool(accountEnabled), "userType": "Member",
            "businessPhones": .array(businessPhones.map(JSON.string)),
            "createdDateTime": .string(created.iso8601Seconds),
        ]
        for name in Self.textNames { members[name] = JSON(texts[name]) }
        return members
    }
    var uniqueKeys: [Key] { [DirectoryKey.userPrincipalName(userPrincipalName)] }
    static func uniqueKey(for condition: GraphFilter) -> Key? {
        guard case .equals(["userPrincipalName"], .string(let name)) = condition else { return nil }
        return DirectoryKey.userPrincipalName(name)
    }
}

/// A user's password, as its memory-hard hash.
struct UserCredential: Stored, Codable {
    /// The text `Cryptography.PasswordHash` makes.
    var hash: String
    var changed: Timestamp
    /// The user may not sign in with it, only change it.
    var mustChange: Bool
}
