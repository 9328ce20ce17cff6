// SPDX-License-Identifier: Apache-2.0

/// Calls of functions, each in its own form.
extension QueryParser {
    /// Functions that take their arguments between commas, and how many.
    private static let plain: [String: (QueryFunction, ClosedRange<Int>)] = [
        "COALESCE": (.coalesce, 1...256), "NULLIF": (.nullIf, 2...2), "LOWER": (.lower, 1...1),
        "UPPER": (.upper, 1...1),
        "CHAR_LENGTH": (.length, 1...1), "CHARACTER_LENGTH": (.length, 1...1), "TO_STRING": (.toString, 2...2),
        "TO_TIMESTAMP": (.toTimestamp, 1...1), "UTCNOW": (.now, 0...0),
    ]

    /// A call; the token at hand names the function, and a parenthesis follows.
    mutating func call(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        guard case .word(let word) = token.kind else { throw unexpected("a function") }
        let start = token
        try enter(depth)
        advance()
        try expect("(")
        switch word.uppercased() {
        case "SUBSTRING": return try substring(depth)
        case "TRIM": return try trim(depth)
        case "DATE_ADD": return try ofPart(QueryFunction.dateAdd, depth)
        case "DATE_DIFF": return try ofPart(QueryFunction.dateDifference, depth)
        case "EXTRACT": return try extract(depth)
        case let name:
            guard let (function, counts) = Self.plain[name] else {
                throw QuerySyntaxError("\(start.shown) is no function of this language", at: start.position)
            }
            var arguments: [QueryExpression] = []
            if token.kind != .symbol(")") {
                repeat {
                    arguments.append(try condition(depth + 1))
                } while take(",") && arguments.count <= counts.upperBound
            }
            guard counts.contains(arguments.count) else {
                throw QuerySyntaxError("\(name) takes other arguments", at: start.position)
            }
            try expect(")")
            return .call(function, arguments)
        }
    }
    /// `SUBSTRING(text, start[, length])` or `SUBSTRING(text FROM start [FOR length])`.
    private mutating func substring(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        var arguments = [try condition(depth + 1)]
        let hasWords = take(word: "FROM")
        if !hasWords { try expect(",") }
        arguments.append(try condition(depth + 1))
        if hasWords ? take(word: "FOR") : take(",") { arguments.append(try condition(depth + 1)) }
        try expect(")")
        return .call(.substring, arguments)
    }
    /// `TRIM([LEADING | TRAILING | BOTH] [characters] [FROM] text)`.
    private mutating func trim(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        var side = QueryFunction.Side.both
        if take(word: "LEADING") {
            side = .leading
        } else if take(word: "TRAILING") {
            side = .trailing
        } else {
            _ = take(word: "BOTH")
        }
        var characters = QueryExpression.literal(.string(" "))
        var text: QueryExpression?
        if !take(word: "FROM") {
            text = try condition(depth + 1)
            if take(word: "FROM"), let named = text {
                characters = named
                text = nil
            }
        }
        let last: QueryExpression
        if let text { last = text } else { last = try condition(depth + 1) }
        try expect(")")
        return .call(.trim(side), [last, characters])
    }
    private mutating func ofPart(
        _ function: (QueryMoment.Part) -> QueryFunction,
        _ depth: Int
    ) throws(QuerySyntaxError) -> QueryExpression {
        let part = try part(zones: false)
        try expect(",")
        let first = try condition(depth + 1)
        try expect(",")
        let second = try condition(depth + 1)
        try expect(")")
        return .call(function(part), [first, second])
    }
    private mutating func extract(_ depth: Int) throws(QuerySyntaxError) -> QueryExpression {
        let part = try part(zones: true)
        try expect(word: "FROM")
        let moment = try condition(depth + 1)
        try expect(")")
        return .call(.extract(part), [moment])
    }
    /// A part of a date, as a word or a text.
    private mutating func part(zones: Bool) throws(QuerySyntaxError) -> QueryMoment.Part {
        let name: String
        switch token.kind {
        case .word(let word): name = word
        case .text(let text): name = text
        default: throw unexpected("a part of a date")
        }
        guard let part = QueryMoment.Part(rawValue: name.lowercased()), zones || !part.isOfZone else {
            throw unexpected("year, month, day, hour, minute or second")
        }
        advance()
        return part
    }
}
