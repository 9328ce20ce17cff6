// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Resources
import Store

/// A provider with one type of resource, each with a row of its own beside the index.
struct Widgets: ResourceProvider {
    static let namespace = "Contoso.Widgets"
    static let type = "Contoso.Widgets/widgets"
    static let operations: [Operation<Widgets>] = [
        .writes(
            "widgets.put",
            .management,
            .put("/subscriptions/{subscription}/resourceGroups/{group}/providers/Contoso.Widgets/widgets/{name}"),
            .control("Contoso.Widgets/widgets/write"),
            residency: .placed,
            proof: .none(because: "a test's own"),
            put
        )
    ]
    static let resourceTypes: [ResourceType<Widgets>] = [
        ResourceType("widgets", apiVersions: ["2026-01-01"]) { _ in
            { id, scope async throws(ServiceError) in
                try await scope.remove(at: Key("widget", id.canonical))
                try await scope.removeResource(id)
            }
        }
    ]

    func put(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        guard let subscription = SubscriptionID(text: call["subscription"]) else { return Reply(400) }
        let id = ResourceID.resource(subscription, group: call["group"], type: Self.type, name: call["name"])
        let record = ResourceRecord(
            id: id,
            type: Self.type,
            location: "francecentral",
            tags: [:],
            kind: nil,
            sku: nil,
            now: scope.now
        )
        try await scope.put(record)
        try await scope.put(Mark(value: 1), at: Key("widget", id.canonical))
        return Reply(201)
    }
}

/// Deletes a group the wrong way round: the group goes first, and what was in it later.
struct HeadlessDeletion: Saga {
    static let kind = GroupDeletion.kind
    let remover: any ResourceRemover

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let work = GroupDeletion.State(state) else { return .done(result: nil) }
        if try await scope.group(work.subscription, work.group) != nil {
            try await scope.removeGroup(work.group, of: work.subscription)
            return .again(state)
        }
        for resource in try await scope.resources(work.subscription, group: work.group, limit: 100) {
            try await remover.remove(ResourceID(resource.id), scope)
        }
        return .done(result: nil)
    }
}
