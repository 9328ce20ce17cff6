// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Removes the messages of a queue that is gone, or was cleared.
struct QueuePurge: Saga {
    static let kind = "storage.queuePurge"
    static let frees = true

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
        // Whoever put a message here read the queue, which is gone: nothing can come in meanwhile.
        let more = try await purge(
            messages: StorageKey.messages(queue),
            texts: StorageKey.texts(queue),
            marks: StorageKey.ready(queue),
            of: account
        )
        if !more { try await remove(in: .account(account), at: StorageKey.messageCount(queue)) }
        return more
    }
    /// Removes some of the queues of an account that is gone, with their messages; false when nothing is left.
    ///
    /// It goes by kind of row: messages of queues that were deleted or cleared shortly before lie under ids that no queue
    /// has any more, and their own purge does not find them once the account's key is gone.
    func purgeQueues(of account: UUID) async throws(ServiceError) -> Bool {
        let more = try await purge(
            messages: StorageKey.allMessages,
            texts: StorageKey.allTexts,
            marks: StorageKey.allReady,
            of: account
        )
        guard !more else { return true }
        let domain = Domain.account(account)
        let limit = Self.purgedAtOnce
        let queues = try await list(Queue.self, in: domain, under: StorageKey.queues, limit: limit)
        for queue in queues { try await remove(in: domain, at: queue.key) }
        guard queues.isEmpty else { return true }
        let counts = try await list(MessageCount.self, in: domain, under: StorageKey.messageCounts, limit: limit)
        for count in counts { try await remove(in: domain, at: count.key) }
        guard counts.isEmpty else { return true }
        try await remove(in: domain, at: StorageKey.queueService)
        return false
    }
    /// Removes some of the rows under these keys; false when nothing is left.
    private func purge(
        messages: Key,
        texts: Key,
        marks: Key,
        of account: UUID
    ) async throws(ServiceError) -> Bool {
        let domain = Domain.account(account)
        var rest = Self.purgedAtOnce
        func remove<Value: Stored>(_ type: Value.Type, _ prefix: Key) async throws(ServiceError) {
            guard rest > 0 else { return }
            let rows = try await loose.list(type, in: domain, under: prefix, limit: rest)
            for row in rows { try await self.remove(in: domain, at: row.key) }
            rest -= rows.count
        }
        try await remove(QueuedMessage.self, messages)
        try await remove(LongText.self, texts)
        try await remove(ReadyMark.self, marks)
        return rest <= 0
    }
}
