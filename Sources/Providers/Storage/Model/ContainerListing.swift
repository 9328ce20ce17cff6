// SPDX-License-Identifier: Apache-2.0
import Markup

/// One page of List Containers.
package struct ContainerListing: Sendable {
    /// The account's Blob address, with its slash at the end.
    package let endpoint: String
    /// What was asked for.
    package let query: ListQuery
    /// The containers, in the order of their names.
    package let containers: [ContainerEntry]
    /// Where the next page starts; nil on the last one.
    package let next: ListMarker?

    /// A page at hand.
    package init(endpoint: String, query: ListQuery, containers: [ContainerEntry], next: ListMarker?) {
        self.endpoint = endpoint
        self.query = query
        self.containers = containers
        self.next = next
    }

    /// The answer's body.
    package func body() throws(StorageFault) -> [UInt8] {
        try XMLBody.write { writer in
            writer.open("EnumerationResults", ["ServiceEndpoint": endpoint])
            writer.echo(query)
            writer.open("Containers")
            for container in containers { container.write(to: &writer) }
            writer.close()
            writer.leaf("NextMarker", next?.text ?? "")
            writer.close()
        }
    }
}
