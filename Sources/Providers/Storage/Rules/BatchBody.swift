// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// The body of Blob Batch (REST "Blob Batch"; RFC 2046 §5.1): requests in `multipart/mixed`.
package struct BatchBody: Sendable {
    /// One request of the body.
    package struct Part: Sendable {
        /// The `Content-ID`, for the answer to name; nil when the part has none.
        package let contentID: String?
        /// The verb.
        package let method: HTTPRequest.Method
        /// The path as sent, without query.
        package let path: String
        /// The query as sent, without `?`.
        package let query: String
        /// The headers.
        package let headers: HTTPFields
    }
    /// The most requests of a batch.
    package static let partsMax = 256
    /// The longest body, in bytes.
    package static let bytesMax = 4 << 20
    /// The most header lines of one part.
    static let headersMax = 64

    /// The requests in the order sent.
    package let parts: [Part]

    /// Reads a body by the boundary its `Content-Type` names.
    package init(_ body: [UInt8], contentType: String?) throws(StorageFault) {
        guard let contentType else { throw .missingRequiredHeader("Content-Type") }
        guard let name = MultipartBody.boundary(contentType) else {
            throw .invalidHeaderValue("Content-Type", contentType)
        }
        let boundary = Boundary(name)
        var parts: [Part] = []
        var lines = MultipartBody.Lines(body[...])
        guard lines.next()?.text.elementsEqual(boundary.open) == true else {
            throw .invalidInput("the body does not begin with its boundary.")
        }
        while true {
            guard parts.count < Self.partsMax else { throw .exceedsMaxBatchRequestCount }
            let (part, isLast) = try Self.part(&lines, boundary)
            parts.append(part)
            if isLast { break }
        }
        self.parts = parts
    }

    private struct Boundary {
        let open: [UInt8]
        let close: [UInt8]
        init(_ name: String) { (open, close) = (Array("--\(name)".utf8), Array("--\(name)--".utf8)) }
    }

    private static func part(_ lines: inout MultipartBody.Lines, _ boundary: Boundary) throws(StorageFault) -> (
        Part, isLast: Bool
    ) {
        let envelope = try headers(&lines)
        guard envelope[.contentType]?.lowercased() == "application/http" else {
            throw .invalidInput("a part is not of the type application/http.")
        }
        guard let first = lines.next().flatMap({ String(validating: $0.text, as: UTF8.self) }) else { throw ended }
        let words = first.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), let method = HTTPRequest.Method(String(words[0])),
            let target = target(words[1])
        else { throw .invalidInput("a part does not begin with a request line.") }
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let fields = try headers(&lines)
        guard fields[.contentLength].map({ $0 == "0" }) ?? true else {
            throw .invalidInput("a part has a body; deletions and tiers have none.")
        }
        let part = Part(
            contentID: envelope[StorageHeader.name("Content-ID")],
            method: method,
            path: String(halves[0]),
            query: halves.count == 2 ? String(halves[1]) : "",
            headers: fields
        )
        while let line = lines.next()?.text {
            if line.elementsEqual(boundary.open) { return (part, false) }
            if line.elementsEqual(boundary.close) { return (part, true) }
            guard line.isEmpty else { throw .invalidInput("a part has a body; deletions and tiers have none.") }
        }
        throw ended
    }
    private static let ended = StorageFault.invalidInput("the body ends before its closing boundary.")

    /// The path and query of a request line; some clients send a whole address.
    private static func target(_ text: Substring) -> Substring? {
        if text.hasPrefix("/") { return text }
        guard let scheme = text.firstRange(of: "://") else { return nil }
        let rest = text[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { rest[$0...] }
    }
    /// Header lines up to the empty one.
    private static func headers(_ lines: inout MultipartBody.Lines) throws(StorageFault) -> HTTPFields {
        var fields = HTTPFields()
        while let line = lines.next()?.text {
            guard !line.isEmpty else { return fields }
            guard fields.count < headersMax, let colon = line.firstIndex(of: 58),
                let name = String(validating: line[..<colon], as: UTF8.self).flatMap({ HTTPField.Name($0) }),
                let text = String(validating: line[(colon + 1)...], as: UTF8.self)
            else { throw .invalidInput("a part has a line that is no header.") }
            var value = text[...]
            while value.first == " " || value.first == "\t" { value = value.dropFirst() }
            while value.last == " " || value.last == "\t" { value = value.dropLast() }
            guard HTTPField.isValidValue(String(value)) else { throw .invalidInput("a part's header is malformed.") }
            fields.append(HTTPField(name: name, value: String(value)))
        }
        throw ended
    }
}

extension StorageFault {
    /// 400: more requests than a batch may carry.
    package static let exceedsMaxBatchRequestCount = StorageFault(
        400,
        "ExceedsMaxBatchRequestCount",
        "The batch operation exceeds maximum number of allowed subrequests, which is 256."
    )
}
