// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An account's lifecycle management policy, as it is kept.
struct LifecyclePolicyRecord: Stored, Codable, DailyPolicy {
    /// The rules as clients get them back.
    var rules: JSON
    var modified: Timestamp
    var due: Timestamp
    var run: String?

    static let key = StorageKey.lifecycle
    static let kind = PolicyDue.Kind.lifecycle
    static let names = PolicyNames(
        collection: "managementPolicies",
        name: "DefaultManagementPolicy",
        missing: "ManagementPolicy"
    )
    var shown: JSON { ["rules": rules] }

    func start(_ account: UUID, at resource: ResourceID, _ scope: WriteScope) async throws(ServiceError) -> String? {
        let cursor = LifecycleCursor(account: account, resource: resource)
        return try await scope.start(LifecycleRun.self, cursor.json, caller: .region(LifecycleRun.kind))
    }
}

extension StorageKey {
    static let lifecycle = Key("lifecycle-policy")
}

/// Lifecycle management policies as Azure Resource Manager sets them (ARM "Management Policies").
extension StorageProvider {
    static var lifecycleOperations: [Row] {
        let policy = accountPath + "/managementPolicies/{policy}"
        let action = "\(accountAction)/managementPolicies"
        return [
            .reads(
                "managementPolicy.get",
                .management,
                .get(policy),
                .control("\(action)/read"),
                proof: .client("az storage account management-policy show"),
                getLifecycle
            ),
            .writes(
                "managementPolicy.put",
                .management,
                .put(policy),
                .control("\(action)/write"),
                proof: .client("az storage account management-policy create"),
                putLifecycle
            ),
            .writes(
                "managementPolicy.delete",
                .management,
                .delete(policy),
                .control("\(action)/delete"),
                proof: .client("az storage account management-policy delete"),
                deleteLifecycle
            ),
        ]
    }

    func getLifecycle(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await getPolicy(LifecyclePolicyRecord.self, call, scope)
    }
    func putLifecycle(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        let home = TierHome(kind: view.record.kind ?? "StorageV2", sku: view.record.sku?["name"]?.string ?? "")
        let body = try call.json()
        let policy = try checked { () throws(StorageFault) in
            try LifecyclePolicy(
                body["properties"]?["policy"],
                home: home,
                tracksAccess: view.place.history.tracksAccess
            )
        }
        let record = LifecyclePolicyRecord(
            rules: .array(policy.rules.map(\.shown)),
            modified: scope.now,
            due: scope.now
        )
        return try await putPolicy(record, of: view, scope)
    }
    func deleteLifecycle(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await deletePolicy(LifecyclePolicyRecord.self, call, scope)
    }
}

extension Scope {
    /// An account's lifecycle policy; nil without one.
    func lifecycle(of domain: Domain) async throws(ServiceError) -> LifecyclePolicy? {
        let record = try await get(LifecyclePolicyRecord.self, in: domain, at: StorageKey.lifecycle)
        guard let record else { return nil }
        return try checked { () throws(StorageFault) in try LifecyclePolicy(stored: record.rules) }
    }
}
