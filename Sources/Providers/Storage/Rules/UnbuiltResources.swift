// SPDX-License-Identifier: Apache-2.0

/// What Azure has in the namespace `Microsoft.Storage` (its REST reference, Storage Resource Provider): of these paths
/// a client is told that they are not built, of any other that there is no such thing.
enum UnbuiltResources {
    static let fault = StorageFault.notImplemented("This part of Microsoft.Storage.")

    /// Children of an account, and actions on one.
    private static let children: Set<String> = [
        "aborthnsonmigration", "accountmigrations", "advancedplatformmetrics", "connectors", "datashares", "failover",
        "hnsonmigration", "inventorypolicies", "listaccountsas", "listkeys", "listservicesas", "localusers",
        "managementpolicies",
        "networksecurityperimeterconfigurations", "objectreplicationpolicies", "privateendpointconnections",
        "privatelinkresources", "providers", "regeneratekey", "reports", "restoreblobranges",
        "revokeuserdelegationkeys", "startaccountmigration", "storagetaskassignments", "encryptionscopes",
    ]
    /// Services of an account, each with what is below its one instance, `default`.
    private static let services: [String: Set<String>] = [
        "blobservices": ["containers"], "fileservices": ["shares", "usages"], "queueservices": ["queues"],
        "tableservices": ["tables"],
    ]
    private static let ofSubscription: Set<String> = [
        "checknameavailability", "deletedaccounts", "skus", "storageaccounts", "usages",
    ]
    private static let ofLocation: Set<String> = [
        "asyncoperations", "checknameavailability", "deletedaccounts", "deletevirtualnetworkorsubnets", "usages",
    ]

    /// Whether Azure has the path below an account.
    static func isBelowAccount(_ path: [String]) -> Bool {
        let path = path.map { $0.lowercased() }
        guard let first = path.first else { return false }
        guard let below = services[first] else { return children.contains(first) }
        guard path.count > 1 else { return true }
        return path[1] == "default" && (path.count == 2 || path[2] == "providers" || below.contains(path[2]))
    }
    /// Whether Azure has the path below a subscription.
    static func isBelowSubscription(_ path: [String]) -> Bool {
        let path = path.map { $0.lowercased() }
        guard let first = path.first else { return false }
        guard first == "locations" else { return ofSubscription.contains(first) }
        return path.count < 3 || ofLocation.contains(path[2])
    }
}
