// SPDX-License-Identifier: Apache-2.0
package import Base

/// How much the Queue service takes (REST "Scalability targets for Queue storage", "Put Message", "Get Messages").
package enum QueueLimits {
    /// The longest text of a message, in bytes of UTF-8.
    package static let textBytesMax = 64 << 10
    /// The longest body of a message: every byte of the text as the longest escape, and the elements around it.
    package static let bodyBytesMax = 6 * textBytesMax + 4096
    /// The most messages one request gets or peeks.
    package static let messagesMax = 32
    /// The longest time a message stays out of sight, in seconds; before version 2017-07-29 the longest life too.
    package static let week = 7 * 86_400
    /// How long a message that was got stays out of sight when the client says nothing, in seconds.
    package static let visibilityDefault = 30
    /// The longest life that can be asked for, in seconds: the parameter is a 32-bit number.
    package static let lifeMax = Int(Int32.max)
    /// What is answered as the expiry of a message that never expires.
    package static let never = Timestamp(seconds: 253_402_300_799)
    /// Longer texts lie in a row of their own, so that changing a message's visibility does not write them again.
    package static let inlineBytesMax = 1024
}

extension StorageFault {
    /// 404: there is no such queue.
    package static let queueNotFound = StorageFault(404, "QueueNotFound", "The specified queue does not exist.")
    /// 409: a queue of that name has other metadata.
    package static let queueAlreadyExists = StorageFault(
        409,
        "QueueAlreadyExists",
        "The specified queue already exists with different metadata."
    )
    /// 404: there is no such message, or it has expired.
    package static let messageNotFound = StorageFault(
        404,
        "MessageNotFound",
        "The specified message does not exist."
    )
    /// 400: the message was got or updated by somebody else meanwhile.
    package static let popReceiptMismatch = StorageFault(
        400,
        "PopReceiptMismatch",
        "The specified pop receipt did not match the pop receipt for a dequeued message; get the message again."
    )
}
