// SPDX-License-Identifier: Apache-2.0

/// A parsed `$filter`: the part of OData 4.01 (Part 2: URL Conventions, §5.1.1) that Azure Resource Manager takes.
///
/// Names of fields and functions are lower case here; values keep their spelling.
package indirect enum ODataFilter: Hashable, Sendable {
    /// How a field relates to a value.
    package enum Relation: String, Hashable, Sendable {
        case equal = "eq"
        case unequal = "ne"
        case atLeast = "ge"
        case atMost = "le"
        case above = "gt"
        case below = "lt"
        case contains = "substringof"
        case startsWith = "startswith"
    }
    case compare(String, Relation, String)
    /// A function that stands alone, such as `atScope()` or `assignedTo('id')`.
    case call(String, [String])
    case all([ODataFilter])
    case any([ODataFilter])

    /// The comparisons and calls that must all hold; nil when the filter has an `or`.
    package var conjunction: [ODataFilter]? {
        switch self {
        case .compare, .call: [self]
        case .all(let parts):
            parts.reduce([ODataFilter]?.some([])) { all, part in
                guard let all, let more = part.conjunction else { return nil }
                return all + more
            }
        case .any: nil
        }
    }
    /// Every field that is compared.
    package var fields: Set<String> {
        switch self {
        case .compare(let field, _, _): [field]
        case .call: []
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.fields) }
        }
    }
    /// Whether a function stands in it.
    var hasCalls: Bool {
        switch self {
        case .compare: false
        case .call: true
        case .all(let parts), .any(let parts): parts.contains(where: \.hasCalls)
        }
    }
    /// Whether the filter holds for something whose fields `value` gives; a field without value equals nothing.
    ///
    /// Comparisons ignore case, as Azure Resource Manager's do.
    package func holds(_ value: (String) -> String?) -> Bool {
        switch self {
        case .compare(let field, let relation, let wanted): Self.holds(value(field), relation, wanted)
        case .call: false
        case .all(let parts): parts.allSatisfy { $0.holds(value) }
        case .any(let parts): parts.contains { $0.holds(value) }
        }
    }

    private static func holds(_ value: String?, _ relation: Relation, _ wanted: String) -> Bool {
        guard let value = value?.lowercased() else { return relation == .unequal }
        let wanted = wanted.lowercased()
        return switch relation {
        case .equal: value == wanted
        case .unequal: value != wanted
        case .atLeast: value >= wanted
        case .atMost: value <= wanted
        case .above: value > wanted
        case .below: value < wanted
        case .contains: value.contains(wanted)
        case .startsWith: value.hasPrefix(wanted)
        }
    }
}
