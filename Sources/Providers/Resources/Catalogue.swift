// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// A resource provider of the region and the types it keeps, as clients are told of it.
package struct ProviderRow: Sendable {
    /// The name, such as `Microsoft.Storage`.
    package let namespace: String
    /// Types without the namespace, each with the versions named to clients, latest first.
    package let types: [(name: String, apiVersions: [String])]
    /// Whether its resources lie at a place.
    package let isPlaced: Bool
    package init(namespace: String, types: [(name: String, apiVersions: [String])], isPlaced: Bool = true) {
        self.namespace = namespace
        self.types = types
        self.isPlaced = isPlaced
    }

    /// What this provider itself serves.
    static let own = [
        ProviderRow(
            namespace: "Microsoft.Authorization",
            types: [
                ("locks", ["2020-05-01", "2016-09-01"]), ("permissions", ["2022-04-01"]),
                ("policyAssignments", ["2025-11-01", "2022-06-01"]),
                ("policyDefinitions", ["2025-11-01", "2021-06-01"]),
                ("roleAssignments", ["2022-04-01"]), ("roleDefinitions", ["2022-04-01"]),
            ],
            isPlaced: false
        ),
        ProviderRow(namespace: "Microsoft.Insights", types: [("eventtypes", ["2015-04-01"])], isPlaced: false),
        ProviderRow(
            namespace: "Microsoft.Resources",
            types: [
                ("subscriptions", ["2022-12-01"]), ("subscriptions/resourceGroups", ["2024-11-01"]),
                ("resourceGroups", ["2024-11-01"]), ("subscriptions/locations", ["2022-12-01"]),
                ("resources", ["2024-11-01"]), ("tags", ["2024-11-01"]), ("tenants", ["2022-12-01"]),
            ],
            isPlaced: false
        ),
    ]
}

extension ResourcesProvider {
    func listProviders(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope).id
        return .json(200, ["value": .array(catalogue.map { ProviderWire.json($0, subscription) })])
    }
    func showProvider(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope).id
        return .json(200, ProviderWire.json(try row(call["namespace"]), subscription))
    }
    /// Everything is registered already, so this changes nothing.
    func registerProvider(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await subscription(call, scope).id
        return .json(200, ProviderWire.json(try row(call["namespace"]), subscription))
    }
    func listTenantProviders(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        .json(200, ["value": .array(catalogue.map { ProviderWire.json($0, nil) })])
    }
    func showTenantProvider(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        .json(200, ProviderWire.json(try row(call["namespace"]), nil))
    }

    private func row(_ namespace: String) throws(ServiceError) -> ProviderRow {
        guard let row = catalogue.first(where: { $0.namespace.lowercased() == namespace.lowercased() }) else {
            throw .notFound(
                "InvalidResourceNamespace",
                "The resource namespace '\(namespace.prefix(100))' is invalid."
            )
        }
        return row
    }
}
