// SPDX-License-Identifier: Apache-2.0
import Markup

/// One page of List Blobs.
package struct BlobListing: Sendable {
    /// A line of the page.
    package enum Line: Equatable, Sendable {
        case blob(BlobEntry)
        /// What names share up to the delimiter, the delimiter included.
        case prefix(String)
    }
    /// The account's Blob address, with its slash at the end.
    package let endpoint: String
    /// The container.
    package let container: ContainerName
    /// What was asked for.
    package let query: ListQuery
    /// Blobs and prefixes, in the order of their names.
    package let lines: [Line]
    /// Where the next page starts; nil on the last one.
    package let next: ListMarker?

    /// A page at hand.
    package init(endpoint: String, container: ContainerName, query: ListQuery, lines: [Line], next: ListMarker?) {
        self.endpoint = endpoint
        self.container = container
        self.query = query
        self.lines = lines
        self.next = next
    }

    /// The answer's body.
    package func body() throws(StorageFault) -> [UInt8] {
        try XMLBody.write { writer in
            writer.open("EnumerationResults", ["ServiceEndpoint": endpoint, "ContainerName": container.text])
            writer.echo(query)
            writer.open("Blobs")
            for line in lines {
                switch line {
                case .blob(let entry): entry.write(to: &writer)
                case .prefix(let prefix):
                    writer.open("BlobPrefix")
                    writer.leaf("Name", prefix, whenIllegal: .percentEncode)
                    writer.close()
                }
            }
            writer.close()
            writer.leaf("NextMarker", next?.text ?? "")
            writer.close()
        }
    }
}

extension XMLWriter {
    /// What the client asked for, as far as it asked (REST "List Blobs": these elements appear only if specified).
    mutating func echo(_ query: ListQuery) {
        if let prefix = query.prefix { leaf("Prefix", prefix, whenIllegal: .percentEncode) }
        optional("Marker", query.markerText)
        optional("MaxResults", query.maxResults.map(String.init))
        if let delimiter = query.delimiter { leaf("Delimiter", delimiter, whenIllegal: .percentEncode) }
    }
}
