// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials

/// Reads a `$filter` by recursive descent: `or` binds least, then `and`, then `not`.
package struct TableFilterParser {
    /// Longest text, in bytes: an address has no more.
    package static let bytesMax = 32 << 10
    /// Deepest nesting of parentheses and `not`, so that no stack is at a stranger's mercy.
    package static let depthMax = 64
    /// The most comparisons: the service promises 15 and takes more; generated filters of key lists reach about 100.
    package static let comparisonsMax = 256

    private var scanner: Scanner
    private var token: Token
    private var comparisons = 0

    /// Reads a filter; a blank text is none.
    package static func parse(_ text: String) throws(StorageFault) -> TableFilter? {
        guard text.utf8.count <= bytesMax else { throw fault("it is longer than \(bytesMax) bytes") }
        guard text.utf8.contains(where: { $0 != 32 }) else { return nil }
        var parser = try TableFilterParser(text)
        let filter = try parser.either(0)
        guard parser.token == .end else { throw fault("there is more after its end") }
        return filter
    }
    private init(_ text: String) throws(StorageFault) {
        scanner = Scanner(text)
        token = try scanner.next()
    }
    fileprivate static func fault(_ why: String) -> StorageFault {
        .invalidTableInput("A $filter is read so far as it makes sense, and here it does not: \(why).")
    }

    private mutating func advance() throws(StorageFault) { token = try scanner.next() }

    private mutating func either(_ depth: Int) throws(StorageFault) -> TableFilter {
        var left = try both(depth)
        while token == .word("or") {
            try advance()
            left = .or(left, try both(depth))
        }
        return left
    }
    private mutating func both(_ depth: Int) throws(StorageFault) -> TableFilter {
        var left = try single(depth)
        while token == .word("and") {
            try advance()
            left = .and(left, try single(depth))
        }
        return left
    }
    private mutating func single(_ depth: Int) throws(StorageFault) -> TableFilter {
        guard depth < Self.depthMax else { throw Self.fault("it is nested deeper than \(Self.depthMax)") }
        switch token {
        case .word("not"):
            try advance()
            return .not(try single(depth + 1))
        case .open:
            try advance()
            let inner = try either(depth + 1)
            guard token == .close else { throw Self.fault("a parenthesis is not closed") }
            try advance()
            return inner
        case .word(let name): return try comparison(of: name)
        case .constant(.boolean(let truth)):
            try advance()
            return .constant(truth)
        default: throw Self.fault("the name of a property is expected")
        }
    }
    private mutating func comparison(of name: String) throws(StorageFault) -> TableFilter {
        comparisons += 1
        guard comparisons <= Self.comparisonsMax else {
            throw Self.fault("it has more than \(Self.comparisonsMax) comparisons")
        }
        try advance()
        if token == .open { throw .tableOptionNotImplemented("the function '\(name)' in $filter") }
        guard case .word(let text) = token, let operation = TableFilter.Comparison(rawValue: text) else {
            return .property(name)
        }
        try advance()
        guard case .constant(let constant) = token else {
            throw Self.fault("a constant is expected to the right of '\(text)'")
        }
        try advance()
        return .compare(name, operation, constant)
    }
}

/// What a filter is made of.
private enum Token: Equatable {
    case word(String)
    case constant(EDMValue)
    case open, close, end
}

private struct Scanner {
    private var rest: Substring.UnicodeScalarView
    init(_ text: String) { rest = text[...].unicodeScalars }

    mutating func next() throws(StorageFault) -> Token {
        while let blank = rest.first, blank == " " || blank == "\t" { rest.removeFirst() }
        guard let first = rest.first else { return .end }
        switch first {
        case "(":
            rest.removeFirst()
            return .open
        case ")":
            rest.removeFirst()
            return .close
        case "'": return .constant(.string(try quoted()))
        case "0"..."9", "-", "+", ".": return .constant(try number())
        case _ where first == "_" || first.properties.isXIDStart: return try word()
        default: throw TableFilterParser.fault("'\(first)' means nothing")
        }
    }
    private mutating func word() throws(StorageFault) -> Token {
        var scalars = String.UnicodeScalarView()
        while let next = rest.first, next.properties.isXIDContinue { scalars.append(rest.removeFirst()) }
        let name = String(scalars)
        if rest.first == "'" {
            guard let constant = Self.typed(name, try quoted()) else {
                throw TableFilterParser.fault("\(name)'…' is no constant")
            }
            return .constant(constant)
        }
        switch name {
        case "true": return .constant(.boolean(true))
        case "false": return .constant(.boolean(false))
        case "NaN": return .constant(.double(.nan))
        case "Infinity", "INF": return .constant(.double(.infinity))
        default: return .word(name)
        }
    }
    private static func typed(_ name: String, _ text: String) -> EDMValue? {
        switch name {
        case "datetime": EDMDateTime(text).map { .dateTime($0) }
        case "guid": UUID(uuidString: text).map { .guid($0) }
        case "X", "binary": [UInt8](hex: text).map { .binary($0) }
        default: nil
        }
    }
    private mutating func quoted() throws(StorageFault) -> String {
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let next = rest.popFirst() {
            if next == "'" {
                guard rest.first == "'" else { return String(text) }
                rest.removeFirst()
            }
            text.append(next)
        }
        throw TableFilterParser.fault("a text does not end")
    }
    /// `5`, `-5`, `5L`, `5.0`, `1e3`, `5.0D`: the letter tells 64 bits or a double.
    private mutating func number() throws(StorageFault) -> EDMValue {
        var scalars = String.UnicodeScalarView()
        while let next = rest.first, Self.ofNumbers.contains(next) { scalars.append(rest.removeFirst()) }
        var text = String(scalars)
        if text == "-", rest.starts(with: "Infinity".unicodeScalars) || rest.starts(with: "INF".unicodeScalars) {
            while let next = rest.first, next.properties.isXIDContinue { rest.removeFirst() }
            return .double(-.infinity)
        }
        let suffix = rest.first
        if let suffix, suffix.properties.isXIDContinue {
            guard "LlDdFfMm".unicodeScalars.contains(suffix) else {
                throw TableFilterParser.fault("'\(text)' is no number")
            }
            rest.removeFirst()
            if let more = rest.first, more.properties.isXIDContinue {
                throw TableFilterParser.fault("'\(text)' is no number")
            }
        }
        if text.first == "+" { text.removeFirst() }
        let value: EDMValue? =
            switch suffix {
            case "L", "l": Int64(text).map { .int64($0) }
            case "D", "d", "F", "f", "M", "m": EDMValue.double(text).map { .double($0) }
            default:
                Int32(text).map { .int32($0) } ?? Int64(text).map { .int64($0) }
                    ?? EDMValue.double(text).map { .double($0) }
            }
        guard let value else { throw TableFilterParser.fault("'\(text.prefix(40))' is no number") }
        return value
    }
    private static let ofNumbers = Set("0123456789+-.eE".unicodeScalars)
}
