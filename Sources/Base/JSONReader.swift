// SPDX-License-Identifier: Apache-2.0

/// Reads a text that is JSON as RFC 8259 writes it, and nothing else.
///
/// Where the grammar leaves the meaning open: of a name given twice the last value counts, as Azure's services have it;
/// a lone surrogate (§8.2) and a number that no double holds are refused; a whole number is kept exactly where 64 bits
/// hold it.
struct JSONReader {
    private let text: [UInt8]
    private var at: Int

    /// Reads `text` from the byte `start` on.
    init(_ text: [UInt8], from start: Int) {
        self.text = text
        at = start
    }

    /// One value with white space around it, and the end of the text.
    mutating func document() throws(JSONError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard at == text.count else { throw wrong("there is more behind the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        skipSpace()
        guard at < text.count else { throw wrong("a value is missing") }
        switch text[at] {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }
    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        try enter(depth)
        var members: [String: JSON] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard at < text.count, text[at] == UInt8(ascii: "\"") else { throw wrong("a member's name is missing") }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw wrong("a colon is missing") }
            members[name] = try value(depth: depth)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw wrong("a comma or the object's end is missing") }
        return .object(members)
    }
    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        try enter(depth)
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat { elements.append(try value(depth: depth)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw wrong("a comma or the array's end is missing") }
        return .array(elements)
    }
    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= JSON.depthMax else { throw JSONError(message: "nested deeper than \(JSON.depthMax)") }
        at += 1
    }
    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        guard text[at...].starts(with: word.utf8) else { throw wrong("no value begins so") }
        at += word.utf8.count
        return value
    }

    // MARK: Numbers, §6

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        _ = accept(UInt8(ascii: "-"))
        let whole = digits()
        guard whole > 0 else {
            at = start
            throw wrong("no value begins so")
        }
        guard whole == 1 || text[at - whole] != UInt8(ascii: "0") else { throw wrong("a number begins with a zero") }
        var isWhole = true
        if accept(UInt8(ascii: ".")) {
            isWhole = false
            guard digits() > 0 else { throw wrong("a digit is missing behind the point") }
        }
        if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
            isWhole = false
            if !accept(UInt8(ascii: "+")) { _ = accept(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw wrong("a digit is missing in the exponent") }
        }
        let written = String(decoding: text[start..<at], as: UTF8.self)
        if isWhole, let value = Int64(written) { return .integer(value) }
        guard let value = Double(written), value.isFinite else {
            throw wrong("a number is greater than a double holds")
        }
        if !isWhole, let exact = Int64(exactly: value) { return .integer(exact) }
        return .number(value)
    }
    private mutating func digits() -> Int {
        let start = at
        while at < text.count, (0x30...0x39).contains(text[at]) { at += 1 }
        return at - start
    }

    // MARK: Strings, §7

    private mutating func string() throws(JSONError) -> String {
        at += 1
        var start = at
        var unescaped: [UInt8] = []
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""):
                let rest = text[start..<at]
                at += 1
                let whole = unescaped.isEmpty ? rest : (unescaped + rest)[...]
                guard let string = String(validating: whole, as: UTF8.self) else { throw wrong("a text is not UTF-8") }
                return string
            case UInt8(ascii: "\\"):
                unescaped += text[start..<at]
                at += 1
                try escape(into: &unescaped)
                start = at
            case 0..<0x20: throw wrong("a control character stands in a text")
            default: at += 1
            }
        }
        throw wrong("a text has no end")
    }
    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        guard at < text.count else { throw wrong("a text has no end") }
        let letter = text[at]
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"): out += Array(String(Character(try scalar())).utf8)
        default: throw wrong("no escape is written so")
        }
    }
    /// What `\u` and four digits say, or two of them for a character outside the basic plane.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, accept(UInt8(ascii: "\\")), accept(UInt8(ascii: "u")) else {
            throw wrong("a surrogate stands alone")
        }
        let second = try unit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw wrong("a surrogate stands alone") }
        return scalar
    }
    private mutating func unit() throws(JSONError) -> UInt16 {
        let digits = text[at...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw wrong("four hexadecimal digits are missing") }
        at += 4
        return unit
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while at < text.count {
            switch text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }
    /// Passes white space and then the byte; false, and nothing but white space passed, when another one stands there.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        return accept(byte)
    }
    private mutating func accept(_ byte: UInt8) -> Bool {
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }
    private func wrong(_ what: String) -> JSONError {
        JSONError(message: "not well-formed JSON: \(what), at byte \(at)")
    }
}
