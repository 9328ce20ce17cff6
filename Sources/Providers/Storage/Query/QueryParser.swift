// SPDX-License-Identifier: Apache-2.0

/// Reads a SELECT by recursive descent ("Query acceleration SQL language reference").
///
/// ```
/// statement = SELECT (sys.split(size) | * | aggregate | expression [[AS] name], …)
///             FROM BlobStorage[[*]path] [[AS] alias] [WHERE condition] [LIMIT count] [;]
/// ```
/// Keywords are in any case and no names of columns unless they stand in double quotes. Depth and number of parts are
/// bounded, so that neither the stack nor the evaluation of a record is at the mercy of who writes.
struct QueryParser {
    private let tokens: [QueryToken]
    private var at = 0
    private var parts = 0
    private var paths: [[QueryStep]] = []
    private var places: [[QueryStep]: Int] = [:]

    init(_ text: String) throws(QuerySyntaxError) {
        guard text.utf8.count <= QueryLimits.expressionBytesMax else {
            throw QuerySyntaxError("the expression is longer than 256 KiB", at: 0)
        }
        var tokenizer = QueryTokenizer(text)
        var tokens: [QueryToken] = []
        repeat {
            tokens.append(try tokenizer.next())
            guard tokens.count <= QueryLimits.tokensMax else {
                throw QuerySyntaxError("the expression has too many parts", at: tokens[tokens.count - 1].position)
            }
        } while tokens[tokens.count - 1].kind != .end
        self.tokens = tokens
    }

    // MARK: Statement

    mutating func statement() throws(QuerySyntaxError) -> QueryStatement {
        try expect(word: "SELECT")
        let selection = try selection()
        try expect(word: "FROM")
        let table = try table()
        let condition = take(word: "WHERE") ? try condition(0) : nil
        let limit = try limit()
        _ = take(";")
        guard token.kind == .end else { throw unexpected("the end") }
        return QueryStatement(selection, table.path, condition, limit, paths.map { Self.local($0, table.names) })
    }
    private mutating func selection() throws(QuerySyntaxError) -> QueryStatement.Selection {
        if take("*") { return .everything }
        if isWord("SYS"), following.kind == .symbol(".") { return try split() }
        if let aggregate = try aggregate() { return aggregate }
        var columns: [QueryStatement.Column] = []
        repeat {
            let start = token.position
            guard columns.count < QueryLimits.columnsMax else {
                throw QuerySyntaxError("a SELECT names at most \(QueryLimits.columnsMax) columns; use *", at: start)
            }
            if isAggregate { throw QuerySyntaxError("an aggregate stands alone in a SELECT", at: start) }
            let value = try condition(0)
            let name = try alias() ?? name(of: value) ?? "_\(columns.count + 1)"
            columns.append(QueryStatement.Column(value: value, name: name))
        } while take(",")
        return .columns(columns)
    }
    private mutating func split() throws(QuerySyntaxError) -> QueryStatement.Selection {
        advance()
        advance()
        try expect(word: "SPLIT")
        try expect("(")
        guard case .integer(let size) = token.kind, size >= QueryLimits.splitBytesMin else {
            throw QuerySyntaxError(
                "sys.split takes a size of at least \(QueryLimits.splitBytesMin)",
                at: token.position
            )
        }
        advance()
        try expect(")")
        return .split(size)
    }
    private static let aggregates: [String: QueryStatement.Aggregate] = [
        "COUNT": .countOf, "AVG": .average, "AVERAGE": .average, "SUM": .sum, "MIN": .least, "MAX": .greatest,
    ]
    private var isAggregate: Bool {
        guard case .word(let word) = token.kind, following.kind == .symbol("(") else { return false }
        return Self.aggregates[word.uppercased()] != nil
    }
    private mutating func aggregate() throws(QuerySyntaxError) -> QueryStatement.Selection? {
        guard isAggregate, case .word(let word) = token.kind, let kind = Self.aggregates[word.uppercased()] else {
            return nil
        }
        advance()
        try expect("(")
        let isAll = kind == .countOf && take("*")
        let value = isAll ? QueryExpression.literal(.integer(1)) : try condition(0)
        try expect(")")
        return .aggregate(isAll ? .count : kind, value, name: try alias() ?? "_1")
    }
    private mutating func alias() throws(QuerySyntaxError) -> String? {
        let isAnnounced = take(word: "AS")
        switch token.kind {
        case .word(let word) where !Self.reserved.contains(word.uppercased()):
            advance()
            return word
        case .quoted(let name):
            advance()
            return name
        default:
            guard !isAnnounced else { throw unexpected("a name") }
            return nil
        }
    }
    /// What a column without a name of its own is called: the last name of its path.
    private func name(of value: QueryExpression) -> String? {
        guard case .column(let index) = value else { return nil }
        for case .name(let name, _) in paths[index].reversed() { return name }
        return nil
    }
    private mutating func table() throws(QuerySyntaxError) -> (path: [QueryStep], names: [String]) {
        guard case .word(let word) = token.kind, word.uppercased() == "BLOBSTORAGE" else {
            throw unexpected("BlobStorage")
        }
        advance()
        var path: [QueryStep] = []
        // BlobStorage and BlobStorage[*] are the same.
        if take("[") {
            try expect("*")
            try expect("]")
            path = try steps(from: [], inTable: true)
        }
        let alias = try alias()
        return (path, ["BLOBSTORAGE"] + (alias.map { [$0.uppercased()] } ?? []))
    }
    private mutating func limit() throws(QuerySyntaxError) -> Int64? {
        guard take(word: "LIMIT") else { return nil }
        guard case .integer(let count) = token.kind else { throw unexpected("a whole number") }
        advance()
        return count
    }
    /// A path without the table's name before it.
    private static func local(_ path: [QueryStep], _ names: [String]) -> [QueryStep] {
        guard path.count > 1, case .name(let first, exact: false) = path[0], names.contains(first.uppercased()) else {
            return path
        }
        return Array(path.dropFirst())
    }

    // MARK: Paths

    /// A column; the current token begins it.
    mutating func column(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        let path = try steps(from: [try member()], inTable: false)
        if let known = places[path] { return .column(known) }
        places[path] = paths.count
        paths.append(path)
        return .column(paths.count - 1)
    }
    private mutating func member() throws(QuerySyntaxError) -> QueryStep {
        switch token.kind {
        case .word(let word) where !Self.reserved.contains(word.uppercased()):
            advance()
            return .name(word, exact: false)
        case .quoted(let name):
            advance()
            return .name(name, exact: true)
        default: throw unexpected("a column")
        }
    }
    private mutating func steps(from first: [QueryStep], inTable: Bool) throws(QuerySyntaxError) -> [QueryStep] {
        var path = first
        while true {
            if take(".") {
                path.append(try member())
            } else if take("[") {
                if inTable, take("*") {
                    path.append(.all)
                } else {
                    guard case .integer(let place) = token.kind, let place = Int(exactly: place) else {
                        throw unexpected("a place in an array")
                    }
                    advance()
                    path.append(.place(place))
                }
                try expect("]")
            } else {
                return path
            }
            guard path.count <= QueryLimits.pathMax else {
                throw QuerySyntaxError("a path has at most \(QueryLimits.pathMax) steps", at: token.position)
            }
        }
    }

    // MARK: Tokens

    /// Words that are no names.
    static let reserved: Set<String> = [
        "SELECT", "FROM", "WHERE", "LIMIT", "AND", "OR", "NOT", "LIKE", "ESCAPE", "IN", "BETWEEN", "IS", "NULL",
        "MISSING",
        "AS", "CASE", "WHEN", "THEN", "ELSE", "END", "CAST", "TRUE", "FALSE",
    ]
    var isCall: Bool { following.kind == .symbol("(") }

    /// The token at hand; the last one is the end.
    var token: QueryToken { tokens[at] }
    private var following: QueryToken { tokens[min(at + 1, tokens.count - 1)] }
    mutating func advance() { at = min(at + 1, tokens.count - 1) }
    func isWord(_ word: String) -> Bool {
        if case .word(let text) = token.kind { text.uppercased() == word } else { false }
    }
    /// Whether the token at hand is this word, which is then passed.
    mutating func take(word: String) -> Bool {
        guard isWord(word) else { return false }
        advance()
        return true
    }
    mutating func take(_ symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }
    mutating func expect(word: String) throws(QuerySyntaxError) {
        guard isWord(word) else { throw unexpected(word) }
        advance()
    }
    mutating func expect(_ symbol: String) throws(QuerySyntaxError) {
        guard token.kind == .symbol(symbol) else { throw unexpected("'\(symbol)'") }
        advance()
    }
    func unexpected(_ wanted: String) -> QuerySyntaxError {
        QuerySyntaxError("\(token.shown) is not expected here, but \(wanted)", at: token.position)
    }
    /// Counts a part and looks at the depth.
    mutating func enter(_ depth: Int) throws(QuerySyntaxError) {
        parts += 1
        guard parts <= QueryLimits.partsMax else {
            throw QuerySyntaxError("the expression has more than \(QueryLimits.partsMax) parts", at: token.position)
        }
        guard depth <= QueryLimits.depthMax else {
            throw QuerySyntaxError("the expression nests deeper than \(QueryLimits.depthMax)", at: token.position)
        }
    }
}
