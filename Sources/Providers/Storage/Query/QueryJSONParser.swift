// SPDX-License-Identifier: Apache-2.0
import Base

/// Reads one JSON value (RFC 8259) and keeps the order of members; errors are worded as the service words them.
struct QueryJSONParser {
    private var scanner: JSONScanner
    private var values = 0
    /// Where the text begins in what messages count from.
    private let origin: Int

    /// Reads `text`, whose first byte messages call `origin`.
    init(_ text: ArraySlice<UInt8>, origin: Int) {
        scanner = JSONScanner(text)
        self.origin = origin
    }
    /// The one value, with nothing behind it.
    mutating func document() throws(QueryFault) -> QueryValue {
        let value = try value(1)
        scanner.skipSpace()
        guard scanner.byte == nil else { throw unexpected(scanner.fault("'{', or '['")) }
        return value
    }

    private mutating func value(_ depth: Int) throws(QueryFault) -> QueryValue {
        scanner.skipSpace()
        values += 1
        guard values <= QueryLimits.recordValuesMax, depth <= QueryLimits.recordDepthMax else {
            throw .tooLarge("A record has more than \(QueryLimits.recordValuesMax) values, or nests too deep.")
        }
        switch scanner.byte {
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
        _ = scanner.take(UInt8(ascii: "{"))
        var members: [QueryMember] = []
        if scanner.take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            scanner.skipSpace()
            let name = try string()
            guard scanner.take(UInt8(ascii: ":")) else { throw unexpected(scanner.fault("':'")) }
            members.append(QueryMember(name: name, value: try value(depth + 1)))
        } while scanner.take(UInt8(ascii: ","))
        guard scanner.take(UInt8(ascii: "}")) else { throw unexpected(scanner.fault("',', or '}'")) }
        return .object(members)
    }
    private mutating func array(_ depth: Int) throws(QueryFault) -> QueryValue {
        _ = scanner.take(UInt8(ascii: "["))
        var elements: [QueryValue] = []
        if scanner.take(UInt8(ascii: "]")) { return .array(elements) }
        repeat { elements.append(try value(depth + 1)) } while scanner.take(UInt8(ascii: ","))
        guard scanner.take(UInt8(ascii: "]")) else { throw unexpected(scanner.fault("',', or ']'")) }
        return .array(elements)
    }
    private mutating func word(_ word: String, _ value: QueryValue) throws(QueryFault) -> QueryValue {
        do throws(JSONScanner.Fault) { try scanner.word(word) } catch { throw unexpected(error) }
        return value
    }
    private mutating func string() throws(QueryFault) -> String {
        do throws(JSONScanner.Fault) { return try scanner.string() } catch { throw unexpected(error) }
    }
    private mutating func number() throws(QueryFault) -> QueryValue {
        let start = scanner.offset
        let number: JSONScanner.Number
        do throws(JSONScanner.Fault) { number = try scanner.number() } catch { throw unexpected(error) }
        if number.isWhole, let value = Int64(number.text) { return .integer(value) }
        guard scanner.offset - start <= 400, let value = Double(number.text), value.isFinite else {
            throw .parse("A number at [byte: \(start + origin)] is too large.")
        }
        return .float(value)
    }

    private func unexpected(_ fault: JSONScanner.Fault) -> QueryFault {
        Self.unexpected(fault.found, at: fault.offset + origin, fault.wanted)
    }
    static func unexpected(_ byte: UInt8?, at place: Int, _ wanted: String) -> QueryFault {
        guard let byte else { return .parse("Unexpected end of the data at [byte: \(place)]. Expecting \(wanted).") }
        let shown = (0x20..<0x7F).contains(byte) ? String(Character(Unicode.Scalar(byte))) : "\\x" + [byte].hex
        return .parse("Unexpected token '\(shown)' at [byte: \(place)]. Expecting tokens \(wanted).")
    }
}
