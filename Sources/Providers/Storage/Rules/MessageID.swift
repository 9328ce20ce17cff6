// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials

/// Names a message.
///
/// The id begins with the message's expiry, so that the messages of a queue, by their ids, lie in the order in which
/// they expire: those whose time has come are found without looking at the others. RFC 9562 §5.8 (version 8).
package struct MessageID: Hashable, Comparable, Sendable {
    /// The id.
    package let uuid: UUID

    /// A fresh id for a message that expires then, or never.
    package init(expires: Timestamp?, _ entropy: any Entropy) {
        var bytes = entropy.uuid().bytes
        let first = Self.first(expires)
        bytes.replaceSubrange(0..<6, with: first)
        bytes[6] = bytes[6] & 0x0F | 0x80
        uuid = UUID(bytes: bytes) ?? entropy.uuid()
    }
    /// An id as it is stored.
    package init(_ uuid: UUID) { self.uuid = uuid }
    /// An id as a path gives it; nil when it is none.
    package init?(_ text: String) {
        guard let uuid = UUID(uuidString: text) else { return nil }
        self.uuid = uuid
    }
    /// As clients see it.
    package var text: String { uuid.lowercaseText }

    /// The least id of messages that expire at a time or later.
    package static func first(expiringAt time: Timestamp) -> MessageID {
        let b = first(time)
        return MessageID(UUID(uuid: (b[0], b[1], b[2], b[3], b[4], b[5], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    }
    /// The greatest id there is.
    package static let last = MessageID(
        UUID(uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
    )
    /// Milliseconds in six bytes; the highest for those that never expire.
    private static func first(_ expires: Timestamp?) -> [UInt8] {
        let milliseconds = expires.map { UInt64(max(0, $0.microseconds / 1000)) } ?? UInt64.max
        return (0..<6).map { UInt8(truncatingIfNeeded: min(milliseconds, (1 << 48) - 1) >> (40 - 8 * UInt64($0))) }
    }
    /// By bytes, as keys sort.
    package static func < (a: MessageID, b: MessageID) -> Bool {
        a.uuid.bytes.lexicographicallyPrecedes(b.uuid.bytes)
    }
}
