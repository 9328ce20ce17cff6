// SPDX-License-Identifier: Apache-2.0

/// A value of the language, or of a JSON record.
package enum QueryValue: Sendable, Equatable {
    case null
    /// The record has no such member; NULL everywhere but under IS MISSING and in JSON answers.
    case missing
    case boolean(Bool)
    case integer(Int64)
    case float(Double)
    case string(String)
    case timestamp(QueryMoment)
    case array([QueryValue])
    /// Members in the order they were written.
    case object([QueryMember])

    /// Whether it is no value.
    var isNull: Bool { self == .null || self == .missing }

    /// A truth, a whole number or a double, for arithmetic.
    enum Number {
        case integer(Int64)
        case float(Double)
        var double: Double {
            switch self {
            case .integer(let value): Double(value)
            case .float(let value): value
            }
        }
    }
    /// The number it is or says.
    func number() throws(QueryFault) -> Number {
        switch self {
        case .integer(let value): return .integer(value)
        case .float(let value): return .float(value)
        case .boolean(let value): return .integer(value ? 1 : 0)
        case .string(let text):
            guard let number = Self.number(text) else { throw .conversion }
            return number
        case .null, .missing, .timestamp, .array, .object: throw .conversion
        }
    }
    /// Reads a decimal number with blanks around it; what Swift reads besides (`0x1p3`, `nan`) is none.
    static func number(_ text: String) -> Number? {
        var utf8 = text.utf8[...]
        while utf8.first == 0x20 { utf8 = utf8.dropFirst() }
        while utf8.last == 0x20 { utf8 = utf8.dropLast() }
        // No decimal number worth reading is longer; Double reads a text of any length.
        guard (1...400).contains(utf8.count) else { return nil }
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isPlain, let written = String(utf8) else { return nil }
        if let whole = Int64(written) { return .integer(whole) }
        guard let value = Double(written), value.isFinite else { return nil }
        return .float(value)
    }
    /// The truth it is or says; nil for NULL.
    func truth() throws(QueryFault) -> Bool? {
        switch self {
        case .null, .missing: return nil
        case .boolean(let value): return value
        case .integer(let value): return value != 0
        case .float(let value): return value != 0
        case .string(let text):
            switch text.lowercased() {
            case "true", "1": return true
            case "false", "0": return false
            default: throw .conversion
            }
        case .timestamp, .array, .object: throw .conversion
        }
    }
    /// The moment it is or says.
    func moment() throws(QueryFault) -> QueryMoment {
        switch self {
        case .timestamp(let moment): return moment
        case .string(let text):
            guard text.utf8.count <= 64, let moment = QueryMoment(text) else { throw .conversion }
            return moment
        case .null, .missing, .boolean, .integer, .float, .array, .object: throw .conversion
        }
    }
    /// The text it is or reads as.
    func text() -> String {
        switch self {
        case .null, .missing: return ""
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .float(let value): return "\(value)"
        case .string(let text): return text
        case .timestamp(let moment): return moment.text
        case .array, .object:
            var bytes: [UInt8] = []
            QueryJSONWriter.write(self, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// How it stands to another; nil when one is NULL.
    ///
    /// Types that differ meet in the higher one: TIMESTAMP, FLOAT, INT, BOOLEAN, STRING ("Data type precedence").
    func order(_ other: QueryValue) throws(QueryFault) -> QueryOrder? {
        if isNull || other.isNull { return nil }
        switch (self, other) {
        case (.string(let a), .string(let b)): return QueryOrder(a, b)
        case (.array, _), (.object, _), (_, .array), (_, .object): throw .conversion
        case (.timestamp, _), (_, .timestamp):
            return QueryOrder(try moment().microseconds, try other.moment().microseconds)
        case (.boolean, .string), (.string, .boolean), (.boolean, .boolean):
            let (a, b) = (try truth() ?? false, try other.truth() ?? false)
            return QueryOrder(a ? 1 : 0, b ? 1 : 0)
        default:
            let (a, b) = (try number(), try other.number())
            if case .integer(let a) = a, case .integer(let b) = b { return QueryOrder(a, b) }
            return QueryOrder(a.double, b.double)
        }
    }
}

/// A member of a JSON object.
package struct QueryMember: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: QueryValue
}

/// How a value stands to another.
enum QueryOrder {
    case before
    case same
    case after
    init<Value: Comparable>(_ a: Value, _ b: Value) { self = a == b ? .same : a < b ? .before : .after }
}
