// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An account's inventory policy, as it is kept.
struct InventoryPolicyRecord: Stored, Codable {
    /// The policy as clients get it back.
    var policy: JSON
    var modified: Timestamp
    /// When the next run begins.
    var due: Timestamp
    /// The account's blob endpoint, as manifests name it.
    var endpoint: String
    /// The saga of the last run.
    var run: String?
}

extension StorageKey {
    static let inventory = Key("inventory-policy")
}

/// Blob inventory policies as Azure Resource Manager sets them (ARM "Blob Inventory Policies").
extension StorageProvider {
    static var inventoryOperations: [Row] {
        let policies = accountPath + "/inventoryPolicies"
        let action = "\(accountAction)/inventoryPolicies"
        return [
            .reads(
                "inventoryPolicies.list",
                .management,
                .get(policies),
                .control("\(action)/read"),
                pageMax: 1,
                proof: .none(because: "SDKs only: blob_inventory_policies.list"),
                listInventory
            ),
            .reads(
                "inventoryPolicy.get",
                .management,
                .get(policies + "/{policy}"),
                .control("\(action)/read"),
                proof: .client("az storage account blob-inventory-policy show"),
                getInventory
            ),
            .writes(
                "inventoryPolicy.put",
                .management,
                .put(policies + "/{policy}"),
                .control("\(action)/write"),
                proof: .client("az storage account blob-inventory-policy create"),
                putInventory
            ),
            .writes(
                "inventoryPolicy.delete",
                .management,
                .delete(policies + "/{policy}"),
                .control("\(action)/delete"),
                proof: .client("az storage account blob-inventory-policy delete"),
                deleteInventory
            ),
        ]
    }

    private func inventory(_ view: AccountView, _ scope: some Scope) async throws(ServiceError)
        -> InventoryPolicyRecord?
    {
        try await scope.get(InventoryPolicyRecord.self, in: view.place.domain, at: StorageKey.inventory)
    }
    func listInventory(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let record = try await inventory(view, scope)
        return .json(200, ["value": .array(record.map { [shown($0, of: view)] } ?? [])])
    }
    func getInventory(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        guard let record = try await inventory(view, scope) else {
            throw .notFound(
                "BlobInventoryPolicyNotFound",
                "No BlobInventoryPolicy found for account \(view.account.name)."
            )
        }
        return .json(200, shown(record, of: view))
    }
    func putInventory(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        // Directories would be lines of a report too.
        guard !view.place.isHierarchical else {
            throw .notImplemented("blob inventory policies of accounts with a hierarchical namespace")
        }
        let body = try call.json()
        let policy = try checked { () throws(StorageFault) in try InventoryPolicy(body["properties"]?["policy"]) }
        for (number, rule) in policy.rules.enumerated() {
            let name = try checked { () throws(StorageFault) in try ContainerName(rule.destination) }
            let key = StorageKey.container(name)
            guard try await scope.get(Container.self, in: view.place.domain, at: key) == nil else { continue }
            throw ServiceError(
                .invalidPolicy(
                    "properties.policy.rules[\(number)].destination",
                    "the container '\(rule.destination)' does not exist; create it first"
                )
            )
        }
        let old = try await inventory(view, scope)
        let due = PolicyDue(tenant: scope.tenant, account: view.place.id, kind: .inventory)
        if let old { try await scope.remove(in: .region, at: StorageKey.policy(old.due, due)) }
        let record = InventoryPolicyRecord(
            policy: policy.shown,
            modified: scope.now,
            due: scope.now,
            endpoint: hostPlan.address("\(view.account.name).blob.\(hostPlan.primary.storage)"),
            run: old?.run
        )
        try await scope.put(record, in: view.place.domain, at: StorageKey.inventory)
        try await scope.put(due, in: .region, at: StorageKey.policy(record.due, due))
        return .json(200, shown(record, of: view))
    }
    func deleteInventory(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        guard let old = try await inventory(view, scope) else { return Reply(204) }
        let due = PolicyDue(tenant: scope.tenant, account: view.place.id, kind: .inventory)
        try await scope.remove(in: .region, at: StorageKey.policy(old.due, due))
        try await scope.remove(in: view.place.domain, at: StorageKey.inventory)
        return Reply(200)
    }
    private func shown(_ record: InventoryPolicyRecord, of view: AccountView) -> JSON {
        [
            "id": .string("\(view.record.id)/inventoryPolicies/default"), "name": "DefaultInventoryPolicy",
            "type": "Microsoft.Storage/storageAccounts/inventoryPolicies",
            "properties": ["lastModifiedTime": .string(record.modified.iso8601), "policy": record.policy],
        ]
    }
}

extension InventoryPolicyRecord {
    /// Between two looks at what is to be run.
    private static let every = Duration.seconds(24 * 3600)

    /// Begins a run of the rules of the day, unless the last is still going on, and says when the next is due.
    static func begin(_ due: PolicyDue, _ scope: WriteScope) async throws(ServiceError) {
        let domain = Domain.account(due.account)
        guard var record = try await scope.get(Self.self, in: domain, at: StorageKey.inventory),
            let account = try await scope.get(Account.self, at: StorageKey.account(due.account)),
            let place = try await scope.place(of: account)
        else { return }
        record.due = scope.now + every
        try await scope.put(due, in: .region, at: StorageKey.policy(record.due, due))
        var isGoingOn = false
        if let run = record.run { isGoingOn = try await scope.saga(run)?.status == .inProgress }
        let policy = try record.read()
        let rules = policy.isEnabled ? policy.rules.filter { $0.runs(at: scope.now) }.map(\.name) : []
        if !isGoingOn, !rules.isEmpty {
            let order = InventoryOrder(account: due.account, resource: place.resourceID, rules: rules, at: scope.now)
            record.run = try await scope.start(InventoryRun.self, order.json, caller: .region(InventoryRun.kind))
        }
        try await scope.put(record, in: domain, at: StorageKey.inventory)
    }
    /// The policy.
    func read() throws(ServiceError) -> InventoryPolicy {
        try checked { () throws(StorageFault) in try InventoryPolicy(policy) }
    }
}
