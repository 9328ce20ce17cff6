// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// The part of OData's `$filter` (OData 4.01 URL conventions §5.1.1) that Graph's clients send here.
package indirect enum GraphFilter: Hashable, Sendable {
    /// `path eq literal`
    case equals(path: [String], JSON)
    /// `path ne literal`
    case differs(path: [String], JSON)
    /// `startswith(path,'text')`
    case startsWith(path: [String], String)
    /// `path/any(c:c eq 'text')`
    case any(path: [String], JSON)
    /// `path in ('a','b')`
    case among(path: [String], [JSON])
    case and(GraphFilter, GraphFilter)
    case or(GraphFilter, GraphFilter)
    case not(GraphFilter)

    /// Reads a filter, or throws Graph's 400 that says where it stopped understanding.
    package init(_ text: String) throws(ServiceError) {
        guard text.utf8.count <= Limits.filterBytesMax else {
            throw .badRequest("Request_UnsupportedQuery", "A filter has at most \(Limits.filterBytesMax) bytes.")
        }
        var parser = GraphFilterParser(text)
        self = try parser.filter()
    }

    /// Whether an object, shown with all its members, passes.
    ///
    /// Texts are compared without regard to case, as Graph does.
    package func matches(_ object: [String: JSON]) -> Bool {
        switch self {
        case .equals(let path, let literal): Self.same(Self.value(path, object), literal)
        case .differs(let path, let literal): !Self.same(Self.value(path, object), literal)
        case .startsWith(let path, let prefix):
            Self.value(path, object).string?.lowercased().hasPrefix(prefix.lowercased()) ?? false
        case .any(let path, let literal):
            Self.value(path, object).array?.contains { Self.same($0, literal) } ?? false
        case .among(let path, let literals): literals.contains { Self.same(Self.value(path, object), $0) }
        case .and(let left, let right): left.matches(object) && right.matches(object)
        case .or(let left, let right): left.matches(object) || right.matches(object)
        case .not(let inner): !inner.matches(object)
        }
    }
    /// The conditions all of which must hold: what a lookup may start from.
    package var conjuncts: [GraphFilter] {
        if case .and(let left, let right) = self { left.conjuncts + right.conjuncts } else { [self] }
    }
    /// Every property the filter names, by its first segment.
    package var properties: Set<String> {
        switch self {
        case .equals(let path, _), .differs(let path, _), .startsWith(let path, _), .any(let path, _),
            .among(let path, _):
            Set(path.prefix(1))
        case .and(let left, let right), .or(let left, let right): left.properties.union(right.properties)
        case .not(let inner): inner.properties
        }
    }

    private static func value(_ path: [String], _ object: [String: JSON]) -> JSON {
        path.reduce(JSON.object(object)) { value, name in value[name] ?? .null }
    }
    private static func same(_ value: JSON, _ literal: JSON) -> Bool {
        if let left = value.string, let right = literal.string { return left.lowercased() == right.lowercased() }
        return value == literal
    }
}
