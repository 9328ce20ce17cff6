// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Store

/// The Queue service and its queues as ARM resources: the same records as on the queue surface.
extension StorageProvider {
    /// Queues of one page (ARM "Queue - List").
    static let managedQueuesPageMax = 1000

    static var managedQueueOperations: [Row] {
        let service = accountPath + "/queueServices"
        return [
            .reads(
                "managedQueueServices.list",
                .management,
                .get(service),
                .control(QueueAction.serviceRead),
                pageMax: 1,
                proof: .none(because: "SDKs only: queue_services.list"),
                listQueueServices
            ),
            .reads(
                "managedQueueService.get",
                .management,
                .get(service + "/default"),
                .control(QueueAction.serviceRead),
                proof: .client("queue_services.get_service_properties"),
                getManagedQueueService
            ),
            .writes(
                "managedQueueService.put",
                .management,
                .put(service + "/default"),
                .control(QueueAction.serviceWrite),
                proof: .client("queue_services.set_service_properties"),
                putManagedQueueService
            ),
        ] + managedQueueRows
    }
    private static var managedQueueRows: [Row] {
        let queues = accountPath + "/queueServices/default/queues"
        return [
            .reads(
                "managedQueues.list",
                .management,
                .get(queues),
                .control(QueueAction.queueRead),
                pageMax: managedQueuesPageMax,
                proof: .client("storage.queue.list("),
                listManagedQueues
            ),
            .reads(
                "managedQueue.get",
                .management,
                .get(queues + "/{queue}"),
                .control(QueueAction.queueRead),
                proof: .client("storage.queue.get("),
                getManagedQueue
            ),
            .writes(
                "managedQueue.put",
                .management,
                .put(queues + "/{queue}"),
                .control(QueueAction.queueWrite),
                proof: .client("storage.queue.create("),
                putManagedQueue
            ),
            .writes(
                "managedQueue.patch",
                .management,
                .patch(queues + "/{queue}"),
                .control(QueueAction.queueWrite),
                proof: .client("storage.queue.update("),
                putManagedQueue
            ),
            .writes(
                "managedQueue.delete",
                .management,
                .delete(queues + "/{queue}"),
                .control(QueueAction.queueDelete),
                proof: .client("storage.queue.delete("),
                deleteManagedQueue
            ),
        ]
    }

    // MARK: The service

    func listQueueServices(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        return .json(200, ["value": [shown(queues: try await queueSettings(view.place, scope), of: view)]])
    }
    func getManagedQueueService(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        return .json(200, shown(queues: try await queueSettings(view.place, scope), of: view))
    }
    func putManagedQueueService(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        var settings = try await queueSettings(view.place, scope)
        if let rules = try ManagedBody(call, as: ManagedBody.queueService).cors() { settings.cors = rules }
        try await setQueueService(settings, view.place, scope)
        return .json(200, shown(queues: settings, of: view))
    }
    private func shown(queues settings: ServiceProperties, of view: AccountView) -> JSON {
        [
            "id": .string(view.record.id + "/queueServices/default"), "name": "default",
            "type": "Microsoft.Storage/storageAccounts/queueServices",
            "properties": ["cors": settings.managedCORS],
        ]
    }

    // MARK: Queues

    func listManagedQueues(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let limit = try PageToken.size(call, max: Self.managedQueuesPageMax)
        let prefix = call.query("$filter") ?? ""
        var range = KeyRange(
            from: StorageKey.start(of: prefix, under: StorageKey.queues),
            to: StorageKey.end(of: prefix, under: StorageKey.queues)
        )
        if let after = try PageToken.read(call)?.1 {
            range.from = max(range.from, StorageKey.queues.appending(after).next)
        }
        let found = try await queues(of: view.place, range, limit: limit, scope)
        var body: [String: JSON] = ["value": .array(found.map { shown($0.0, $0.1, of: view) })]
        if found.count == limit, let last = found.last {
            body["nextLink"] = .string(PageToken.link(call, ("", last.0.text)))
        }
        return .json(200, .object(body))
    }
    func getManagedQueue(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try queueName(call)
        guard let queue = try await queue(name, view, scope) else { throw ServiceError(.queueNotFound) }
        let count = try await QueueData.count(queue.id, view.place.id, scope, lanes)
        return .json(200, shown(name, queue, of: view, count: count))
    }
    /// Creates a queue, or sets what the body says of one that is there; PATCH finds it or answers 404.
    func putManagedQueue(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try queueName(call)
        let metadata = try ManagedBody(call, as: ManagedBody.queue).metadata()
        var queue: Queue
        if let known = try await self.queue(name, view, scope) {
            queue = known
            queue.metadata = metadata ?? known.metadata
        } else {
            guard call.request.method == .put else { throw ServiceError(.queueNotFound) }
            queue = Queue(scope, metadata: metadata ?? .none)
        }
        try await scope.put(queue, in: view.place.domain, at: StorageKey.queue(name))
        return .json(200, shown(name, queue, of: view))
    }
    func deleteManagedQueue(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try queueName(call)
        guard let queue = try await queue(name, view, scope) else { throw ServiceError(.queueNotFound) }
        try await removeQueue(name, queue, view.place, scope, caller: call.caller)
        return Reply(204)
    }

    private func queueName(_ call: Call) throws(ServiceError) -> QueueName {
        try checked { () throws(StorageFault) in try QueueName(call["queue"]) }
    }
    private func queue(
        _ name: QueueName,
        _ view: AccountView,
        _ scope: some Scope
    ) async throws(ServiceError) -> Queue? {
        try await scope.get(Queue.self, in: view.place.domain, at: StorageKey.queue(name))
    }
    private func shown(_ name: QueueName, _ queue: Queue, of view: AccountView, count: Int? = nil) -> JSON {
        let metadata = Dictionary(
            queue.metadata.items.map { ($0.name, JSON.string($0.value)) },
            uniquingKeysWith: { first, _ in first }
        )
        var properties: [String: JSON] = ["metadata": .object(metadata)]
        if let count { properties["approximateMessageCount"] = .integer(Int64(count)) }
        return [
            "id": .string("\(view.record.id)/queueServices/default/queues/\(name)"), "name": .string(name.text),
            "type": "Microsoft.Storage/storageAccounts/queueServices/queues", "properties": .object(properties),
        ]
    }
}
