// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An account's inventory policy, as it is kept.
struct InventoryPolicyRecord: Stored, Codable, DailyPolicy {
    /// The policy as clients get it back.
    var policy: JSON
    var modified: Timestamp
    var due: Timestamp
    /// The account's blob endpoint, as manifests name it.
    var endpoint: String
    var run: String?

    static let key = StorageKey.inventory
    static let kind = PolicyDue.Kind.inventory
    static let names = PolicyNames(
        collection: "inventoryPolicies",
        name: "DefaultInventoryPolicy",
        missing: "BlobInventoryPolicy"
    )
    var shown: JSON { policy }

    /// The policy.
    func read() throws(ServiceError) -> InventoryPolicy {
        try checked { () throws(StorageFault) in try InventoryPolicy(policy) }
    }
    /// Runs the rules of the day.
    func start(_ account: UUID, at resource: ResourceID, _ scope: WriteScope) async throws(ServiceError) -> String? {
        let policy = try read()
        let rules = policy.isEnabled ? policy.rules.filter { $0.runs(at: scope.now) }.map(\.name) : []
        guard !rules.isEmpty else { return nil }
        var order = InventoryOrder(account: account, resource: resource, rules: rules, at: scope.now)
        order.policy = modified
        return try await scope.start(InventoryRun.self, order.json, caller: .region(InventoryRun.kind))
    }
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

    func listInventory(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let record = try await scope.get(InventoryPolicyRecord.self, in: view.place.domain, at: StorageKey.inventory)
        return .json(200, ["value": .array(record.map { [shown($0, of: view)] } ?? [])])
    }
    func getInventory(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await getPolicy(InventoryPolicyRecord.self, call, scope)
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
            var fault = "does not exist; create it first"
            if name.isHidden {
                fault = "is written by the service alone"
            } else if try await scope.get(Container.self, in: view.place.domain, at: key) != nil {
                continue
            }
            throw ServiceError(
                .invalidPolicy(
                    "properties.policy.rules[\(number)].destination",
                    "the container '\(rule.destination)' \(fault)"
                )
            )
        }
        let record = InventoryPolicyRecord(
            policy: policy.shown,
            modified: scope.now,
            due: scope.now,
            endpoint: hostPlan.address("\(view.account.name).blob.\(hostPlan.primary.storage)")
        )
        return try await putPolicy(record, of: view, scope)
    }
    func deleteInventory(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await deletePolicy(InventoryPolicyRecord.self, call, scope)
    }
}
