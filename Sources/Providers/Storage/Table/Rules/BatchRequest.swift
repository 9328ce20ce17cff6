// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes

/// An entity group transaction as it came in (REST "Performing entity group transactions"): one change set of requests, or
/// one query alone.
package struct BatchRequest: Sendable {
    /// The most changes.
    package static let changesMax = 100

    /// One request of the change set, not yet understood.
    package struct Line: Sendable {
        /// The method, X-HTTP-Method taken into account.
        package let method: String
        /// The table it names.
        package let table: String
        /// The keys it names, parentheses included; empty where it names none.
        package let keys: String
        /// What follows its `?`; empty where nothing does.
        package let options: String
        /// Its header fields, by lower-case name.
        package let headers: [String: String]
        /// Its body.
        package let body: [UInt8]
    }
    /// The requests in their order.
    package let lines: [Line]
    /// Whether it is one query, which changes nothing.
    package let isQuery: Bool

    /// Reads a body.
    package init(_ body: [UInt8], contentType: String?) throws(StorageFault) {
        guard let boundary = MultipartBody.boundary(contentType) else { throw .mediaTypeNotSupported }
        guard let outer = MultipartBody.parts(body[...], boundary: boundary, limit: 2), let first = outer.first else {
            throw Self.broken
        }
        guard let inner = MultipartBody.boundary(first.headers["content-type"]) else {
            // A part that is a request itself can only be a query, and alone.
            guard outer.count == 1 else { throw .invalidTableInput("A query is the only operation of its batch.") }
            guard first.headers["content-type"]?.lowercased() == "application/http" else { throw Self.broken }
            lines = [try Self.line(first.body)]
            guard lines[0].method == "GET" else { throw .invalidTableInput("What changes comes in a change set.") }
            isQuery = true
            return
        }
        isQuery = false
        guard outer.count == 1 else { throw .invalidTableInput("A batch holds one change set.") }
        guard let parts = MultipartBody.parts(first.body, boundary: inner, limit: Self.changesMax * 2) else {
            throw Self.broken
        }
        var lines: [Line] = []
        for part in parts { lines.append(try Self.line(part.body)) }
        guard !lines.isEmpty else { throw .invalidTableInput("The change set is empty.") }
        self.lines = lines
    }
    private static let broken = StorageFault.invalidTableInput("The body is not a well-formed multipart/mixed batch.")

    private static func line(_ content: ArraySlice<UInt8>) throws(StorageFault) -> Line {
        var lines = MultipartBody.Lines(content)
        var first = lines.next()
        while let line = first, line.text.isEmpty { first = lines.next() }
        guard let first, let text = String(validating: first.text, as: UTF8.self) else { throw broken }
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[1].hasSuffix("HTTP/1.1"), let headers = MultipartBody.headers(&lines) else {
            throw broken
        }
        let halves = words[1].dropLast(8).filter { $0 != " " }
            .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let target = halves[0]
        // An address is absolute or not; the account of path style comes before, and no key holds a slash.
        let segment = target.split(separator: "/").last.map(String.init) ?? ""
        guard let decoded = segment.percentDecoded else { throw .invalidURI }
        let table = String(decoded.prefix { $0 != "(" })
        var keys = String(decoded.dropFirst(table.count))
        if keys == "()" { keys = "" }
        let method = words[0].uppercased()
        let tunnelled = method == "POST" ? headers["x-http-method"]?.uppercased() : nil
        return Line(
            method: tunnelled ?? method,
            table: table,
            keys: keys,
            options: halves.count == 2 ? String(halves[1]) : "",
            headers: headers,
            body: Array(lines.rest)
        )
    }
}

extension BatchRequest.Line {
    /// The head of the query it is: its own Accept and its options.
    package var query: RequestHead {
        get throws(StorageFault) {
            var fields = HTTPFields()
            if let accept = headers["accept"] {
                guard HTTPField.isValidValue(accept) else { throw .invalidTableInput("Its Accept is malformed.") }
                fields[.accept] = accept
            }
            return try RequestHead(method: .get, target: "/\(table.percentEncoded())?\(options)", headers: fields)
        }
    }
    /// The change it asks for.
    package var change: EntityChange {
        get throws(StorageFault) {
            let kind: EntityChange.Kind
            switch method {
            case "POST": kind = .insert
            case "PUT": kind = .replace
            case "MERGE", "PATCH": kind = .merge
            case "DELETE": kind = .delete
            case "GET": throw .invalidTableInput("A query is the only operation of its batch, and in no change set.")
            default: throw .tableOptionNotImplemented("\(method.prefix(20)) in a change set")
            }
            guard kind == .insert || !keys.isEmpty else { throw .keyCount }
            let key = try kind == .insert ? nil : EntityKey(predicate: keys)
            return try EntityChange(kind, key: key, ifMatch: headers["if-match"], body: body)
        }
    }
}
