// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// A policy of an account in the region's list of such by the time their next run is due.
struct PolicyDue: Stored, Codable {
    enum Kind: String, Codable {
        case lifecycle
        case inventory
    }
    var tenant: TenantID
    var account: UUID
    var kind: Kind
}

extension StorageKey {
    static let policies = Key("policy-due")
    static func policy(_ due: Timestamp, _ policy: PolicyDue) -> Key {
        policies.appending(due, policy.account, policy.kind.rawValue)
    }
}

/// Begins the runs of policies that are due, in all tenants.
struct DuePolicies: DueWork {
    let name = "policies.begin"
    let namespace = StorageProvider.namespace

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        let range = KeyRange(
            from: key?.next ?? StorageKey.policies.children.from,
            to: StorageKey.policies.appending(scope.now).afterChildren
        )
        return try await scope.keys(in: .region, range, limit: limit)
    }
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let due = try await scope.get(PolicyDue.self, in: .region, at: key) else { return }
        try await scope.remove(in: .region, at: key)
        let own = scope.of(due.tenant)
        guard try await own.exists(.account(due.account)) else { return }
        switch due.kind {
        case .lifecycle: try await LifecyclePolicyRecord.begin(due, own)
        case .inventory: try await InventoryPolicyRecord.begin(due, own)
        }
    }
}
