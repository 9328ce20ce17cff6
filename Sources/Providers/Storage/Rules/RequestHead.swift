// SPDX-License-Identifier: Apache-2.0
import Base
package import HTTPTypes

/// The part of a request that the rules read: verb, path as sent, query, headers.
package struct RequestHead: Sendable {
    /// The verb.
    package let method: HTTPRequest.Method
    /// The path exactly as sent: signatures cover its escapes.
    package let path: String
    /// The query.
    package let query: QueryItems
    /// The headers.
    package let headers: HTTPFields
    /// Which lengths the names of headers have, a bit for each: most headers that are asked for were not sent, and are seen
    /// here to be missing without a look at any name.
    private let nameLengths: UInt64

    /// Takes a request target (`/path?query`) as sent.
    package init(method: HTTPRequest.Method, target: String, headers: HTTPFields) throws(StorageFault) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        try self.init(
            method: method,
            path: halves.first.map(String.init) ?? "",
            query: halves.count == 2 ? String(halves[1]) : "",
            headers: headers
        )
    }
    /// Takes path and query as sent; what RFC 3986 would have escaped is an invalid URI.
    package init(
        method: HTTPRequest.Method,
        path: String,
        query: String,
        headers: HTTPFields
    ) throws(StorageFault) {
        guard path.utf8.span.allLie(in: 33...126), query.utf8.span.allLie(in: 33...126) else { throw .invalidURI }
        self.method = method
        self.path = path
        self.query = try QueryItems(query)
        self.headers = headers
        nameLengths = headers.reduce(0) { $0 | Self.bit($1.name.canonicalName) }
    }
    private static func bit(_ name: String) -> UInt64 { 1 << UInt64(name.utf8.count & 63) }
    /// Whether a header of this name may have been sent; where not, none was.
    func mayHave(_ name: String) -> Bool { nameLengths & Self.bit(name) != 0 }

    /// A header's value as signatures see it: every field of the name, joined by commas; empty when absent.
    func signed(_ name: HTTPField.Name) -> String { headers[values: name].joined(separator: ",") }
}
