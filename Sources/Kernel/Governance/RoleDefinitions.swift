// SPDX-License-Identifier: Apache-2.0
import Base
package import FoundationEssentials

/// A built-in role: Azure's own id, name and permissions (Microsoft Learn, "Azure built-in roles").
package struct RoleDefinition: Sendable {
    package let id: UUID
    package let name: String
    package let description: String
    package let actions: [String]
    package let notActions: [String]
    package let dataActions: [String]
    package let notDataActions: [String]

    /// Whether the role, for itself, allows an action of the control plane or the data plane.
    package func allows(_ action: String, data: Bool) -> Bool {
        let (granted, refused) = data ? (dataActions, notDataActions) : (actions, notActions)
        let names = [action] + (Self.including[action].map { [$0] } ?? [])
        return names.contains { name in
            granted.contains { Self.matches($0, name) } && !refused.contains { Self.matches($0, name) }
        }
    }
    /// `*` stands for any text; the rest matches in any case.
    static func matches(_ pattern: String, _ action: String) -> Bool {
        var rest = action.lowercased()[...]
        let pieces = pattern.lowercased().split(separator: "*", omittingEmptySubsequences: false)
        guard pieces.count > 1 else { return pieces.first.map { $0 == rest } ?? false }
        guard rest.hasPrefix(pieces[0]) else { return false }
        rest = rest.dropFirst(pieces[0].count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(pieces[pieces.count - 1])
    }

    /// The role that may do everything, and give roles (Azure's id).
    package static let owner = UUID(
        uuid: (
            0x8e, 0x3a, 0xf6, 0x57, 0xa8, 0xff, 0x44, 0x3c, 0xa7, 0x5c, 0x2f, 0xe8, 0xc4, 0xbc, 0xb6, 0x35
        )
    )
    /// By id.
    package static func of(_ id: UUID) -> RoleDefinition? { byID[id] }
    private static let byID = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

    private init(
        _ id: String,
        _ name: String,
        _ description: String,
        _ actions: [String],
        not notActions: [String] = [],
        data dataActions: [String] = []
    ) {
        guard let id = UUID(uuidString: id) else { preconditionFailure("\(id) is no UUID") }
        self.id = id
        self.name = name
        self.description = description
        self.actions = actions
        self.notActions = notActions
        self.dataActions = dataActions
        notDataActions = []
    }

    /// Actions that another one includes (REST "Authorize with Microsoft Entra ID", permissions for data operations: Put
    /// Message takes either).
    private static let including = ["\(messages)/add/action": "\(messages)/write"]
    private static let queues = "Microsoft.Storage/storageAccounts/queueServices/queues"
    private static let messages = "\(queues)/messages"
    private static let queueDelegationKey =
        "Microsoft.Storage/storageAccounts/queueServices/generateUserDelegationKey/action"
    private static let queueRoles = [
        RoleDefinition(
            "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
            "Storage Queue Data Contributor",
            "Read, write and delete queues and their messages.",
            ["\(queues)/delete", "\(queues)/read", "\(queues)/write", queueDelegationKey],
            data: [
                "\(messages)/delete", "\(messages)/read", "\(messages)/write", "\(messages)/process/action",
            ]
        ),
        RoleDefinition(
            "19e7f393-937e-4f77-808e-94535e297925",
            "Storage Queue Data Reader",
            "Read queues and peek at their messages.",
            ["\(queues)/read", queueDelegationKey],
            data: ["\(messages)/read"]
        ),
        RoleDefinition(
            "8a0f0c08-91a1-4084-bc3d-661d67233fed",
            "Storage Queue Data Message Processor",
            "Peek at, get and delete messages of queues.",
            [],
            data: ["\(messages)/read", "\(messages)/process/action"]
        ),
        RoleDefinition(
            "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
            "Storage Queue Data Message Sender",
            "Put messages into queues.",
            [],
            data: ["\(messages)/add/action"]
        ),
    ]
    private static let tables = "Microsoft.Storage/storageAccounts/tableServices/tables"
    private static let tableRoles = [
        RoleDefinition(
            "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
            "Storage Table Data Contributor",
            "Read, write and delete tables and entities.",
            ["\(tables)/read", "\(tables)/write", "\(tables)/delete"],
            data: [
                "\(tables)/entities/read", "\(tables)/entities/write", "\(tables)/entities/delete",
                "\(tables)/entities/add/action", "\(tables)/entities/update/action",
            ]
        ),
        RoleDefinition(
            "76199698-9eea-4c19-bc75-cec21354c6b6",
            "Storage Table Data Reader",
            "Read tables and entities.",
            ["\(tables)/read"],
            data: ["\(tables)/entities/read"]
        ),
    ]
    private static let containers = "Microsoft.Storage/storageAccounts/blobServices/containers"
    private static let delegationKey = "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"

    /// Every role the region knows.
    package static let all: [RoleDefinition] =
        [
            RoleDefinition(
                "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
                "Owner",
                "Grants full access to manage all resources, including the right to assign roles.",
                ["*"]
            ),
            RoleDefinition(
                "b24988ac-6180-42a0-ab88-20f7382dd24c",
                "Contributor",
                "Grants full access to manage all resources, but not to assign roles.",
                ["*"],
                not: [
                    "Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write",
                    "Microsoft.Authorization/elevateAccess/Action",
                ]
            ),
            RoleDefinition(
                "acdd72a7-3385-48ef-bd42-f606fba81ae7",
                "Reader",
                "View all resources, but make no changes.",
                ["*/read"]
            ),
            RoleDefinition(
                "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
                "User Access Administrator",
                "Lets you manage user access to resources.",
                ["*/read", "Microsoft.Authorization/*"]
            ),
            RoleDefinition(
                "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
                "Role Based Access Control Administrator",
                "Manage access to resources by assigning roles.",
                [
                    "Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete",
                    "*/read",
                ]
            ),
            RoleDefinition(
                "17d1049b-9a84-46fb-8f53-869881c3d3ab",
                "Storage Account Contributor",
                "Lets you manage storage accounts, including their keys.",
                [
                    "Microsoft.Authorization/*/read", "Microsoft.Resources/deployments/*",
                    "Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Storage/storageAccounts/*",
                ]
            ),
            RoleDefinition(
                "81a9662b-bebf-436f-a333-f67b29880f12",
                "Storage Account Key Operator Service Role",
                "May list and regenerate storage account keys.",
                [
                    "Microsoft.Storage/storageAccounts/listkeys/action",
                    "Microsoft.Storage/storageAccounts/regeneratekey/action",
                ]
            ),
            RoleDefinition(
                "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
                "Storage Blob Data Owner",
                "Full access to blob containers and data.",
                ["\(containers)/*", delegationKey],
                data: ["\(containers)/blobs/*"]
            ),
            RoleDefinition(
                "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
                "Storage Blob Data Contributor",
                "Read, write and delete blob containers and data.",
                ["\(containers)/delete", "\(containers)/read", "\(containers)/write", delegationKey],
                data: [
                    "\(containers)/blobs/delete", "\(containers)/blobs/read", "\(containers)/blobs/write",
                    "\(containers)/blobs/move/action", "\(containers)/blobs/add/action",
                ]
            ),
            RoleDefinition(
                "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
                "Storage Blob Data Reader",
                "Read blob containers and data.",
                ["\(containers)/read", delegationKey],
                data: ["\(containers)/blobs/read"]
            ),
            RoleDefinition(
                "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
                "Storage Blob Delegator",
                "May get a user delegation key.",
                [delegationKey]
            ),
        ] + queueRoles + tableRoles
}
