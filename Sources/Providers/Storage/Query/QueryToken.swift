// SPDX-License-Identifier: Apache-2.0

/// The smallest parts of an expression.
struct QueryToken: Equatable {
    enum Kind: Equatable {
        /// A name or keyword as it was written.
        case word(String)
        /// A name in double quotes.
        case quoted(String)
        /// A text in single quotes.
        case text(String)
        case integer(Int64)
        case float(Double)
        /// An operator or a mark.
        case symbol(String)
        case end
    }
    let kind: Kind
    /// Where it begins, in bytes from the expression's start.
    let position: Int

    /// How a message shows it.
    var shown: String {
        switch kind {
        case .word(let text), .symbol(let text): "'\(text.prefix(64))'"
        case .quoted(let text): "'\"\(text.prefix(64))\"'"
        case .text(let text): "text '\(text.prefix(64))'"
        case .integer(let number): "'\(number)'"
        case .float(let number): "'\(number)'"
        case .end: "the end"
        }
    }
}

/// Cuts an expression into tokens.
struct QueryTokenizer {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The next token; `.end` at the end, again and again.
    mutating func next() throws(QuerySyntaxError) -> QueryToken {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
        guard at < bytes.count else { return QueryToken(kind: .end, position: at) }
        let start = at
        switch bytes[at] {
        case UInt8(ascii: "'"): return QueryToken(kind: .text(try quoted(by: bytes[at])), position: start)
        case UInt8(ascii: "\""): return QueryToken(kind: .quoted(try quoted(by: bytes[at])), position: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return QueryToken(kind: try number(), position: start)
        case UInt8(ascii: ".") where at + 1 < bytes.count && Self.isDigit(bytes[at + 1]):
            return QueryToken(kind: try number(), position: start)
        case let byte where Self.isWord(byte):
            while at < bytes.count, Self.isWord(bytes[at]) || Self.isDigit(bytes[at]) { at += 1 }
            return QueryToken(kind: .word(String(decoding: bytes[start..<at], as: UTF8.self)), position: start)
        default: return QueryToken(kind: .symbol(try symbol()), position: start)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// A text up to the quote; two quotes within stand for one.
    private mutating func quoted(by quote: UInt8) throws(QuerySyntaxError) -> String {
        let start = at
        at += 1
        var text: [UInt8] = []
        while at < bytes.count {
            if bytes[at] == quote {
                at += 1
                guard at < bytes.count, bytes[at] == quote else { return String(decoding: text, as: UTF8.self) }
            }
            text.append(bytes[at])
            at += 1
        }
        throw QuerySyntaxError("a quote is not closed", at: start)
    }
    private mutating func number() throws(QuerySyntaxError) -> QueryToken.Kind {
        let start = at
        var isWhole = true
        digits()
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isWhole = false
            at += 1
            digits()
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if at < bytes.count, Self.isWord(bytes[at]) { throw QuerySyntaxError("a number ends with a letter", at: at) }
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw QuerySyntaxError("'\(text.prefix(64))' is no number this language holds", at: start)
        }
        return .float(value)
    }
    private mutating func digits() { while at < bytes.count, Self.isDigit(bytes[at]) { at += 1 } }

    private mutating func symbol() throws(QuerySyntaxError) -> String {
        for symbol in ["<>", "<=", ">=", "!="] where bytes[at...].starts(with: symbol.utf8) {
            at += 2
            return symbol
        }
        let symbol = String(Character(Unicode.Scalar(bytes[at])))
        guard "=<>+-*/%(),.[];".contains(symbol) else {
            throw QuerySyntaxError("'\(symbol)' is not expected here", at: at)
        }
        at += 1
        return symbol
    }
}
