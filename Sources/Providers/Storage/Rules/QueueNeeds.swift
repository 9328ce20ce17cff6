// SPDX-License-Identifier: Apache-2.0

/// What a signature must permit for the operations of the Queue service (REST "Create an account SAS" and "Create a
/// service SAS", Queue service).
extension SASNeed {
    /// List Queues.
    package static let listQueues = SASNeed(.service, of: .queue, account: "l", service: [])
    /// Get Queue Service Properties and Get Queue Service Stats.
    package static let getQueueServiceProperties = SASNeed(.service, of: .queue, account: "r", service: [])
    /// Set Queue Service Properties.
    package static let setQueueServiceProperties = SASNeed(.service, of: .queue, account: "w", service: [])

    /// Create Queue.
    package static let createQueue = SASNeed(.container, of: .queue, account: "cw", service: [])
    /// Delete Queue.
    package static let deleteQueue = SASNeed(.container, of: .queue, account: "d", service: [])
    /// Get Queue Metadata.
    package static let getQueueMetadata = SASNeed(.container, of: .queue, account: "r")
    /// Set Queue Metadata.
    package static let setQueueMetadata = SASNeed(.container, of: .queue, account: "w", service: [])

    /// Put Message.
    package static let putMessage = SASNeed(.object, of: .queue, account: "a")
    /// Get Messages.
    package static let getMessages = SASNeed(.object, of: .queue, account: "p")
    /// Peek Messages.
    package static let peekMessages = SASNeed(.object, of: .queue, account: "r")
    /// Delete Message.
    package static let deleteMessage = SASNeed(.object, of: .queue, account: "p")
    /// Clear Messages: a queue's signature has no letter for deleting but "process".
    package static let clearMessages = SASNeed(.object, of: .queue, account: "d", service: "p")
    /// Update Message.
    package static let updateMessage = SASNeed(.object, of: .queue, account: "u")
}
