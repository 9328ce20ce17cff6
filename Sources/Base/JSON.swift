// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// A JSON value (RFC 8259) of any shape, for bodies whose members a client may invent.
///
/// Member look-up ignores case, as Azure Resource Manager does; members keep the spelling they came with.
public enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// An object's member, found by exact name first, then in any case; nil when absent or null.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        let found = members[name] ?? members.first { $0.key.lowercased() == name.lowercased() }?.value
        return found == .null ? nil : found
    }
    /// The text of a string.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The value of a truth.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The value of a whole number.
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The elements of an array.
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    /// The members of an object.
    public var object: [String: JSON]? { if case .object(let value) = self { value } else { nil } }

    /// The object without the members whose value is null.
    public var withoutNulls: JSON {
        switch self {
        case .object(let members): .object(members.filter { $0.value != .null }.mapValues(\.withoutNulls))
        case .array(let elements): .array(elements.map(\.withoutNulls))
        default: self
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral, ExpressibleByStringInterpolation
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object; a name given twice keeps the last value.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
}

extension JSON {
    /// A string, or null for nil.
    public init(_ text: String?) { self = text.map(JSON.string) ?? .null }
    /// A string map.
    public init(_ map: [String: String]) { self = .object(map.mapValues(JSON.string)) }
}

extension JSON: Codable {
    /// Decodes any JSON value.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let members = try? value.decode([String: JSON].self) {
            self = .object(members)
        } else if let elements = try? value.decode([JSON].self) {
            self = .array(elements)
        } else if let truth = try? value.decode(Bool.self) {
            self = .bool(truth)
        } else if let whole = try? value.decode(Int64.self) {
            self = .integer(whole)
        } else {
            self = .number(try value.decode(Double.self))
        }
    }
    /// Encodes any JSON value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

/// Why a text is not the JSON that was asked for.
public struct JSONError: Error {
    /// What was wrong, and where.
    public let message: String
}

extension JSON {
    /// How deep a body may nest; deeper is refused, so that no stack is at a stranger's mercy.
    public static let depthMax = 64

    /// Longest text that is read: four times the largest body Azure Resource Manager takes; what takes strangers' bodies
    /// has a lower limit of its own.
    public static let sizeBytesMax = 16 * 1024 * 1024

    /// Parses UTF-8 text as RFC 8259 writes it; a byte-order mark is passed over.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        guard bytes.count <= Self.sizeBytesMax else {
            throw JSONError(message: "longer than \(Self.sizeBytesMax) bytes")
        }
        var reader = JSONReader(bytes, from: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        self = try reader.document()
    }
    /// The canonical text: members sorted by name, no white space, shortest numbers.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        write(to: &out)
        return out
    }

    private func write(to out: inout [UInt8]) {
        switch self {
        case .null: out += Array("null".utf8)
        case .bool(let value): out += Array((value ? "true" : "false").utf8)
        case .integer(let value): out += Array(String(value).utf8)
        case .number(let value): out += Array((value.isFinite ? "\(value)" : "null").utf8)
        case .string(let value): Self.quote(value, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                Self.quote(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// The canonical text of an object of texts, which come in the order of their names; those that are nil are left out.
    ///
    /// For what every change writes: the encoder of Foundation asks the runtime for the type of each member.
    public static func bytes(of texts: KeyValuePairs<String, String?>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(texts.reduce(2) { $0 + $1.key.utf8.count + ($1.value?.utf8.count ?? 0) + 6 })
        for case (let name, let text?) in texts {
            out.append(out.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            quote(name, to: &out)
            out.append(UInt8(ascii: ":"))
            quote(text, to: &out)
        }
        if out.isEmpty { out.append(UInt8(ascii: "{")) }
        out.append(UInt8(ascii: "}"))
        return out
    }

    private static func quote(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        if text.isPlainInJSON {
            out += text.utf8
            out.append(UInt8(ascii: "\""))
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: out += Array("\\u00\([byte].hex)".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

extension String {
    /// Whether JSON writes the text as it is: it has no control character, no quote and no backslash.
    public var isPlainInJSON: Bool {
        let bytes = utf8.span
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
        }
        return true
    }
}

/// Encodes and decodes stored and wire values as JSON with sorted members: one configuration for the whole house.
public enum JSONCoding {
    /// The canonical JSON of a value.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
    /// Reads a value back.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Collection<UInt8>) throws -> Value
    {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
