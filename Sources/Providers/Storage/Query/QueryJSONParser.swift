// SPDX-License-Identifier: Apache-2.0
import Base

/// Reads one JSON value (RFC 8259) and keeps the order of members; errors are worded as the service words them.
struct QueryJSONParser {
    private let text: ArraySlice<UInt8>
    private var at: Int
    private var values = 0
    /// Where `text` begins in what messages count from.
    private let origin: Int

    /// Reads `text`, whose first byte messages call `origin`.
    init(_ text: ArraySlice<UInt8>, origin: Int) {
        self.text = text
        self.origin = origin
        at = text.startIndex
    }
    /// The one value, with nothing behind it.
    mutating func document() throws(QueryFault) -> QueryValue {
        let value = try value(1)
        skipSpace()
        guard at == text.endIndex else { throw unexpected("'{', or '['") }
        return value
    }

    private mutating func value(_ depth: Int) throws(QueryFault) -> QueryValue {
        skipSpace()
        values += 1
        guard values <= QueryLimits.recordValuesMax, depth <= QueryLimits.recordDepthMax else {
            throw .tooLarge("A record has more than \(QueryLimits.recordValuesMax) values, or nests too deep.")
        }
        guard at < text.endIndex else { throw unexpected("a value") }
        switch text[at] {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }
    private mutating func object(_ depth: Int) throws(QueryFault) -> QueryValue {
        at += 1
        var members: [QueryMember] = []
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard at < text.endIndex, text[at] == UInt8(ascii: "\"") else { throw unexpected("'\"', or '}'") }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
            members.append(QueryMember(name: name, value: try value(depth + 1)))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw unexpected("',', or '}'") }
        return .object(members)
    }
    private mutating func array(_ depth: Int) throws(QueryFault) -> QueryValue {
        at += 1
        var elements: [QueryValue] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat { elements.append(try value(depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw unexpected("',', or ']'") }
        return .array(elements)
    }
    private mutating func word(_ word: String, _ value: QueryValue) throws(QueryFault) -> QueryValue {
        for byte in word.utf8 {
            guard at < text.endIndex, text[at] == byte else { throw unexpected("'\(word)'") }
            at += 1
        }
        return value
    }
    private mutating func number() throws(QueryFault) -> QueryValue {
        let start = at
        _ = accept(UInt8(ascii: "-"))
        let whole = digits()
        guard whole == 1 || (whole > 1 && text[at - whole] != UInt8(ascii: "0")) else {
            at = min(start, text.endIndex)
            throw unexpected("a value")
        }
        var isWhole = true
        if accept(UInt8(ascii: ".")) {
            isWhole = false
            guard digits() > 0 else { throw unexpected("a digit") }
        }
        if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
            isWhole = false
            if !accept(UInt8(ascii: "+")) { _ = accept(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw unexpected("a digit") }
        }
        let written = String(decoding: text[start..<at], as: UTF8.self)
        if isWhole, let value = Int64(written) { return .integer(value) }
        guard at - start <= 400, let value = Double(written), value.isFinite else {
            throw .parse("A number at [byte: \(start - text.startIndex + origin)] is too large.")
        }
        return .float(value)
    }
    private mutating func digits() -> Int {
        let start = at
        while at < text.endIndex, (0x30...0x39).contains(text[at]) { at += 1 }
        return at - start
    }

    // MARK: Texts

    private mutating func string() throws(QueryFault) -> String {
        at += 1
        var start = at
        var out: [UInt8] = []
        while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "\""):
                out += text[start..<at]
                at += 1
                guard let string = String(validating: out, as: UTF8.self) else {
                    throw .parse("A text that ends at [byte: \(at - text.startIndex + origin)] is not UTF-8.")
                }
                return string
            case UInt8(ascii: "\\"):
                out += text[start..<at]
                at += 1
                try escape(&out)
                start = at
            case 0..<0x20: throw unexpected("'\"'")
            default: at += 1
            }
        }
        throw unexpected("'\"'")
    }
    private mutating func escape(_ out: inout [UInt8]) throws(QueryFault) {
        guard at < text.endIndex else { throw unexpected("an escape") }
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
        default:
            at -= 1
            throw unexpected("an escape")
        }
    }
    private mutating func scalar() throws(QueryFault) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, accept(UInt8(ascii: "\\")), accept(UInt8(ascii: "u")) else {
            throw unexpected("the second half of a surrogate pair")
        }
        let second = try unit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw unexpected("the second half of a surrogate pair") }
        return scalar
    }
    private mutating func unit() throws(QueryFault) -> UInt16 {
        let digits = text[at...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw unexpected("four hexadecimal digits") }
        at += 4
        return unit
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while at < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
    }
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        return accept(byte)
    }
    private mutating func accept(_ byte: UInt8) -> Bool {
        guard at < text.endIndex, text[at] == byte else { return false }
        at += 1
        return true
    }
    private func unexpected(_ wanted: String) -> QueryFault {
        Self.unexpected(at < text.endIndex ? text[at] : nil, at: at - text.startIndex + origin, wanted)
    }
    static func unexpected(_ byte: UInt8?, at place: Int, _ wanted: String) -> QueryFault {
        guard let byte else { return .parse("Unexpected end of the data at [byte: \(place)]. Expecting \(wanted).") }
        let shown = (0x20..<0x7F).contains(byte) ? String(Character(Unicode.Scalar(byte))) : "\\x" + [byte].hex
        return .parse("Unexpected token '\(shown)' at [byte: \(place)]. Expecting tokens \(wanted).")
    }
}
