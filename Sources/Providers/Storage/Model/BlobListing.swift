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

    /// Lines that are written before others may go first: some tenth of a millisecond.
    private static let linesAtOnce = 16

    /// The answer's body; `rest` is called between portions of it.
    package func body(rest: () async -> Void = {}) async throws(StorageFault) -> [UInt8] {
        var writer = XMLWriter()
        writer.open("EnumerationResults", ["ServiceEndpoint": endpoint, "ContainerName": container.text])
        writer.echo(query)
        writer.open("Blobs")
        for (number, line) in lines.enumerated() {
            if number.isMultiple(of: Self.linesAtOnce) { await rest() }
            line.write(to: &writer)
        }
        writer.close()
        writer.leaf("NextMarker", next?.text ?? "")
        writer.close()
        return try XMLBody.finish(writer)
    }
}

extension BlobListing.Line {
    fileprivate func write(to writer: inout XMLWriter) {
        switch self {
        case .blob(let entry): entry.write(to: &writer)
        case .prefix(let prefix):
            writer.open("BlobPrefix")
            writer.leaf("Name", prefix, whenIllegal: .percentEncode)
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
