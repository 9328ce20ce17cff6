// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// Reads a `$filter`.
///
/// Recursive descent over tokens: `or`, then `and`, then one comparison, call or parenthesis.
package struct FilterParser {
    private enum Token: Hashable {
        case word(String)
        case text(String)
        case open, close, comma
    }
    private var tokens: ArraySlice<Token>
    private var depth = 0

    /// The filter of a text; nil for an empty one, which az sends for "no filter".
    ///
    /// 400 for what it cannot read.
    package static func parse(_ text: String?) throws(ServiceError) -> ODataFilter? {
        guard let text, text.contains(where: { $0 != " " }) else { return nil }
        let fault = ServiceError.badRequest(
            "InvalidFilterInQueryString",
            "Invalid $filter '\(text.prefix(200))' specified in the query string."
        )
        guard text.utf8.count <= Limits.filterMax, let tokens = tokens(of: text) else { throw fault }
        var parser = FilterParser(tokens: tokens[...])
        guard let filter = parser.disjunction(), parser.tokens.isEmpty else { throw fault }
        return filter
    }
    /// The same, refusing fields that are not in `fields` and every call.
    package static func parse(_ text: String?, fields: Set<String>) throws(ServiceError) -> ODataFilter? {
        guard let filter = try parse(text) else { return nil }
        guard filter.fields.isSubset(of: fields), !filter.hasCalls else {
            throw .badRequest(
                "InvalidFilterInQueryString",
                "Invalid $filter '\(text?.prefix(200) ?? "")' specified in the query string. Supported fields: "
                    + "\(fields.sorted().joined(separator: ", "))."
            )
        }
        return filter
    }

    private static func tokens(of text: String) -> [Token]? {
        var tokens: [Token] = []
        var rest = text[...]
        while let first = rest.first {
            switch first {
            case " ", "\t":
                rest = rest.dropFirst()
            case "(", ")", ",":
                tokens.append(first == "(" ? .open : first == ")" ? .close : .comma)
                rest = rest.dropFirst()
            case "'":
                guard let text = quoted(&rest) else { return nil }
                tokens.append(.text(text))
            default:
                let word = rest.prefix { !" \t(),'".contains($0) }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }
    /// A quote inside a text is written twice.
    private static func quoted(_ rest: inout Substring) -> String? {
        var text = ""
        rest = rest.dropFirst()
        while let next = rest.first {
            rest = rest.dropFirst()
            guard next == "'" else {
                text.append(next)
                continue
            }
            guard rest.first == "'" else { return text }
            text.append("'")
            rest = rest.dropFirst()
        }
        return nil
    }

    private mutating func disjunction() -> ODataFilter? {
        guard let parts = list(of: { $0.conjunction() }, joinedBy: "or") else { return nil }
        return parts.count == 1 ? parts[0] : .any(parts)
    }
    private mutating func conjunction() -> ODataFilter? {
        guard let parts = list(of: { $0.term() }, joinedBy: "and") else { return nil }
        return parts.count == 1 ? parts[0] : .all(parts)
    }
    private mutating func list(
        of part: (inout FilterParser) -> ODataFilter?,
        joinedBy word: String
    ) -> [ODataFilter]? {
        var parts: [ODataFilter] = []
        repeat {
            guard let next = part(&self) else { return nil }
            parts.append(next)
        } while take(word: word)
        return parts
    }
    private mutating func term() -> ODataFilter? {
        if take(.open) {
            depth += 1
            defer { depth -= 1 }
            guard depth <= Limits.filterDepthMax, let inner = disjunction(), take(.close) else { return nil }
            return inner
        }
        guard case .word(let name)? = tokens.popFirst() else { return nil }
        if tokens.first == .open { return call(name.lowercased()) }
        guard case .word(let word)? = tokens.popFirst(), let value = value(),
            let relation = ODataFilter.Relation(rawValue: word.lowercased()),
            relation != .contains, relation != .startsWith
        else { return nil }
        return .compare(name.lowercased(), relation, value)
    }
    private mutating func call(_ name: String) -> ODataFilter? {
        guard take(.open) else { return nil }
        var arguments: [String] = []
        while !take(.close) {
            if !arguments.isEmpty { guard take(.comma) else { return nil } }
            guard let value = value() else { return nil }
            arguments.append(value)
        }
        // OData 2 puts the text first in `substringof`; `startswith` and OData 4's `contains` put the field first.
        switch (name, arguments.count) {
        case ("substringof", 2): return .compare(arguments[1].lowercased(), .contains, arguments[0])
        case ("contains", 2): return .compare(arguments[0].lowercased(), .contains, arguments[1])
        case ("startswith", 2): return .compare(arguments[0].lowercased(), .startsWith, arguments[1])
        default: return .call(name, arguments)
        }
    }
    /// A quoted text or a bare word; az sends times and namespaces bare.
    private mutating func value() -> String? {
        switch tokens.first {
        case .text(let text), .word(let text):
            tokens.removeFirst()
            return text
        default: return nil
        }
    }
    private mutating func take(_ token: Token) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }
    private mutating func take(word: String) -> Bool {
        guard case .word(let next)? = tokens.first, next.lowercased() == word else { return false }
        tokens.removeFirst()
        return true
    }
}
