// SPDX-License-Identifier: Apache-2.0

/// Reads a JSON object (RFC 8259) without nesting, which is what an entity is, and keeps what a general reader loses:
/// the order of the members, those given twice, and how numbers are written.
package struct FlatJSON {
    /// The value of a member.
    package enum Value: Equatable, Sendable {
        case string(String)
        /// As written.
        case number(String)
        case bool(Bool)
        case null
    }
    private var rest: ArraySlice<UInt8>
    /// The most members; an entity has at most 255 properties, each with its annotations.
    package static let membersMax = 2048

    /// The members in their order.
    package static func members(_ body: [UInt8]) throws(StorageFault) -> [(name: String, value: Value)] {
        var reader = FlatJSON(rest: body.starts(with: [0xEF, 0xBB, 0xBF]) ? body[3...] : body[...])
        let members = try reader.object()
        guard reader.skipBlanks() == nil else { throw broken }
        return members
    }
    private init(rest: ArraySlice<UInt8>) { self.rest = rest }
    private static let broken = StorageFault.invalidTableInput("The body is not a JSON object of plain values.")

    private mutating func object() throws(StorageFault) -> [(name: String, value: Value)] {
        var members: [(name: String, value: Value)] = []
        guard skipBlanks() == UInt8(ascii: "{") else { throw Self.broken }
        rest.removeFirst()
        if skipBlanks() == UInt8(ascii: "}") {
            rest.removeFirst()
            return members
        }
        while true {
            guard skipBlanks() == UInt8(ascii: "\"") else { throw Self.broken }
            let name = try string()
            guard skipBlanks() == UInt8(ascii: ":"), members.count < Self.membersMax else { throw Self.broken }
            rest.removeFirst()
            members.append((name, try value()))
            let next = skipBlanks()
            rest = rest.dropFirst()
            if next == UInt8(ascii: "}") { return members }
            guard next == UInt8(ascii: ",") else { throw Self.broken }
        }
    }
    private mutating func value() throws(StorageFault) -> Value {
        switch skipBlanks() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try number())
        default: throw Self.broken
        }
    }
    private mutating func word(_ text: String, _ value: Value) throws(StorageFault) -> Value {
        guard rest.starts(with: text.utf8) else { throw Self.broken }
        rest = rest.dropFirst(text.utf8.count)
        return value
    }
    /// RFC 8259 §6: no leading zeros, digits on both sides of the point.
    private mutating func number() throws(StorageFault) -> String {
        let whole = rest
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let integer = digits()
        guard !integer.isEmpty, integer.count == 1 || integer.first != UInt8(ascii: "0") else { throw Self.broken }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard !digits().isEmpty else { throw Self.broken }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard !digits().isEmpty else { throw Self.broken }
        }
        return String(decoding: whole.dropLast(rest.count), as: UTF8.self)
    }
    private mutating func digits() -> ArraySlice<UInt8> {
        let run = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(run.count)
        return run
    }
    private mutating func skipBlanks() -> UInt8? {
        while let next = rest.first {
            guard next == 0x20 || next == 0x09 || next == 0x0A || next == 0x0D else { return next }
            rest.removeFirst()
        }
        return nil
    }
    private mutating func string() throws(StorageFault) -> String {
        rest.removeFirst()
        var out: [UInt8] = []
        while true {
            let run = rest.prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
            out += run
            rest = rest.dropFirst(run.count)
            switch rest.popFirst() {
            case UInt8(ascii: "\""):
                guard let text = String(validating: out, as: UTF8.self) else { throw Self.broken }
                return text
            case UInt8(ascii: "\\"): out += String(try escape()).utf8
            default: throw Self.broken
            }
        }
    }
    private mutating func escape() throws(StorageFault) -> Unicode.Scalar {
        switch rest.popFirst() {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hex()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xDC00, rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u") else {
                throw Self.broken
            }
            let low = try hex()
            guard (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw Self.broken }
            return scalar
        default: throw Self.broken
        }
    }
    private mutating func hex() throws(StorageFault) -> UInt32 {
        guard rest.count >= 4, let text = String(validating: rest.prefix(4), as: UTF8.self),
            text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16)
        else { throw Self.broken }
        rest = rest.dropFirst(4)
        return value
    }
}
