// SPDX-License-Identifier: Apache-2.0
import Markup

/// One page of List Queues.
package struct QueueListing: Sendable {
    /// The account's Queue address, with its slash at the end.
    package let endpoint: String
    /// What was asked for.
    package let query: ListQuery
    /// Names, and metadata where they are included.
    package let queues: [(name: QueueName, metadata: Metadata?)]
    /// Where the next page starts; nil on the last one.
    package let next: ListMarker?

    /// A page at hand.
    package init(
        endpoint: String,
        query: ListQuery,
        queues: [(name: QueueName, metadata: Metadata?)],
        next: ListMarker?
    ) {
        self.endpoint = endpoint
        self.query = query
        self.queues = queues
        self.next = next
    }

    /// The answer's body (REST "List Queues", response body).
    package func body() throws(StorageFault) -> [UInt8] {
        try XMLBody.write { writer in
            writer.open("EnumerationResults", ["ServiceEndpoint": endpoint])
            writer.echo(query)
            writer.open("Queues")
            for queue in queues {
                writer.open("Queue")
                writer.leaf("Name", queue.name.text)
                if let metadata = queue.metadata { writer.metadata(metadata) }
                writer.close()
            }
            writer.close()
            writer.leaf("NextMarker", next?.text ?? "")
            writer.close()
        }
    }
}
