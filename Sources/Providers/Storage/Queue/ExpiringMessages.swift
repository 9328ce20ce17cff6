// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Removes messages that expired in an hour that is over, in all tenants: queue by queue, so that one whose rows cannot be
/// read keeps those of no other.
struct ExpiringMessages: DueWork {
    let name = "messages.expire"
    let namespace = StorageProvider.namespace
    let hasLongRows = true
    let lanes: QueueLanes
    /// Messages of one commit: up to three writes each.
    private static let atOnce = 250

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        let hour = scope.now.microseconds / QueueData.hourMicroseconds
        let range = KeyRange(
            from: key?.next ?? StorageKey.expiring.children.from,
            to: StorageKey.expiring.appending(hour)
        )
        return try await scope.keys(in: .region, range, limit: limit)
    }
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let queue = try await scope.get(ExpiringQueue.self, in: .region, at: key) else { return }
        let removed = try await expire(queue, scope.of(queue.tenant))
        // Fewer than asked for: no other is left of this hour.
        if removed < Self.atOnce { try await scope.remove(in: .region, at: key) }
    }
    private func expire(_ queue: ExpiringQueue, _ scope: WriteScope) async throws(ServiceError) -> Int {
        let domain = Domain.account(queue.account)
        let all = StorageKey.messages(queue.queue)
        let range = KeyRange(
            from: all.children.from,
            to: StorageKey.message(queue.queue, .first(expiringAt: scope.now))
        )
        let found = try await scope.list(QueuedMessage.self, in: domain, keys: range, limit: Self.atOnce)
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
