// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// A security group.
///
/// Its members are edges of the kernel's, because rights depend on them.
struct Group: DirectoryObject, Hashable {
    var id: PrincipalID
    var displayName: String
    var mailNickname: String
    var description: String?
    var visibility: String?
    var created: Timestamp

    static let kind = DirectoryKind.group
    static let defaultMembers: Set<String>? = nil

    var members: [String: JSON] {
        [
            "id": .string(id.text), "displayName": .string(displayName), "mailNickname": .string(mailNickname),
            "description": JSON(description), "visibility": JSON(visibility), "mailEnabled": false,
            "securityEnabled": true, "groupTypes": [], "mail": nil, "proxyAddresses": [],
            "createdDateTime": .string(created.iso8601Seconds), "securityIdentifier": nil,
        ]
    }
    var uniqueKeys: [Key] { [] }
    static func uniqueKey(for condition: GraphFilter) -> Key? { nil }
}
