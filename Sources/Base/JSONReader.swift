// SPDX-License-Identifier: Apache-2.0

/// Reads a text that is JSON as RFC 8259 writes it, and nothing else.
///
/// Where the grammar leaves the meaning open: of a name given twice the last value counts, as Azure's services have it;
/// a number that no double holds is refused; a whole number is kept exactly where 64 bits hold it.
struct JSONReader {
    private var scanner: JSONScanner

    /// Reads `text` from the byte `start` on.
    init(_ text: [UInt8], from start: Int) { scanner = JSONScanner(text[start...]) }

    /// One value with white space around it, and the end of the text.
    mutating func document() throws(JSONError) -> JSON {
        do throws(JSONScanner.Fault) {
            let value = try value(depth: 0)
            scanner.skipSpace()
            guard scanner.byte == nil else { throw scanner.fault("nothing behind the value") }
            return value
        } catch {
            throw JSONError(message: "not well-formed JSON: expected \(error.wanted) at byte \(error.offset)")
        }
    }

    private mutating func value(depth: Int) throws(JSONScanner.Fault) -> JSON {
        scanner.skipSpace()
        switch scanner.byte {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }
    private mutating func object(depth: Int) throws(JSONScanner.Fault) -> JSON {
        try check(depth)
        _ = scanner.take(UInt8(ascii: "{"))
        var members: [String: JSON] = [:]
        if scanner.take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            scanner.skipSpace()
            let name = try scanner.string()
            guard scanner.take(UInt8(ascii: ":")) else { throw scanner.fault("':'") }
            members[name] = try value(depth: depth)
        } while scanner.take(UInt8(ascii: ","))
        guard scanner.take(UInt8(ascii: "}")) else { throw scanner.fault("',' or '}'") }
        return .object(members)
    }
    private mutating func array(depth: Int) throws(JSONScanner.Fault) -> JSON {
        try check(depth)
        _ = scanner.take(UInt8(ascii: "["))
        var elements: [JSON] = []
        if scanner.take(UInt8(ascii: "]")) { return .array(elements) }
        repeat { elements.append(try value(depth: depth)) } while scanner.take(UInt8(ascii: ","))
        guard scanner.take(UInt8(ascii: "]")) else { throw scanner.fault("',' or ']'") }
        return .array(elements)
    }
    private func check(_ depth: Int) throws(JSONScanner.Fault) {
        guard depth <= JSON.depthMax else { throw scanner.fault("at most \(JSON.depthMax) levels of nesting") }
    }
    private mutating func word(_ word: String, _ value: JSON) throws(JSONScanner.Fault) -> JSON {
        try scanner.word(word)
        return value
    }
    private mutating func number() throws(JSONScanner.Fault) -> JSON {
        let number = try scanner.number()
        if number.isWhole, let value = Int64(number.text) { return .integer(value) }
        guard let value = Double(number.text), value.isFinite else {
            throw scanner.fault("a number that a double holds before")
        }
        if !number.isWhole, let exact = Int64(exactly: value) { return .integer(exact) }
        return .number(value)
    }
}
