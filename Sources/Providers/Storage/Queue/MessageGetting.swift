// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

extension StorageProvider {
    /// Get Messages (`GET /{queue}/messages`): hands out the messages that can be seen for the longest time, and hides
    /// them.
    func getMessages(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        let (count, visibility) = try checked { () throws(StorageFault) in try MessageTerms.get(at.head.query) }
        let queue = QueueData(try await at.queue(scope).id, at.place.id, scope, lanes)
        let handed: [Handed]
        do throws(ServiceError) {
            handed = try await hand(count, from: queue, since: at.tick)
        } catch {
            lanes.with(queue.id) { $0.release(scope.entry) }
            throw error
        }
        var entries: [MessageEntry] = []
        var hidden: [ReadyMessage] = []
        for (id, old) in handed {
            try await queue.move(old, id)
            var message = old
            message.visible = scope.now + .seconds(visibility)
            message.receipt = PopReceipt(scope.entropy.uuid())
            message.dequeueCount += 1
            try await queue.put(message, id)
            hidden.append(ReadyMessage(message.visible, id))
            var entry = message.entry(id)
            entry.receipt = message.receipt
            entry.nextVisible = message.visible
            entry.dequeueCount = message.dequeueCount
            entry.text = try await queue.text(of: message, id)
            entries.append(entry)
        }
        let (lanes, entry, moved, place) = (lanes, scope.entry, hidden, queue.id)
        scope.afterCommit {
            lanes.with(place) { $0.settle(entry) }
            lanes.inserted(moved, into: place)
        }
        return try at.xml { () throws(StorageFault) in try MessageEntry.body(entries) }
    }

    private typealias Handed = (id: MessageID, message: QueuedMessage)
    /// Readings of the store for one request: each brings what the one before it had no room for, or passed expired
    /// messages.
    private static let scansMax = 4

    private func hand(_ count: Int, from queue: QueueData, since tick: Int) async throws(ServiceError) -> [Handed] {
        let scope = queue.scope
        var handed: [Handed] = []
        var expired = 0
        // A second attempt begins with what the first was handed: nobody else has it.
        var candidates = lanes.with(queue.id) { $0.claimed(by: scope.entry) }
        var scans = 0
        while true {
            for candidate in candidates {
                let message = handed.count < count ? try await queue.message(candidate.id) : nil
                if let message, message.visible == candidate.visible {
                    if !message.isExpired(scope.now) {
                        handed.append((candidate.id, message))
                        continue
                    }
                    if expired < QueueData.expiredAtOnce {
                        if expired == 0 { _ = try await queue.count() }
                        expired += 1
                        try await queue.remove(message, candidate.id)
                        continue
                    }
                }
                lanes.with(queue.id) { $0.drop(candidate, for: scope.entry, since: tick) }
            }
            guard handed.count < count, expired < QueueData.expiredAtOnce else { break }
            candidates = lanes.with(queue.id) { $0.take(count - handed.count, for: scope.entry, at: scope.now) }
            if !candidates.isEmpty { continue }
            guard scans < Self.scansMax, try await scan(queue, since: tick) else { break }
            scans += 1
        }
        if expired > 0 { try await queue.counted(more: -expired) }
        return handed
    }

    /// Reads on in the store behind what is known; false when there was nothing.
    private func scan(_ queue: QueueData, since tick: Int) async throws(ServiceError) -> Bool {
        let scope = queue.scope
        let start = lanes.with(queue.id) { $0.scanStart(scope.now) }
        let all = StorageKey.ready(queue.id)
        let range = KeyRange(
            from: start.map { StorageKey.ready(queue.id, $0).next } ?? all.children.from,
            to: all.appending(scope.now).afterChildren
        )
        let marks = try await scope.loose.list(
            ReadyMark.self,
            in: queue.domain,
            keys: range,
            limit: QueueLane.scanMax
        )
        let found = marks.compactMap { ReadyMessage($0.key, of: queue.id) }
        let isWhole = marks.count < QueueLane.scanMax
        let end = isWhole ? nil : found.last
        return lanes.with(queue.id) { lane in
            lane.scanned(found, from: start, to: end ?? ReadyMessage(scope.now, .last), since: tick)
            return lane.hasReady || !isWhole
        }
    }
}
