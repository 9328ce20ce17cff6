// SPDX-License-Identifier: Apache-2.0
import Base

/// An operation joined with the provider that runs it, so that one table holds those of all providers.
///
/// An object, not a value: every request looks at dozens of them and hands one on.
package final class BoundOperation: Sendable {
    enum Work: Sendable {
        case reads(@Sendable (Call, ReadScope) async throws(ServiceError) -> Reply)
        case writes(@Sendable (Call, WriteScope) async throws(ServiceError) -> Reply)
        case receives(
            @Sendable (Call, ReadScope, Intake) async throws(ServiceError) -> Void,
            then: @Sendable (Call, WriteScope) async throws(ServiceError) -> Reply
        )
        case relays(@Sendable (Call, ReadScope, Relay) async throws(ServiceError) -> Reply)
    }
    package let namespace: String
    package let name: String
    package let surface: Surface
    package let route: Route
    package let access: Access
    package let residency: Residency
    package let bodyMax: Int
    package let pageMax: Int?
    package let proof: Proof
    /// Whether it can change anything.
    package let changes: Bool
    let work: Work

    init<Provider: ResourceProvider>(_ operation: Operation<Provider>, _ provider: Provider) {
        namespace = Provider.namespace
        name = operation.name
        surface = operation.surface
        route = operation.route
        access = operation.access
        residency = operation.residency
        bodyMax = operation.bodyMax
        pageMax = operation.pageMax
        proof = operation.proof
        switch operation.work {
        case .reads(let run):
            changes = false
            work = .reads { call, scope async throws(ServiceError) in try await run(provider)(call, scope) }
        case .writes(let run):
            changes = true
            work = .writes { call, scope async throws(ServiceError) in try await run(provider)(call, scope) }
        case .receives(let receive, let run):
            changes = true
            work = .receives(
                { call, scope, intake async throws(ServiceError) in try await receive(provider)(call, scope, intake) },
                then: { call, scope async throws(ServiceError) in try await run(provider)(call, scope) }
            )
        case .relays(let run):
            changes = true
            work = .relays { call, scope, relay async throws(ServiceError) in
                try await run(provider)(call, scope, relay)
            }
        }
    }
}

/// An ARM resource type joined with its provider.
package struct BoundResourceType: Sendable {
    package let namespace: String
    package let name: String
    package let apiVersions: [String]
    let remove: @Sendable (ResourceID, WriteScope) async throws(ServiceError) -> Void

    init<Provider: ResourceProvider>(_ type: ResourceType<Provider>, _ provider: Provider) {
        namespace = Provider.namespace
        name = type.name
        apiVersions = type.apiVersions
        remove = { id, scope async throws(ServiceError) in try await type.remove(provider)(id, scope) }
    }
}

/// Everything the region can do: the operations and resource types of all its providers.
package struct Catalogue: Sendable {
    package private(set) var operations: [BoundOperation] = []
    package private(set) var types: [BoundResourceType] = []
    private var names: Set<String> = []

    package init() {}
    /// Adds a provider.
    ///
    /// Two operations of one name are a mistake.
    package mutating func add<Provider: ResourceProvider>(_ provider: Provider) {
        for operation in Provider.operations {
            let isNew = names.insert(operation.name).inserted
            precondition(isNew, "two operations are named \(operation.name)")
            operations.append(BoundOperation(operation, provider))
        }
        types += Provider.resourceTypes.map { BoundResourceType($0, provider) }
    }
}
