// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// Which requests an operation answers: method, path and, where the protocol overloads a path, query and header.
///
/// A path is written as `/subscriptions/{subscription}/resourceGroups/{group}`. `{name}` takes one segment, `{name*}` at
/// the end takes the rest (slashes included), `{scope*}` at the start takes everything before the following literals.
/// Literals match in any case; duplicate slashes are one, except inside `{name*}`.
package struct Route: Sendable {
    /// A piece of the path.
    package enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
        case rest(String)
    }
    package let method: HTTPRequest.Method
    package let segments: [Segment]
    /// Items the query must have, by lower-case name; an empty text asks for presence only.
    package let query: [String: String]
    /// The same as a list, which is gone through for every request.
    let queryItems: [(name: String, wanted: String)]
    /// A header field that must be there.
    package let header: String?
    /// The path as written.
    package let path: String

    package init(_ method: HTTPRequest.Method, _ path: String, query: [String: String] = [:], header: String? = nil) {
        self.method = method
        self.path = path
        self.query = query
        queryItems = query.map { ($0.key, $0.value) }
        self.header = header
        segments = path.split(separator: "/").map { piece in
            guard piece.hasPrefix("{"), piece.hasSuffix("}") else { return .literal(piece.lowercased()) }
            let name = piece.dropFirst().dropLast()
            return name.hasSuffix("*") ? .rest(String(name.dropLast())) : .parameter(String(name))
        }
    }
    package static func get(_ path: String, query: [String: String] = [:]) -> Route { Route(.get, path, query: query) }
    package static func head(_ path: String, query: [String: String] = [:]) -> Route {
        Route(.head, path, query: query)
    }
    package static func put(_ path: String, query: [String: String] = [:], header: String? = nil) -> Route {
        Route(.put, path, query: query, header: header)
    }
    package static func post(_ path: String, query: [String: String] = [:]) -> Route {
        Route(.post, path, query: query)
    }
    package static func patch(_ path: String) -> Route { Route(.patch, path) }
    package static func delete(_ path: String, query: [String: String] = [:]) -> Route {
        Route(.delete, path, query: query)
    }
    /// How much the route asks for beyond the path: of several that match, the most particular wins.
    package var particularity: Int { query.count + (header == nil ? 0 : 1) }
}
