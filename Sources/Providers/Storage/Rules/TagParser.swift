// SPDX-License-Identifier: Apache-2.0

/// Reads expressions over tags, by recursive descent.
struct TagParser {
    /// The longest expression, in bytes: ten comparisons at their longest, escaped, with room to spare.
    static let bytesMax = 16 << 10
    /// The most comparisons of one expression; the service takes ten tags.
    static let comparisonsMax = 32
    /// How deep parentheses may nest.
    static let depthMax = 8

    private enum Token: Equatable {
        case name(String)
        case value(String)
        case relation(TagComparison.Operator)
        case container
        case and
        case or
        case open
        case close
    }
    private var tokens: ArraySlice<Token>
    private var comparisons = 0

    init(_ text: String) throws(TagSyntaxError) {
        guard text.utf8.count <= Self.bytesMax else { throw TagSyntaxError("the expression is too long.") }
        var rest = Array(text.utf8)[...]
        var tokens: [Token] = []
        while let token = try Self.token(&rest) { tokens.append(token) }
        guard !tokens.isEmpty else { throw TagSyntaxError("the expression is empty.") }
        self.tokens = tokens[...]
    }

    // MARK: Grammar

    /// A condition: OR of ANDs of comparisons and parentheses.
    mutating func condition() throws(TagSyntaxError) -> TagExpression {
        let all = try either(depth: 0)
        guard tokens.isEmpty else { throw TagSyntaxError("AND or OR is missing between two comparisons.") }
        return all
    }
    private mutating func either(depth: Int) throws(TagSyntaxError) -> TagExpression {
        var left = try both(depth)
        while take(.or) { left = .or(left, try both(depth)) }
        return left
    }
    private mutating func both(_ depth: Int) throws(TagSyntaxError) -> TagExpression {
        var left = try single(depth)
        while take(.and) { left = .and(left, try single(depth)) }
        return left
    }
    private mutating func single(_ depth: Int) throws(TagSyntaxError) -> TagExpression {
        guard take(.open) else { return .compare(try comparison()) }
        guard depth < Self.depthMax else { throw TagSyntaxError("parentheses are nested too deep.") }
        let inner = try either(depth: depth + 1)
        guard take(.close) else { throw TagSyntaxError("a parenthesis is not closed.") }
        return inner
    }

    /// A query: comparisons and at most one container, joined by AND.
    mutating func query() throws(TagSyntaxError) -> (container: String?, [TagComparison]) {
        var container: String?
        var all: [TagComparison] = []
        repeat {
            if take(.container) {
                guard container == nil else { throw TagSyntaxError("@container is given twice.") }
                guard take(.relation(.equal)) else { throw TagSyntaxError("@container can only be compared with =.") }
                container = try value()
                continue
            }
            let next = try comparison()
            guard next.relation != .notEqual else { throw TagSyntaxError("<> is not allowed in a search.") }
            let others = all.filter { $0.name == next.name }
            let isSameSided = others.contains {
                ($0.relation.isLower && next.relation.isLower) || ($0.relation.isUpper && next.relation.isUpper)
            }
            guard !isSameSided else {
                throw TagSyntaxError("'\(next.name)' is bounded twice on the same side.")
            }
            all.append(next)
        } while take(.and)
        guard tokens.isEmpty else { throw TagSyntaxError("only AND joins comparisons.") }
        guard !all.isEmpty else { throw TagSyntaxError("a search names at least one tag.") }
        return (container, all)
    }

    private mutating func comparison() throws(TagSyntaxError) -> TagComparison {
        comparisons += 1
        guard comparisons <= Self.comparisonsMax else { throw TagSyntaxError("too many comparisons.") }
        guard case .name(let name)? = tokens.popFirst() else { throw TagSyntaxError("a tag's name is missing.") }
        guard !name.isEmpty else { throw TagSyntaxError("a tag's name is empty.") }
        guard case .relation(let relation)? = tokens.popFirst() else {
            throw TagSyntaxError("a comparison is missing behind '\(name)'.")
        }
        return TagComparison(name, relation, try value())
    }
    private mutating func value() throws(TagSyntaxError) -> String {
        guard case .value(let value)? = tokens.popFirst() else {
            throw TagSyntaxError("a value in single quotes is missing.")
        }
        return value
    }
    private mutating func take(_ token: Token) -> Bool {
        guard tokens.first == token else { return false }
        tokens = tokens.dropFirst()
        return true
    }

    // MARK: Tokens

    private static func token(_ rest: inout ArraySlice<UInt8>) throws(TagSyntaxError) -> Token? {
        while let byte = rest.first, byte == 32 || (9...13).contains(byte) { rest = rest.dropFirst() }
        guard let first = rest.first else { return nil }
        switch first {
        case UInt8(ascii: "'"): return .value(try quoted(&rest, first))
        case UInt8(ascii: "\""): return .name(try quoted(&rest, first))
        case UInt8(ascii: "("):
            rest = rest.dropFirst()
            return .open
        case UInt8(ascii: ")"):
            rest = rest.dropFirst()
            return .close
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="): return .relation(relation(&rest))
        case UInt8(ascii: "@"):
            rest = rest.dropFirst()
            guard word(&rest).lowercased() == "container" else {
                throw TagSyntaxError("@container is the only name with @.")
            }
            return .container
        default: break
        }
        let text = word(&rest)
        guard !text.isEmpty else {
            throw TagSyntaxError("a character has no meaning here; names with blanks or signs stand in double quotes.")
        }
        switch text.lowercased() {
        case "and": return .and
        case "or": return .or
        default: return .name(text)
        }
    }
    private static func relation(_ rest: inout ArraySlice<UInt8>) -> TagComparison.Operator {
        for relation in [TagComparison.Operator.notEqual, .greaterOrEqual, .lessOrEqual, .greater, .less]
        where rest.starts(with: relation.rawValue.utf8) {
            rest = rest.dropFirst(relation.rawValue.utf8.count)
            return relation
        }
        rest = rest.dropFirst()
        return .equal
    }
    private static func word(_ rest: inout ArraySlice<UInt8>) -> String {
        let word = rest.prefix { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }
    /// A text up to its closing quote; two quotes within are one.
    private static func quoted(_ rest: inout ArraySlice<UInt8>, _ quote: UInt8) throws(TagSyntaxError) -> String {
        rest = rest.dropFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == quote else {
                bytes.append(byte)
                continue
            }
            guard rest.first == quote else { return String(decoding: bytes, as: UTF8.self) }
            rest = rest.dropFirst()
            bytes.append(quote)
        }
        throw TagSyntaxError("a quote is not closed.")
    }
}
