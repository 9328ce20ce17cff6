// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// A recursive-descent parser of `$filter`: `or` binds weaker than `and`, `not` strongest.
struct GraphFilterParser {
    private enum Token: Hashable {
        case word(String)
        case text(String)
        case open, close, comma, colon
    }
    private var tokens: [Token] = []
    private var position = 0
    private let source: String
    private var readable = true

    init(_ source: String) {
        self.source = source
        do { tokens = try Self.tokens(source) } catch { readable = false }
    }

    /// The whole text as one filter.
    mutating func filter() throws(ServiceError) -> GraphFilter {
        guard readable else { throw unsupported("a text literal has no end") }
        let filter = try disjunction(depth: 0)
        guard position == tokens.count else { throw unsupported("unexpected \(peekText)") }
        return filter
    }

    private mutating func disjunction(depth: Int) throws(ServiceError) -> GraphFilter {
        guard depth < Limits.filterDepthMax else { throw unsupported("it nests deeper than \(Limits.filterDepthMax)") }
        var left = try conjunction(depth: depth)
        while takeWord("or") { left = .or(left, try conjunction(depth: depth)) }
        return left
    }
    private mutating func conjunction(depth: Int) throws(ServiceError) -> GraphFilter {
        var left = try negation(depth: depth)
        while takeWord("and") { left = .and(left, try negation(depth: depth)) }
        return left
    }
    private mutating func negation(depth: Int) throws(ServiceError) -> GraphFilter {
        if takeWord("not") { return .not(try primary(depth: depth + 1)) }
        return try primary(depth: depth)
    }
    private mutating func primary(depth: Int) throws(ServiceError) -> GraphFilter {
        if take(.open) {
            let inner = try disjunction(depth: depth + 1)
            try expect(.close)
            return inner
        }
        guard case .word(let word)? = next() else { throw unsupported("a property is expected before \(peekText)") }
        if word.lowercased() == "startswith", take(.open) {
            let path = try self.path()
            try expect(.comma)
            guard case .text(let prefix)? = next() else { throw unsupported("startswith takes a quoted text") }
            try expect(.close)
            return .startsWith(path: path, prefix)
        }
        if word.lowercased().hasSuffix("/any"), take(.open) { return try any(of: word) }
        return try comparison(Self.segments(word))
    }
    /// `(c:c eq 'text')`, the opening parenthesis taken.
    private mutating func any(of word: String) throws(ServiceError) -> GraphFilter {
        guard case .word(let variable)? = next() else { throw unsupported("any takes a variable") }
        try expect(.colon)
        guard takeWord(variable.lowercased()), takeWord("eq") else {
            throw unsupported("any compares its variable with eq")
        }
        let literal = try self.literal()
        try expect(.close)
        return .any(path: Self.segments(String(word.dropLast("/any".count))), literal)
    }
    private mutating func comparison(_ path: [String]) throws(ServiceError) -> GraphFilter {
        if takeWord("eq") { return .equals(path: path, try literal()) }
        if takeWord("ne") { return .differs(path: path, try literal()) }
        guard takeWord("in"), take(.open) else { throw unsupported("the operator \(peekText) is not supported") }
        var literals = [try literal()]
        while take(.comma) { literals.append(try literal()) }
        try expect(.close)
        return .among(path: path, literals)
    }
    private mutating func path() throws(ServiceError) -> [String] {
        guard case .word(let word)? = next() else { throw unsupported("a property is expected") }
        return Self.segments(word)
    }
    private mutating func literal() throws(ServiceError) -> JSON {
        switch next() {
        case .text(let text): return .string(text)
        case .word("true"): return .bool(true)
        case .word("false"): return .bool(false)
        case .word("null"): return .null
        case .word(let word):
            if let whole = Int64(word) { return .integer(whole) }
            // A bare GUID is a literal in OData.
            return .string(word)
        default: throw unsupported("a value is expected")
        }
    }

    private static func segments(_ word: String) -> [String] { word.split(separator: "/").map(String.init) }
    private var peekText: String {
        guard position < tokens.count else { return "the end" }
        return switch tokens[position] {
        case .word(let word): "'\(word)'"
        case .text: "a text"
        case .open: "'('"
        case .close: "')'"
        case .comma: "','"
        case .colon: "':'"
        }
    }
    private mutating func next() -> Token? {
        guard position < tokens.count else { return nil }
        position += 1
        return tokens[position - 1]
    }
    private mutating func take(_ token: Token) -> Bool {
        guard position < tokens.count, tokens[position] == token else { return false }
        position += 1
        return true
    }
    private mutating func takeWord(_ word: String) -> Bool {
        guard position < tokens.count, case .word(let found) = tokens[position], found.lowercased() == word else {
            return false
        }
        position += 1
        return true
    }
    private mutating func expect(_ token: Token) throws(ServiceError) {
        guard take(token) else { throw unsupported("unexpected \(peekText)") }
    }
    private func unsupported(_ why: String) -> ServiceError {
        .badRequest("Request_UnsupportedQuery", "Unsupported or invalid query filter clause: \(why).")
    }

    private struct Unended: Error {}
    private static func tokens(_ source: String) throws(Unended) -> [Token] {
        var tokens: [Token] = []
        var rest = source[...]
        while let first = rest.first {
            switch first {
            case " ", "\t": rest.removeFirst()
            case "(", ")", ",", ":":
                tokens.append(first == "(" ? .open : first == ")" ? .close : first == "," ? .comma : .colon)
                rest.removeFirst()
            case "'": tokens.append(.text(try quoted(&rest)))
            default:
                let word = rest.prefix { !" \t(),:'".contains($0) }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }
    /// A quoted text; a quote inside is doubled.
    private static func quoted(_ rest: inout Substring) throws(Unended) -> String {
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            guard character == "'" else {
                text.append(character)
                continue
            }
            guard rest.first == "'" else { return text }
            text.append("'")
            rest.removeFirst()
        }
        throw Unended()
    }
}
