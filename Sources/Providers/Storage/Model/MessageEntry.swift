// SPDX-License-Identifier: Apache-2.0
package import Base
import Markup

/// One `<QueueMessage>` of an answer; what the operation does not show is nil.
package struct MessageEntry: Sendable {
    /// Which message.
    package let id: MessageID
    /// When it was put.
    package let inserted: Timestamp
    /// When it expires; nil: never.
    package let expires: Timestamp?
    /// What deletes and updates it: of messages put or got.
    package var receipt: PopReceipt?
    /// When it is seen again: of messages put or got.
    package var nextVisible: Timestamp?
    /// How often it was got: of messages got or peeked.
    package var dequeueCount: UInt64?
    /// Its text, UTF-8: of messages got or peeked.
    package var text: [UInt8]?

    /// What every answer shows of a message.
    package init(id: MessageID, inserted: Timestamp, expires: Timestamp?) {
        self.id = id
        self.inserted = inserted
        self.expires = expires
    }

    /// The body of Put Message, Get Messages and Peek Messages.
    package static func body(_ messages: [MessageEntry]) throws(StorageFault) -> [UInt8] {
        try XMLBody.write { writer in
            writer.open("QueueMessagesList")
            for message in messages {
                writer.open("QueueMessage")
                writer.leaf("MessageId", message.id.text)
                writer.leaf("InsertionTime", message.inserted.httpDate)
                writer.leaf("ExpirationTime", (message.expires ?? QueueLimits.never).httpDate)
                writer.optional("PopReceipt", message.receipt?.text)
                writer.optional("TimeNextVisible", message.nextVisible?.httpDate)
                writer.optional("DequeueCount", message.dequeueCount.map(String.init))
                if let text = message.text { writer.leaf("MessageText", String(decoding: text, as: UTF8.self)) }
                writer.close()
            }
            writer.close()
        }
    }
}
