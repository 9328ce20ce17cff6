// SPDX-License-Identifier: Apache-2.0

/// Expressions, from what binds least to what binds most.
extension QueryParser {
    mutating func condition(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        try enter(depth)
        var all = [try both(depth)]
        while take(word: "OR") { all.append(try both(depth)) }
        return all.count == 1 ? all[0] : .any(all)
    }
    private mutating func both(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        var all = [try negation(depth)]
        while take(word: "AND") { all.append(try negation(depth)) }
        return all.count == 1 ? all[0] : .all(all)
    }
    private mutating func negation(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        guard take(word: "NOT") else { return try predicate(depth) }
        try enter(depth + 1)
        return .not(try negation(depth + 1))
    }
    private mutating func predicate(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        let left = try sum(depth)
        if let comparison {
            advance()
            return .compare(comparison, left, try sum(depth))
        }
        if take(word: "IS") {
            let isNegated = take(word: "NOT")
            let isMissing = isWord("MISSING")
            guard isMissing || isWord("NULL") else { throw unexpected("NULL or MISSING") }
            advance()
            let test: QueryExpression = isMissing ? .isMissing(left) : .isNull(left)
            return isNegated ? .not(test) : test
        }
        let isNegated = take(word: "NOT")
        guard let test = try test(left, depth) else {
            guard !isNegated else { throw unexpected("LIKE, IN or BETWEEN") }
            return left
        }
        return isNegated ? .not(test) : test
    }
    private var comparison: QueryExpression.Comparison? {
        guard case .symbol(let symbol) = token.kind else { return nil }
        return symbol == "!=" ? .notEqual : QueryExpression.Comparison(rawValue: symbol)
    }
    private mutating func test(_ left: QueryExpression, _ depth: Int) throws(QuerySyntaxError) -> QueryExpression? {
        if take(word: "LIKE") {
            let pattern = try sum(depth)
            return .like(left, pattern, escape: take(word: "ESCAPE") ? try sum(depth) : nil)
        }
        if take(word: "BETWEEN") {
            let low = try sum(depth)
            try expect(word: "AND")
            return .between(left, low, try sum(depth))
        }
        guard take(word: "IN") else { return nil }
        try expect("(")
        var items: [QueryExpression] = []
        repeat { items.append(try condition(depth + 1)) } while take(",")
        try expect(")")
        return .among(left, items)
    }

    // MARK: Arithmetic

    private mutating func sum(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        let first = try product(depth)
        var terms: [QueryExpression.Term] = []
        while let operation = operation(among: ["+", "-"]) {
            terms.append(QueryExpression.Term(operation: operation, value: try product(depth)))
        }
        return terms.isEmpty ? first : .chain(first, terms)
    }
    private mutating func product(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        let first = try factor(depth)
        var terms: [QueryExpression.Term] = []
        while let operation = operation(among: ["*", "/", "%"]) {
            terms.append(QueryExpression.Term(operation: operation, value: try factor(depth)))
        }
        return terms.isEmpty ? first : .chain(first, terms)
    }
    private mutating func operation(among symbols: [String]) -> QueryExpression.Operation? {
        guard case .symbol(let symbol) = token.kind, symbols.contains(symbol) else { return nil }
        advance()
        return QueryExpression.Operation(rawValue: symbol)
    }
    private mutating func factor(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        try enter(depth)
        if take("-") { return .negated(try factor(depth + 1)) }
        if take("+") { return try factor(depth + 1) }
        return try primary(depth)
    }
    private mutating func primary(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        switch token.kind {
        case .integer(let number): return literal(.integer(number))
        case .float(let number): return literal(.float(number))
        case .text(let text): return literal(.string(text))
        case .symbol("("):
            advance()
            let inner = try condition(depth + 1)
            try expect(")")
            return inner
        case .word(let word):
            switch word.uppercased() {
            case "TRUE": return literal(.boolean(true))
            case "FALSE": return literal(.boolean(false))
            case "NULL": return literal(.null)
            case "CASE": return try choice(depth)
            case "CAST": return try cast(depth)
            default: return isCall ? try call(depth) : try column(depth)
            }
        case .quoted: return try column(depth)
        case .symbol, .end: throw unexpected("an expression")
        }
    }
    private mutating func literal(_ value: QueryValue) -> QueryExpression {
        advance()
        return .literal(value)
    }

    // MARK: CASE and CAST

    private mutating func choice(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        advance()
        let subject = isWord("WHEN") ? nil : try condition(depth + 1)
        var branches: [QueryExpression.Branch] = []
        while take(word: "WHEN") {
            let test = try condition(depth + 1)
            try expect(word: "THEN")
            let condition = subject.map { QueryExpression.compare(.equal, $0, test) } ?? test
            branches.append(QueryExpression.Branch(condition: condition, result: try self.condition(depth + 1)))
        }
        guard !branches.isEmpty else { throw unexpected("WHEN") }
        let otherwise = take(word: "ELSE") ? try condition(depth + 1) : nil
        try expect(word: "END")
        return .choice(branches, otherwise: otherwise)
    }
    private static let types: [String: QueryExpression.CastType] = [
        "INT": .integer, "INTEGER": .integer, "FLOAT": .float, "STRING": .string, "TIMESTAMP": .timestamp,
        "BOOLEAN": .boolean, "BOOL": .boolean,
    ]
    private mutating func cast(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        advance()
        try expect("(")
        let value = try condition(depth + 1)
        try expect(word: "AS")
        guard case .word(let word) = token.kind, let type = Self.types[word.uppercased()] else {
            throw unexpected("INT, FLOAT, STRING, TIMESTAMP or BOOLEAN")
        }
        advance()
        try expect(")")
        return .cast(value, type)
    }
}
