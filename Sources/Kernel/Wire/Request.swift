// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials
package import HTTPTypes

/// One request as it came over the wire, free of any HTTP server.
package struct Request: Sendable {
    /// The method.
    package var method: HTTPRequest.Method
    /// The host asked for: lower-case, without port.
    package var host: String
    /// The port of the host field; nil when it named none.
    package var port: Int?
    /// The path exactly as sent, percent-encoded, without query.
    ///
    /// Begins with `/`.
    package var path: String
    /// The query in the order sent, names and values decoded.
    package var query: Query
    /// The header fields.
    package var headers: HTTPFields
    /// The client's address, without port.
    package var remoteAddress: String
    /// The body, to be read once.
    package var body: Body
    /// Names this request in answers and logs.
    package var id: UUID
    /// When its head had arrived.
    package var received: Timestamp

    package init(
        method: HTTPRequest.Method,
        host: String,
        port: Int? = nil,
        path: String,
        query: Query = Query(""),
        headers: HTTPFields = [:],
        remoteAddress: String = "127.0.0.1",
        body: Body = .empty,
        id: UUID,
        received: Timestamp
    ) {
        self.method = method
        self.host = host
        self.port = port
        self.path = path
        self.query = query
        self.headers = headers
        self.remoteAddress = remoteAddress
        self.body = body
        self.id = id
        self.received = received
    }

    /// A header field by its name in any case; nil when absent.
    package func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

/// A query string's items.
///
/// Names are matched without regard to case; a broken escape keeps its text.
package struct Query: Sendable {
    /// The items in the order sent.
    ///
    /// A name without `=` has an empty value.
    package let items: [(name: String, value: String)]
    /// The text as sent, without `?`.
    package let raw: String

    package init(_ raw: String) {
        self.raw = raw
        items = QueryText(raw).pairs.map { name, value in
            // A bare `+` stays a plus, as in Azure's SAS tokens; forms are read elsewhere.
            (name.percentDecoded ?? name, value.percentDecoded ?? value)
        }
    }
    /// The first value of a name; nil when it is not there.
    package subscript(name: String) -> String? {
        // Every operation of a path asks: most names differ in length already.
        let count = name.utf8.count
        for item in items where item.name.utf8.count == count {
            if item.name == name || item.name.equalsIgnoringCase(name) { return item.value }
        }
        return nil
    }
}

/// A request's body: bytes that arrive in pieces and are read once, as fast as the reader asks for them.
package struct Body: Sendable {
    /// The length the client declared; nil when it declared none.
    package let length: Int64?
    private let pull: @Sendable () async throws(ServiceError) -> [UInt8]?

    package init(length: Int64?, pull: @escaping @Sendable () async throws(ServiceError) -> [UInt8]?) {
        self.length = length
        self.pull = pull
    }
    /// No body.
    package static let empty = Body(length: 0) { () throws(ServiceError) in nil }
    /// A body that is already here.
    package static func bytes(_ bytes: [UInt8]) -> Body {
        let once = Once(bytes)
        return Body(length: Int64(bytes.count)) { () throws(ServiceError) in once.take() }
    }
    /// The next piece; nil at the end.
    ///
    /// Throws when the client breaks off or is too slow.
    package func next() async throws(ServiceError) -> [UInt8]? { try await pull() }
    /// The same body, which tells the length of every piece as it comes.
    func noting(_ note: @escaping @Sendable (Int) -> Void) -> Body {
        let pull = pull
        return Body(length: length) { () async throws(ServiceError) in
            let piece = try await pull()
            if let piece { note(piece.count) }
            return piece
        }
    }
    /// 400: fewer or more bytes than the client declared are no request (RFC 9112 §6.3, RFC 9113 §8.1.1).
    static let unlikeItsLength = ServiceError(
        400,
        "RequestBodyIncomplete",
        "The body is shorter or longer than its declared Content-Length. Nothing was changed."
    )
    /// The whole body, or 413 with `code` when it is longer than `limit`; 400 when it is not as long as was declared.
    package func collect(limit: Int, code: String = "RequestEntityTooLarge") async throws(ServiceError) -> [UInt8] {
        let tooLong = ServiceError(
            413,
            code,
            "The body is longer than the \(limit) bytes taken here."
        )
        if let length, length > Int64(limit) { throw tooLong }
        var all: [UInt8] = []
        while let piece = try await next() {
            if all.isEmpty { all = piece } else { all += piece }
            if let length, Int64(all.count) > length { throw Self.unlikeItsLength }
            guard all.count <= limit else { throw tooLong }
        }
        if let length, Int64(all.count) < length { throw Self.unlikeItsLength }
        return all
    }
}
