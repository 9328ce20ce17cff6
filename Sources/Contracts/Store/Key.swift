// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials

/// A key of the store: bytes that sort as the tuple of parts they were made from.
package struct Key: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The encoded parts.
    package var bytes: [UInt8]
    /// Longest key an engine must take: a blob name of 1,024 characters in UTF-8, its container, and our prefix.
    package static let bytesMax = 8 * 1024

    /// A key of already encoded bytes.
    package init(bytes: [UInt8]) { self.bytes = bytes }
    /// Encodes the parts in order.
    package init(_ parts: any KeyPart...) {
        bytes = []
        // Most keys are within it: then they do not move while they grow.
        bytes.reserveCapacity(96)
        for part in parts { part.encode(into: &bytes) }
    }
    /// This key with more parts behind it.
    package func appending(_ parts: any KeyPart...) -> Key {
        var longer = self
        for part in parts { part.encode(into: &longer.bytes) }
        return longer
    }
    /// Hashes the bytes at once: the synthesized way takes them one by one, and every read and write hashes its key.
    package func hash(into hasher: inout Hasher) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
    /// The same bytes.
    package static func == (a: Key, b: Key) -> Bool { a.bytes.span.isSame(as: b.bytes.span) }
    /// Byte order, which is tuple order.
    package static func < (a: Key, b: Key) -> Bool { a.bytes.span.precedes(b.bytes.span) }
    /// Hexadecimal, for diagnostics.
    package var description: String { bytes.hex }

    /// All keys that have this key's parts and at least one more.
    package var children: KeyRange { KeyRange(from: Key(bytes: bytes + [0x00]), to: Key(bytes: bytes + [0xFF])) }
    /// The first key after this one and all that begin with it.
    package var afterChildren: Key { Key(bytes: bytes + [0xFF]) }
    /// The very next key.
    package var next: Key { Key(bytes: bytes + [0x00]) }
}

/// The keys in `from ..< to`.
package struct KeyRange: Hashable, Sendable {
    /// The first key inside.
    package var from: Key
    /// The first key behind.
    package var to: Key
    /// Joins two bounds.
    package init(from: Key, to: Key) {
        self.from = from
        self.to = to
    }
    /// Whether the key lies inside.
    package func contains(_ key: Key) -> Bool { from <= key && key < to }
}

/// One part of a key.
///
/// Encodings keep order and never are a prefix of one another; no encoding begins with 0x00 or 0xFF.
package protocol KeyPart: Sendable {
    /// Appends the order-preserving encoding.
    func encode(into bytes: inout [UInt8])
}

/// Type codes in sort order between kinds; the layout follows FoundationDB's published tuple encoding.
private enum Code {
    static let bytes: UInt8 = 0x01
    static let string: UInt8 = 0x02
    static let integer: UInt8 = 0x15
    static let uuid: UInt8 = 0x30
}

/// Appends a body at once where it has no zero byte, as nearly all have: every read and write makes its keys.
private func encodeEscaped(_ body: some Collection<UInt8>, _ span: Span<UInt8>, code: UInt8, into bytes: inout [UInt8])
{
    bytes.append(code)
    if span.contains(0) {
        for byte in body {
            bytes.append(byte)
            if byte == 0 { bytes.append(0xFF) }
        }
    } else {
        bytes.append(contentsOf: body)
    }
    bytes.append(0)
}

extension String: KeyPart {
    /// UTF-8, zero bytes escaped, zero at the end.
    package func encode(into bytes: inout [UInt8]) { encodeEscaped(utf8, utf8.span, code: Code.string, into: &bytes) }
}

extension [UInt8]: KeyPart {
    /// The bytes, zero bytes escaped, zero at the end.
    package func encode(into bytes: inout [UInt8]) { encodeEscaped(self, span, code: Code.bytes, into: &bytes) }
}

extension Int64: KeyPart {
    /// Eight bytes, big-endian, sign flipped so that negative numbers sort first.
    package func encode(into bytes: inout [UInt8]) {
        bytes.append(Code.integer)
        let flipped = UInt64(bitPattern: self) ^ (1 << 63)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: flipped >> shift)) }
    }
}

extension UUID: KeyPart {
    /// Sixteen bytes.
    package func encode(into bytes: inout [UInt8]) {
        bytes.append(Code.uuid)
        unsafe withUnsafeBytes(of: uuid) { unsafe bytes.append(contentsOf: $0) }
    }
}

extension Timestamp: KeyPart {
    /// As its microseconds.
    package func encode(into bytes: inout [UInt8]) { microseconds.encode(into: &bytes) }
}

extension Tagged: KeyPart where Raw: KeyPart {
    /// As its bare value.
    package func encode(into bytes: inout [UInt8]) { raw.encode(into: &bytes) }
}

/// Reads the parts of a key back, in order.
package struct KeyReader {
    private var rest: ArraySlice<UInt8>
    /// Reads `key` from behind the bytes of `prefix`.
    package init(_ key: Key, after prefix: Key = Key()) { rest = key.bytes.dropFirst(prefix.bytes.count) }

    /// The next part as text; nil when it is none.
    package mutating func string() -> String? {
        guard let body = escaped(Code.string) else { return nil }
        return String(validating: body, as: UTF8.self)
    }
    /// The next part as bytes; nil when it is none.
    package mutating func bytes() -> [UInt8]? { escaped(Code.bytes) }
    /// The next part as a number; nil when it is none.
    package mutating func integer() -> Int64? {
        guard rest.first == Code.integer, rest.count >= 9 else { return nil }
        let flipped = rest.dropFirst().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(9)
        return Int64(bitPattern: flipped ^ (1 << 63))
    }
    /// The next part as a UUID; nil when it is none.
    package mutating func uuid() -> UUID? {
        guard rest.first == Code.uuid, rest.count >= 17 else { return nil }
        let id = UUID(bytes: rest.dropFirst().prefix(16))
        rest = rest.dropFirst(17)
        return id
    }
    /// Whether every part was read.
    package var isAtEnd: Bool { rest.isEmpty }

    private mutating func escaped(_ code: UInt8) -> [UInt8]? {
        guard rest.first == code else { return nil }
        let start = rest.index(after: rest.startIndex)
        guard let zero = rest[start...].firstIndex(of: 0) else { return nil }
        // Nearly always the part ends here; what follows an escaped zero is taken byte by byte.
        var body = Array(rest[start..<zero])
        var i = zero
        while i < rest.endIndex {
            if rest[i] == 0 {
                let after = rest.index(after: i)
                guard after < rest.endIndex, rest[after] == 0xFF else {
                    rest = rest[after...]
                    return body
                }
                i = after
                body.append(0)
            } else {
                body.append(rest[i])
            }
            i = rest.index(after: i)
        }
        return nil
    }
}
