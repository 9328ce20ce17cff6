// SPDX-License-Identifier: Apache-2.0
import Markup

/// Writes a page of List Blobs, line by line.
package struct BlobListing: Sendable {
    /// A line of the page.
    package enum Line: Equatable, Sendable {
        case blob(BlobEntry)
        /// What names share up to the delimiter, the delimiter included.
        case prefix(String)
    }
    private var writer = XMLWriter()

    /// Begins a page; `endpoint` is the account's Blob address, with its slash at the end.
    package init(endpoint: String, container: ContainerName, query: ListQuery) {
        writer.open("EnumerationResults", ["ServiceEndpoint": endpoint, "ContainerName": container.text])
        writer.echo(query)
        writer.open("Blobs")
    }
    /// Adds a line; they come in the order of their names.
    package mutating func add(_ line: Line) {
        switch line {
        case .blob(let entry): entry.write(to: &writer)
        case .prefix(let prefix):
            writer.open("BlobPrefix")
            writer.leaf("Name", prefix, whenIllegal: .percentEncode)
            writer.close()
        }
    }
    /// How many bytes can be taken.
    package var count: Int { writer.count }
    /// What was written since the last time.
    package mutating func take() throws(StorageFault) -> [UInt8] {
        do { return try writer.take() } catch { throw XMLBody.inexpressible }
    }
    /// Ends the page and takes what is left of it; `next` is where the next one starts, nil on the last one.
    package mutating func end(next: ListMarker?) throws(StorageFault) -> [UInt8] {
        writer.close()
        writer.leaf("NextMarker", next?.text ?? "")
        writer.close()
        return try take()
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
