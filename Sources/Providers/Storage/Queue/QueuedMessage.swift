// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// A message in a queue.
///
/// It lies under its id; `ReadyMark` lies under the time from which it can be got.
struct QueuedMessage: Stored {
    let inserted: Timestamp
    /// Nil: never.
    let expires: Timestamp?
    /// From when it can be got: where its mark lies.
    var visible: Timestamp
    var dequeueCount: UInt64 = 0
    var receipt: PopReceipt
    /// The text, unless it lies in a row of its own (`LongText`).
    var text: [UInt8]?

    static let format: UInt8 = 1

    /// A new one, yet without its text.
    init(_ scope: WriteScope, expires: Timestamp?, visible: Timestamp) {
        inserted = scope.now
        self.expires = expires
        self.visible = visible
        receipt = PopReceipt(scope.entropy.uuid())
        text = []
    }
    func isExpired(_ now: Timestamp) -> Bool { expires.map { $0 <= now } ?? false }
    func entry(_ id: MessageID) -> MessageEntry { MessageEntry(id: id, inserted: inserted, expires: expires) }

    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.time(inserted)
        writer.optional(expires)
        writer.time(visible)
        writer.number(dequeueCount)
        writer.uuid(receipt.uuid)
        writer.optional(text)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        inserted = try reader.time()
        expires = try reader.optionalTime()
        visible = try reader.time()
        dequeueCount = try reader.number()
        receipt = PopReceipt(try reader.uuid())
        text = try reader.optionalData()
    }
}

/// Says by its key that a message can be got from a time on; its value says nothing.
struct ReadyMark: Stored {
    static let format: UInt8 = 1
    init() {}
    func storedBody() -> [UInt8] { [] }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) {}
}

/// The text of a message that is too long to be written again with every change of its visibility.
struct LongText: Stored {
    let bytes: [UInt8]
    static let format: UInt8 = 1
    init(_ bytes: [UInt8]) { self.bytes = bytes }
    func storedBody() -> [UInt8] { bytes }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { bytes = Array(storedBody) }
}

/// How many messages a queue had at about the last change that wrote this: about each 64th does, one at a time, so that
/// a restart begins with a good estimate and no change waits for another one.
struct MessageCount: Stored, Codable {
    var count: Int
    /// Changes of the count between two records.
    static let period = 64
}

/// Says that messages of a queue expire in an hour: where the reconciler looks once the hour is over.
struct ExpiringQueue: Stored, Codable {
    var tenant: TenantID
    var account: UUID
    var queue: UUID
}

extension StorageKey {
    static func message(_ queue: UUID, _ id: MessageID) -> Key { messages(queue).appending(id.uuid) }
    static let allMessages = Key("message")
    static func messages(_ queue: UUID) -> Key { allMessages.appending(queue) }
    static func text(_ queue: UUID, _ id: MessageID) -> Key { texts(queue).appending(id.uuid) }
    static let allTexts = Key("message-text")
    static func texts(_ queue: UUID) -> Key { allTexts.appending(queue) }
    static let allReady = Key("message-ready")
    static func ready(_ queue: UUID) -> Key { allReady.appending(queue) }
    static func ready(_ queue: UUID, _ message: ReadyMessage) -> Key {
        ready(queue).appending(message.visible, message.id.uuid)
    }
    static let messageCounts = Key("message-count")
    static func messageCount(_ queue: UUID) -> Key { messageCounts.appending(queue) }
    static let queueService = Key("queue-service")

    // Region.
    static let expiring = Key("message-expiring")
    /// `hour` is the number of the hour since the epoch.
    static func expiring(_ hour: Int64, _ queue: UUID) -> Key { expiring.appending(hour, queue) }
}

/// A message with the time from which it can be got: the order in which messages are handed out.
struct ReadyMessage: Hashable, Comparable, Sendable {
    let visible: Timestamp
    let id: MessageID

    static func < (a: ReadyMessage, b: ReadyMessage) -> Bool {
        a.visible == b.visible ? a.id < b.id : a.visible < b.visible
    }
    /// What a mark's key says; nil when it is none.
    init?(_ key: Key, of queue: UUID) {
        var reader = KeyReader(key, after: StorageKey.ready(queue))
        guard let time = reader.integer(), let id = reader.uuid() else { return nil }
        visible = Timestamp(microseconds: time)
        self.id = MessageID(id)
    }
    init(_ visible: Timestamp, _ id: MessageID) {
        self.visible = visible
        self.id = id
    }
}
