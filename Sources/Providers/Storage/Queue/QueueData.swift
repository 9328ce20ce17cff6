// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// The messages of one queue in one change.
struct QueueData {
    /// Expired messages that one request removes on its way: three writes each, far from the 1,000 a commit may have.
    static let expiredAtOnce = 64
    /// Messages counted exactly when nothing is known of their number.
    private static let countedMax = 1000

    let id: UUID
    let account: UUID
    let scope: WriteScope
    let lanes: QueueLanes
    var domain: Domain { .account(account) }

    init(_ id: UUID, _ account: UUID, _ scope: WriteScope, _ lanes: QueueLanes) {
        self.id = id
        self.account = account
        self.scope = scope
        self.lanes = lanes
    }

    // MARK: One message

    /// The message a path names, when the receipt is the last one given out for it.
    func existing(_ name: String, _ receipt: PopReceipt) async throws(ServiceError) -> (MessageID, QueuedMessage) {
        guard let id = MessageID(name), let message = try await message(id), !message.isExpired(scope.now) else {
            throw ServiceError(.messageNotFound)
        }
        guard message.receipt == receipt else { throw ServiceError(.popReceiptMismatch) }
        return (id, message)
    }
    func message(_ id: MessageID) async throws(ServiceError) -> QueuedMessage? {
        try await scope.get(QueuedMessage.self, in: domain, at: StorageKey.message(self.id, id))
    }
    /// Gives a message its text; a long one lies in a row of its own.
    func set(_ text: [UInt8], of message: inout QueuedMessage, _ id: MessageID) async throws(ServiceError) {
        let key = StorageKey.text(self.id, id)
        if text.count > QueueLimits.inlineBytesMax {
            try await scope.put(LongText(text), in: domain, at: key)
            message.text = nil
        } else {
            if message.text == nil { try await scope.remove(in: domain, at: key) }
            message.text = text
        }
    }
    /// Stores a message under its id and its mark under its time.
    func put(_ message: QueuedMessage, _ id: MessageID) async throws(ServiceError) {
        try await scope.put(message, in: domain, at: StorageKey.message(self.id, id))
        try await scope.put(
            ReadyMark(),
            in: domain,
            at: StorageKey.ready(self.id, ReadyMessage(message.visible, id))
        )
    }
    /// Takes a message's mark away, because it gets another one.
    func move(_ old: QueuedMessage, _ id: MessageID) async throws(ServiceError) {
        try await scope.remove(in: domain, at: StorageKey.ready(self.id, ReadyMessage(old.visible, id)))
    }
    func remove(_ message: QueuedMessage, _ id: MessageID) async throws(ServiceError) {
        try await move(message, id)
        try await scope.remove(in: domain, at: StorageKey.message(self.id, id))
        if message.text == nil { try await scope.remove(in: domain, at: StorageKey.text(self.id, id)) }
    }
    func text(of message: QueuedMessage, _ id: MessageID) async throws(ServiceError) -> [UInt8] {
        try await Self.text(of: message, id, self.id, account, scope)
    }
    static func text(
        of message: QueuedMessage,
        _ id: MessageID,
        _ queue: UUID,
        _ account: UUID,
        _ scope: some Scope
    ) async throws(ServiceError) -> [UInt8] {
        if let text = message.text { return text }
        return try await scope.get(LongText.self, in: .account(account), at: StorageKey.text(queue, id))?.bytes ?? []
    }

    // MARK: Expiry

    static let hourMicroseconds: Int64 = 3_600_000_000
    /// Has the reconciler look at this queue after the hour in which the message expires.
    func noteExpiry(_ expires: Timestamp?) async throws(ServiceError) {
        guard let expires else { return }
        let hour = expires.microseconds / Self.hourMicroseconds
        let (id, lanes) = (id, lanes)
        guard !lanes.with(id, { $0.isNoted(hour: hour) }) else { return }
        let note = ExpiringQueue(tenant: scope.tenant, account: account, queue: id)
        try await scope.put(note, in: .region, at: StorageKey.expiring(hour, id))
        scope.afterCommit { lanes.with(id) { $0.note(hour: hour) } }
    }

    // MARK: Number of messages

    func count() async throws(ServiceError) -> Int { try await Self.count(id, account, scope.loose, lanes) }
    /// Counts a change of the number of messages, which is yet to be written, once it stands.
    func counted(more: Int, inserting: [ReadyMessage] = []) async throws(ServiceError) {
        let count = max(0, try await count() + more)
        let (id, lanes, entry) = (id, lanes, scope.entry)
        let isRecorded = lanes.with(id) { $0.record(count, by: entry, at: scope.now) }
        if isRecorded {
            try await scope.put(MessageCount(count: count), in: domain, at: StorageKey.messageCount(id))
        }
        scope.afterCommit {
            lanes.inserted(inserting, into: id, more: more)
            if isRecorded { lanes.with(id) { $0.recorded(count) } }
        }
    }
    /// About how many messages a queue has: counted when they are few, else as recorded, and kept in memory from then on.
    static func count(
        _ queue: UUID,
        _ account: UUID,
        _ scope: some Scope,
        _ lanes: QueueLanes
    ) async throws(ServiceError) -> Int {
        if let known = lanes.with(queue, { $0.count }) { return known }
        let marks = try await scope.list(
            ReadyMark.self,
            in: .account(account),
            under: StorageKey.ready(queue),
            limit: countedMax + 1
        )
        var count = marks.count
        if count > countedMax {
            let key = StorageKey.messageCount(queue)
            let recorded = try await scope.get(MessageCount.self, in: .account(account), at: key)
            count = max(count, recorded?.count ?? 0)
        }
        lanes.with(queue) { lane in if lane.count == nil { lane.count = count } }
        return count
    }
}
