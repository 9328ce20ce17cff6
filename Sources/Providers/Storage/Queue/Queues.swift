// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Create Queue (`PUT /{queue}`): 204 when it is there with the same metadata.
    func createQueue(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        let metadata = try checked { () throws(StorageFault) in try Metadata(at.head.headers) }
        let key = StorageKey.queue(try at.name)
        if let known = try await scope.get(Queue.self, in: at.domain, at: key) {
            guard known.metadata.isSame(as: metadata) else { throw ServiceError(.queueAlreadyExists) }
            return at.reply(204)
        }
        try await scope.put(Queue(scope, metadata: metadata), in: at.domain, at: key)
        return at.reply(201)
    }
    /// Delete Queue (`DELETE /{queue}`): gone at once; a saga removes its messages.
    func deleteQueue(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        let queue = try await at.queue(scope)
        try await removeQueue(try at.name, queue, at.place, scope, caller: call.caller)
        return at.reply(204)
    }
    func removeQueue(
        _ name: QueueName,
        _ queue: Queue,
        _ place: AccountPlace,
        _ scope: WriteScope,
        caller: Caller
    ) async throws(ServiceError) {
        try await scope.remove(in: place.domain, at: StorageKey.queue(name))
        try await discard(queue.id, of: place, scope, caller: caller)
    }
    /// Has all messages removed that lie under a queue's id.
    func discard(
        _ queue: UUID,
        of place: AccountPlace,
        _ scope: WriteScope,
        caller: Caller
    ) async throws(ServiceError) {
        let state: JSON = ["account": .string(place.id.lowercaseText), "queue": .string(queue.lowercaseText)]
        _ = try await scope.start(QueuePurge.self, state, caller: caller)
        let lanes = lanes
        scope.afterCommit { lanes.forget(queue) }
    }

    /// Get Queue Metadata (`GET|HEAD /{queue}?comp=metadata`).
    func getQueueMetadata(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let at = try await openQueue(call, scope)
        let queue = try await at.queue(scope)
        let count = try await QueueData.count(queue.id, at.place.id, scope, lanes)
        var reply = at.reply(200, ["x-ms-approximate-messages-count": String(count)])
        for field in queue.metadata.headers { reply.headers.append(field) }
        return reply
    }
    /// Set Queue Metadata (`PUT /{queue}?comp=metadata`).
    func setQueueMetadata(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openQueue(call, scope)
        var queue = try await at.queue(scope)
        queue.metadata = try checked { () throws(StorageFault) in try Metadata(at.head.headers) }
        try await scope.put(queue, in: at.domain, at: StorageKey.queue(try at.name))
        return at.reply(204)
    }
    /// Get Queue ACL (`GET|HEAD /{queue}?comp=acl`).
    func getQueueACL(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let at = try await openQueue(call, scope)
        let queue = try await at.queue(scope)
        return try at.xml { () throws(StorageFault) in try ContainerPolicies.body(queue.policies) }
    }
    /// Set Queue ACL (`PUT /{queue}?comp=acl`).
    func setQueueACL(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openQueue(call, scope)
        var queue = try await at.queue(scope)
        queue.policies = try checked { () throws(StorageFault) in try ContainerPolicies.parse(call.body, of: .queue) }
        try await scope.put(queue, in: at.domain, at: StorageKey.queue(try at.name))
        return at.reply(204)
    }

    /// List Queues (`GET /?comp=list`).
    func listQueues(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let at = try await openQueue(call, scope)
        let query = try checked { () throws(StorageFault) in try ListQuery(at.head.query, for: .queues) }
        let prefix = query.prefix ?? ""
        var range = KeyRange(
            from: StorageKey.start(of: prefix, under: StorageKey.queues),
            to: StorageKey.end(of: prefix, under: StorageKey.queues)
        )
        if let from = query.marker?.fields.first {
            range.from = max(range.from, StorageKey.queues.appending(from))
        }
        let found = try await queues(of: at.place, range, limit: query.pageSize + 1, scope)
        let shown = found.prefix(query.pageSize).map { name, queue in
            (name: name, metadata: query.include.contains(.metadata) ? queue.metadata : nil)
        }
        let next = found.count > query.pageSize ? ListMarker(.queues, [found[query.pageSize].0.text]) : nil
        let listing = QueueListing(
            endpoint: at.endpoint(hostAccount(call.request)),
            query: query,
            queues: shown,
            next: next
        )
        return try at.xml { () throws(StorageFault) in try listing.body() }
    }
    /// Queues in a range of keys, at most `limit`.
    func queues(
        of place: AccountPlace,
        _ range: KeyRange,
        limit: Int,
        _ scope: some Scope
    ) async throws(ServiceError) -> [(QueueName, Queue)] {
        var found: [(QueueName, Queue)] = []
        for item in try await scope.list(Queue.self, in: place.domain, keys: range, limit: limit) {
            var reader = KeyReader(item.key, after: StorageKey.queues)
            guard let text = reader.string(), let name = try? QueueName(text) else {
                throw .unavailable("a queue's key does not hold its name")
            }
            found.append((name, item.value))
        }
        return found
    }
}

extension Metadata {
    /// Whether both have the same names, in any case and order, with the same values.
    func isSame(as other: Metadata) -> Bool {
        func sorted(_ items: [Item]) -> [Item] {
            items.map { Item(name: $0.name.lowercased(), value: $0.value) }.sorted { $0.name < $1.name }
        }
        return sorted(items) == sorted(other.items)
    }
}
