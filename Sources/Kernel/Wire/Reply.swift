// SPDX-License-Identifier: Apache-2.0
package import Base
package import HTTPTypes

/// An operation's answer, free of any HTTP server.
package struct Reply: Sendable {
    /// A body that is produced piece by piece as the client takes it.
    package struct Stream: Sendable {
        /// How many bytes it will be; nil when nobody knows before they were made.
        package let length: Int64?
        /// What counts as sent, as soon as the head is: the length, or where nobody knows it the bytes that are read for
        /// it; nil where what is made counts when it is.
        package let weight: Int64?
        /// The next piece; nil at the end.
        ///
        /// An error here cuts the connection, for the head is already sent.
        package let next: @Sendable () async throws(ServiceError) -> [UInt8]?
        package init(length: Int64, next: @escaping @Sendable () async throws(ServiceError) -> [UInt8]?) {
            self.init(length: length, weight: length, next: next)
        }
        /// A body whose length nobody knows before it was made, of `bytes` that are read for it.
        package init(reading bytes: Int64, next: @escaping @Sendable () async throws(ServiceError) -> [UInt8]?) {
            self.init(length: nil, weight: bytes, next: next)
        }
        /// A body whose length nobody knows before it was made, which counts as it is made.
        package init(next: @escaping @Sendable () async throws(ServiceError) -> [UInt8]?) {
            self.init(length: nil, weight: nil, next: next)
        }
        private init(
            length: Int64?,
            weight: Int64?,
            next: @escaping @Sendable () async throws(ServiceError) -> [UInt8]?
        ) {
            self.length = length
            self.weight = weight
            self.next = next
        }
        /// The same; what counts only when it is made is told to `count` then, in bytes.
        func counting(_ count: @escaping @Sendable (Int64) -> Void) -> Stream {
            guard weight == nil else { return self }
            let next = next
            return Stream(length: length, weight: nil) { () async throws(ServiceError) in
                let piece = try await next()
                if let piece { count(Int64(piece.count)) }
                return piece
            }
        }
        /// The same, of which the first piece was taken already.
        package func beginning(with first: [UInt8]) -> Stream {
            let (once, rest) = (Once(first), next)
            return Stream(length: length, weight: weight) { () async throws(ServiceError) in
                if let first = once.take() { return first }
                return try await rest()
            }
        }
    }
    /// What follows the head.
    package enum Content: Sendable {
        case none
        case bytes([UInt8])
        case stream(Stream)
        /// HEAD: the length a GET would have, and no bytes.
        case length(Int64)

        /// How many bytes leave for the client, beside those of a stream that count when they are made.
        package var bytesSent: Int64 {
            switch self {
            case .none, .length: 0
            case .bytes(let bytes): Int64(bytes.count)
            case .stream(let stream): stream.weight ?? 0
            }
        }
    }
    /// The HTTP status.
    package var status: Int
    /// The header fields.
    package var headers: HTTPFields
    /// The body.
    package var content: Content
    /// Set when the answer stands for work that goes on; the dispatcher adds the addresses to ask at.
    package var pending: PendingWork?

    package init(_ status: Int, headers: HTTPFields = [:], content: Content = .none, pending: PendingWork? = nil) {
        self.status = status
        self.headers = headers
        self.content = content
        self.pending = pending
    }
    /// A JSON answer.
    package static func json(_ status: Int, _ body: JSON, headers: HTTPFields = [:]) -> Reply {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        return Reply(status, headers: headers, content: .bytes(body.bytes))
    }
    /// An XML answer.
    package static func xml(_ status: Int, _ body: [UInt8], headers: HTTPFields = [:]) -> Reply {
        var headers = headers
        headers[.contentType] = "application/xml"
        return Reply(status, headers: headers, content: .bytes(body))
    }
    /// The same with a short stream read to its end, and a long one's first piece.
    ///
    /// Damage found meanwhile is answered as an error; what is found later cuts the answer off, for its head is gone.
    /// Head and body of a short answer leave in one piece.
    func gathered() async throws(ServiceError) -> Reply {
        guard case .stream(let stream) = content else { return self }
        guard let length = stream.length, length <= Self.gatheredMax else {
            guard let first = try await stream.next() else { return self }
            var reply = self
            reply.content = .stream(stream.beginning(with: first))
            return reply
        }
        var bytes: [UInt8] = []
        while let piece = try await stream.next() {
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
        }
        var reply = self
        reply.content = .bytes(bytes)
        return reply
    }
    /// Longer answers go out while they are read.
    private static let gatheredMax: Int64 = 64 * 1024
    /// Sets a header field by its name; an invalid name or value is a mistake of the caller.
    package mutating func set(_ name: String, _ value: String?) {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        headers[field] = value
    }
    /// Adds a header field that is not among the others yet, which is quicker than to look for it.
    package mutating func add(_ name: String, _ value: String) {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        headers.append(HTTPField(name: field, value: value))
    }
}

/// Work that goes on after the answer: see `Saga`.
package struct PendingWork: Sendable {
    /// Names the work.
    package let id: String
    /// What the client is told when the work ends before the answer is sent.
    package let whenDone: Int
    package init(id: String, whenDone: Int) {
        self.id = id
        self.whenDone = whenDone
    }
}
