// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An account's lifecycle management policy, as it is kept.
struct LifecyclePolicyRecord: Stored, Codable {
    /// The rules as clients get them back.
    var rules: JSON
    var modified: Timestamp
    /// When the next run begins.
    var due: Timestamp
    /// The saga of the last run.
    var run: String?
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

    /// The account of a call that names its one policy.
    func policyAccount(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> AccountView {
        let view = try await existing(call, scope)
        guard call["policy"].lowercased() == "default" else {
            throw .badRequest("InvalidResourceName", "The only policy of this kind of an account is 'default'.")
        }
        return view
    }
    func getLifecycle(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        let record = try await scope.get(
            LifecyclePolicyRecord.self,
            in: view.place.domain,
            at: StorageKey.lifecycle
        )
        guard let record else {
            throw .notFound(
                "ManagementPolicyNotFound",
                "No ManagementPolicy found for account \(view.account.name)"
            )
        }
        return .json(200, shown(record, of: view))
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
        let old = try await scope.get(LifecyclePolicyRecord.self, in: view.place.domain, at: StorageKey.lifecycle)
        let due = PolicyDue(tenant: scope.tenant, account: view.place.id, kind: .lifecycle)
        if let old { try await scope.remove(in: .region, at: StorageKey.policy(old.due, due)) }
        let record = LifecyclePolicyRecord(
            rules: .array(policy.rules.map(\.shown)),
            modified: scope.now,
            due: scope.now,
            run: old?.run
        )
        try await scope.put(record, in: view.place.domain, at: StorageKey.lifecycle)
        try await scope.put(due, in: .region, at: StorageKey.policy(record.due, due))
        return .json(200, shown(record, of: view))
    }
    func deleteLifecycle(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        let old = try await scope.get(LifecyclePolicyRecord.self, in: view.place.domain, at: StorageKey.lifecycle)
        guard let old else { return Reply(204) }
        let due = PolicyDue(tenant: scope.tenant, account: view.place.id, kind: .lifecycle)
        try await scope.remove(in: .region, at: StorageKey.policy(old.due, due))
        try await scope.remove(in: view.place.domain, at: StorageKey.lifecycle)
        return Reply(200)
    }
    private func shown(_ record: LifecyclePolicyRecord, of view: AccountView) -> JSON {
        [
            "id": .string("\(view.record.id)/managementPolicies/default"), "name": "DefaultManagementPolicy",
            "type": "Microsoft.Storage/storageAccounts/managementPolicies",
            "properties": [
                "lastModifiedTime": .string(record.modified.iso8601), "policy": ["rules": record.rules],
            ],
        ]
    }
}

extension LifecyclePolicyRecord {
    /// Between two runs of a policy.
    private static let every = Duration.seconds(24 * 3600)

    /// Begins a run, unless the last is still going on, and says when the next is due.
    static func begin(_ due: PolicyDue, _ scope: WriteScope) async throws(ServiceError) {
        let domain = Domain.account(due.account)
        guard var record = try await scope.get(Self.self, in: domain, at: StorageKey.lifecycle),
            let account = try await scope.get(Account.self, at: StorageKey.account(due.account)),
            let place = try await scope.place(of: account)
        else { return }
        record.due = scope.now + every
        try await scope.put(due, in: .region, at: StorageKey.policy(record.due, due))
        var isGoingOn = false
        if let run = record.run { isGoingOn = try await scope.saga(run)?.status == .inProgress }
        if !isGoingOn {
            let cursor = LifecycleCursor(account: due.account, resource: place.resourceID)
            record.run = try await scope.start(
                LifecycleRun.self,
                cursor.json,
                caller: .region(LifecycleRun.kind)
            )
        }
        try await scope.put(record, in: domain, at: StorageKey.lifecycle)
    }
}

extension Scope {
    /// Where an account lies, if the name still leads to it.
    func place(of account: Account) async throws(ServiceError) -> AccountPlace? {
        guard let name = AccountName(account.name) else { return nil }
        let place = try await get(AccountPlace.self, in: .region, at: StorageKey.place(name))
        return place?.id == account.id ? place : nil
    }
    /// An account's lifecycle policy; nil without one.
    func lifecycle(of domain: Domain) async throws(ServiceError) -> LifecyclePolicy? {
        let record = try await get(LifecyclePolicyRecord.self, in: domain, at: StorageKey.lifecycle)
        guard let record else { return nil }
        return try checked { () throws(StorageFault) in try LifecyclePolicy(stored: record.rules) }
    }
}
