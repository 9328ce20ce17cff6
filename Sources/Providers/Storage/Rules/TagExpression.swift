// SPDX-License-Identifier: Apache-2.0

/// A predicate over the tags of a blob: `x-ms-if-tags` and the `where` of Find Blobs by Tags.
///
/// Grammar (REST "Find Blobs by Tags", remarks; "Manage and find blob data with index tags"): `name op 'value'` joined by
/// AND, and in conditions by OR too, which binds less; names stand in double quotes or are plain identifiers, values in
/// single quotes that are doubled within; texts compare byte by byte; keywords in any case.
package indirect enum TagExpression: Equatable, Sendable {
    /// One comparison.
    case compare(TagComparison)
    /// Both.
    case and(TagExpression, TagExpression)
    /// Either.
    case or(TagExpression, TagExpression)

    /// Whether tags fulfil it; a tag that is not there fulfils no comparison.
    package func holds(for tags: BlobTags) -> Bool {
        switch self {
        case .compare(let comparison): tags[comparison.name].map(comparison.holds) ?? false
        case .and(let a, let b): a.holds(for: tags) && b.holds(for: tags)
        case .or(let a, let b): a.holds(for: tags) || b.holds(for: tags)
        }
    }

    /// Reads `x-ms-if-tags` or `x-ms-source-if-tags`; nil when it was not sent.
    package init?(_ head: RequestHead, header: String = "x-ms-if-tags") throws(StorageFault) {
        guard let text = head.text(header) else { return nil }
        do throws(TagSyntaxError) {
            var parser = try TagParser(text)
            self = try parser.condition()
        } catch {
            throw .invalidHeaderValue(header, String(text.prefix(256)) + ": " + error.reason)
        }
    }
}

/// One comparison of a tag with a text.
package struct TagComparison: Equatable, Sendable {
    /// How the tag's value stands to the text.
    package enum Operator: String, Sendable {
        case equal = "="
        case notEqual = "<>"
        case greater = ">"
        case greaterOrEqual = ">="
        case less = "<"
        case lessOrEqual = "<="
        /// Whether it bounds values from below.
        package var isLower: Bool { self == .greater || self == .greaterOrEqual }
        /// Whether it bounds values from above.
        package var isUpper: Bool { self == .less || self == .lessOrEqual }
    }
    /// The tag.
    package let name: String
    /// The relation.
    package let relation: Operator
    /// The text.
    package let value: String
    /// Joins the three.
    package init(_ name: String, _ relation: Operator, _ value: String) {
        self.name = name
        self.relation = relation
        self.value = value
    }

    /// Whether a value fulfils it.
    package func holds(_ actual: String) -> Bool {
        let isLess = actual.utf8.lexicographicallyPrecedes(value.utf8)
        let isEqual = actual.utf8.elementsEqual(value.utf8)
        return switch relation {
        case .equal: isEqual
        case .notEqual: !isEqual
        case .greater: !isLess && !isEqual
        case .greaterOrEqual: !isLess
        case .less: isLess
        case .lessOrEqual: isLess || isEqual
        }
    }
}

/// The `where` of Find Blobs by Tags: comparisons that must all hold, and perhaps a container.
package struct TagQuery: Equatable, Sendable {
    /// The container named by `@container`.
    package let container: String?
    /// At least one; none of them is "not equal".
    package let comparisons: [TagComparison]

    /// Reads the `where` of a request.
    package init(_ query: QueryItems) throws(StorageFault) {
        guard let text = query["where"] else { throw .missingRequiredQueryParameter("where") }
        do throws(TagSyntaxError) {
            var parser = try TagParser(text)
            (container, comparisons) = try parser.query()
        } catch {
            throw .invalidQueryParameterValue("where", String(text.prefix(256)), error.reason)
        }
    }

    /// The tag whose index is walked: one that is asked for a value, else the first.
    package var leading: String { (comparisons.first { $0.relation == .equal } ?? comparisons[0]).name }
    /// Names of the tags an answer shows, each once, in the order asked.
    package var names: [String] {
        var names: [String] = []
        for comparison in comparisons where !names.contains(comparison.name) { names.append(comparison.name) }
        return names
    }
    /// What a query says of one tag.
    package func comparisons(on name: String) -> [TagComparison] { comparisons.filter { $0.name == name } }
    /// Whether tags fulfil it.
    package func holds(for tags: BlobTags) -> Bool {
        comparisons.allSatisfy { comparison in tags[comparison.name].map(comparison.holds) ?? false }
    }
}

/// Why an expression cannot be read.
struct TagSyntaxError: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
