// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// What was done to a container's immutability policy, for whoever manages it (REST "Blob Containers - Get",
/// `immutabilityPolicy.updateHistory`).
///
/// A record of its own: a container is read with every request, its policy's past hardly ever. It holds the last change of
/// the unlocked policy, its lock and up to five extensions, and goes with the policy.
struct PolicyHistory: Stored, Codable {
    /// What may be done to a policy.
    enum Update: String, Codable {
        case put
        case lock
        case extend
    }
    /// One change.
    struct Command: Codable {
        let update: Update
        /// The days each blob is kept from then on.
        let days: Int
        let time: Timestamp
        /// Who made it, where a signed-in principal did.
        let principal: PrincipalID?
        let tenant: TenantID?
        /// The user's name; nil for applications.
        let name: String?
    }
    /// The most extensions of a locked policy ("Time-based retention policies for immutable blob data", container-level
    /// scope).
    static let extensionsMax = 5

    /// In their order.
    private(set) var commands: [Command] = []

    /// Whether the policy may be extended once more.
    var mayExtend: Bool { commands.count { $0.update == .extend } < Self.extensionsMax }

    /// Adds a change; what is set anew begins its history anew.
    mutating func add(_ update: Update, days: Int, by caller: Caller, at time: Timestamp) {
        if update == .put { commands = [] }
        let principal = caller.principal
        commands.append(
            Command(
                update: update,
                days: days,
                time: time,
                principal: principal?.id,
                tenant: principal?.tenant,
                name: principal?.userPrincipalName
            )
        )
    }
    /// `updateHistory`, oldest first.
    var shown: JSON {
        .array(
            commands.map { command in
                var members: [String: JSON] = [
                    "update": .string(command.update.rawValue),
                    "immutabilityPeriodSinceCreationInDays": .integer(Int64(command.days)),
                    "timestamp": .string(command.time.iso8601),
                ]
                members["objectIdentifier"] = command.principal.map { .string($0.text) }
                members["tenantId"] = command.tenant.map { .string($0.text) }
                members["upn"] = command.name.map { .string($0) }
                return .object(members)
            }
        )
    }
}

extension StorageKey {
    /// The history of the policy of the container whose blobs lie in a directory.
    static func policyHistory(_ directory: UUID) -> Key { Key("policy-history", directory) }
}

extension Scope {
    /// The history of a container's policy; empty where none was kept.
    func policyHistory(of container: Container, in domain: Domain) async throws(ServiceError) -> PolicyHistory {
        let key = StorageKey.policyHistory(container.root)
        return try await get(PolicyHistory.self, in: domain, at: key) ?? PolicyHistory()
    }
}
