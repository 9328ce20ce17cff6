// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// Reads multipart bodies of tables and of Blob Batch (RFC 2046 §5.1), whose lines end with CRLF or, from some clients, with LF alone.
package enum MultipartBody {
    /// One part.
    package struct Part: Sendable {
        /// Its header fields, by lower-case name.
        package let headers: [String: String]
        /// What follows the blank line.
        package let body: ArraySlice<UInt8>
    }
    /// Most header lines of a part.
    static let headersMax = 64

    /// The boundary a Content-Type of `multipart/mixed` names; nil for other types.
    package static func boundary(_ contentType: String?) -> String? {
        let pieces = contentType?.split(separator: ";") ?? []
        guard pieces.first?.filter({ $0 != " " }).lowercased() == "multipart/mixed" else { return nil }
        for parameter in pieces.dropFirst() {
            let halves = parameter.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, halves[0].filter({ $0 != " " }).lowercased() == "boundary" else { continue }
            let text = halves[1].drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" && $0 != " " }
            return (1...70).contains(text.utf8.count) ? String(text) : nil
        }
        return nil
    }

    /// The parts between the boundaries, at most `limit`; nil when the body is not well formed or has more.
    package static func parts(_ body: ArraySlice<UInt8>, boundary: String, limit: Int) -> [Part]? {
        let opening = Array("--\(boundary)".utf8)
        var parts: [Part] = []
        var start: Int?
        var lines = Lines(body)
        while let line = lines.next() {
            guard line.text.starts(with: opening) else { continue }
            let rest = line.text.dropFirst(opening.count).filter { $0 != 0x20 && $0 != 0x09 }
            guard rest.isEmpty || rest == Array("--".utf8) else { continue }
            if let start {
                guard parts.count < limit, let part = part(trimmed(body[start..<max(start, line.start)])) else {
                    return nil
                }
                parts.append(part)
            }
            if !rest.isEmpty { return parts }
            start = line.end
        }
        return nil
    }
    /// The line break before a boundary belongs to the boundary.
    private static func trimmed(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard content.last == 0x0A else { return content }
        let shorter = content.dropLast()
        return shorter.last == 0x0D ? shorter.dropLast() : shorter
    }
    private static func part(_ content: ArraySlice<UInt8>) -> Part? {
        var lines = Lines(content)
        guard let headers = headers(&lines) else { return nil }
        return Part(headers: headers, body: lines.rest)
    }
    /// The header lines up to the blank one.
    static func headers(_ lines: inout Lines) -> [String: String]? {
        var headers: [String: String] = [:]
        while let line = lines.next(), !line.text.isEmpty {
            let halves = line.text.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, headers.count < headersMax,
                let name = String(validating: halves[0], as: UTF8.self),
                let value = String(validating: halves[1], as: UTF8.self)
            else { return nil }
            headers[name.lowercased()] = String(value.drop { $0 == " " })
        }
        return headers
    }

    /// Walks through lines.
    struct Lines {
        private(set) var rest: ArraySlice<UInt8>
        init(_ bytes: ArraySlice<UInt8>) { rest = bytes }
        /// The next line without its end, and where it begins and the next one does.
        mutating func next() -> (text: ArraySlice<UInt8>, start: Int, end: Int)? {
            guard !rest.isEmpty else { return nil }
            let start = rest.startIndex
            let feed = rest.firstIndex(of: 0x0A)
            let end = feed.map { $0 + 1 } ?? rest.endIndex
            var text = rest[start..<(feed ?? rest.endIndex)]
            if text.last == 0x0D { text = text.dropLast() }
            rest = rest[end...]
            return (text, start, end)
        }
    }
}
