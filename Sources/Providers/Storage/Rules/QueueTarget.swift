// SPDX-License-Identifier: Apache-2.0

/// What a path of the queue surface names: an account or one of its queues, with or without messages.
package struct QueueTarget: Hashable, Sendable {
    /// The account.
    package let account: AccountName
    /// The queue, unless the account itself is meant.
    package let queue: QueueName?

    /// Names a queue.
    package init(account: AccountName, queue: QueueName? = nil) {
        self.account = account
        self.queue = queue
    }
    /// Reads a path as sent.
    package init(head: RequestHead, host: AccountName?) throws(StorageFault) {
        let path = try StoragePath(head, host: host, of: .queue)
        account = path.account
        queue = if let first = path.segments.first { try QueueName(first) } else { nil }
    }
    /// The name signatures are made over: `/account[/queue]`.
    package var canonicalPath: String { "/" + account.text + (queue.map { "/\($0)" } ?? "") }
}
