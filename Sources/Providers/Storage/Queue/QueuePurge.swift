// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
package import Kernel
import Store

/// Removes the messages of a queue that is gone, or was cleared.
struct QueuePurge: Saga {
    static let kind = "storage.queuePurge"

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let queue = state.uuid("queue") else { return .done(result: nil) }
        return try await scope.purge(queue: queue, of: account) ? .again(state) : .done(result: nil)
    }
}

extension WriteScope {
    /// Rows removed in one step: one write each.
    private static let purgedAtOnce = 600

    /// Removes some of what lies under a queue's id; false when nothing is left.
    func purge(queue: UUID, of account: UUID) async throws(ServiceError) -> Bool {
        let domain = Domain.account(account)
        var rest = Self.purgedAtOnce
        func remove<Value: Stored>(_ type: Value.Type, _ prefix: Key) async throws(ServiceError) {
            guard rest > 0 else { return }
            // Whoever put a message here read the queue, which is gone: nothing can come in meanwhile.
            let rows = try await loose.list(type, in: domain, under: prefix, limit: rest)
            for row in rows { try await self.remove(in: domain, at: row.key) }
            rest -= rows.count
        }
        try await remove(QueuedMessage.self, StorageKey.messages(queue))
        try await remove(LongText.self, StorageKey.texts(queue))
        try await remove(ReadyMark.self, StorageKey.ready(queue))
        guard rest > 0 else { return true }
        try await self.remove(in: domain, at: StorageKey.messageCount(queue))
        return false
    }
    /// Removes some of the queues of an account that is gone, with their messages; false when nothing is left.
    func purgeQueues(of account: UUID) async throws(ServiceError) -> Bool {
        let domain = Domain.account(account)
        guard let item = try await list(Queue.self, in: domain, under: StorageKey.queues, limit: 1).first else {
            try await remove(in: domain, at: StorageKey.queueService)
            return false
        }
        if try await !purge(queue: item.value.id, of: account) { try await remove(in: domain, at: item.key) }
        return true
    }
}

extension StorageProvider {
    /// Queues of one hour that one round of `expireMessages` looks at.
    private static let expiringAtOnce = 8

    /// Removes messages that expired an hour ago or earlier, in all tenants, some at a time.
    ///
    /// A reconciler: it takes no input and may run at any time. Answers whether there may be more.
    package func expireMessages(_ scope: WriteScope) async throws(ServiceError) -> Bool {
        let hour = scope.now.microseconds / QueueData.hourMicroseconds
        let range = KeyRange(
            from: StorageKey.expiring.children.from,
            to: StorageKey.expiring.appending(hour)
        )
        let due = try await scope.list(ExpiringQueue.self, in: .region, keys: range, limit: Self.expiringAtOnce)
        var rest = Self.expiringAtOnce * QueueData.expiredAtOnce / 2
        for item in due where rest > 0 {
            let tenant = scope.of(item.value.tenant)
            let removed = try await expire(item.value, tenant, limit: rest)
            rest -= removed
            // Fewer than asked for: no other is left of this hour.
            if rest > 0 { try await scope.remove(in: .region, at: item.key) }
        }
        return due.count == Self.expiringAtOnce || rest <= 0
    }
    private func expire(
        _ queue: ExpiringQueue,
        _ scope: WriteScope,
        limit: Int
    ) async throws(ServiceError) -> Int {
        let domain = Domain.account(queue.account)
        let all = StorageKey.messages(queue.queue)
        let range = KeyRange(
            from: all.children.from,
            to: StorageKey.message(queue.queue, .first(expiringAt: scope.now))
        )
        let found = try await scope.list(QueuedMessage.self, in: domain, keys: range, limit: limit)
        let data = QueueData(queue.queue, queue.account, scope, lanes)
        if !found.isEmpty { try await data.counted(more: -found.count) }
        for item in found {
            var reader = KeyReader(item.key, after: all)
            guard let id = reader.uuid() else { continue }
            try await data.remove(item.value, MessageID(id))
        }
        return found.count
    }
}
