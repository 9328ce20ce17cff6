// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import FoundationEssentials
import Kernel

/// Writes the dense form of records on hot paths: numbers in LEB128, texts and bytes behind their length.
struct StoredWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
    /// Small magnitudes of either sign stay short.
    mutating func integer(_ value: Int64) { number(UInt64(bitPattern: value << 1 ^ value >> 63)) }
    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }
    mutating func time(_ value: Timestamp) { integer(value.microseconds) }
    mutating func uuid(_ value: UUID) { bytes += value.bytes }
    mutating func data(_ value: [UInt8]) {
        number(UInt64(value.count))
        bytes += value
    }
    mutating func text(_ value: String) { data(Array(value.utf8)) }
    /// Nil is told from empty.
    mutating func optional(_ value: [UInt8]?) {
        guard let value else { return number(0) }
        number(UInt64(value.count) + 1)
        bytes += value
    }
    mutating func optional(_ value: String?) { optional(value.map { Array($0.utf8) }) }
    mutating func optional(_ value: Timestamp?) {
        flag(value != nil)
        if let value { time(value) }
    }
    mutating func content(_ value: Content) {
        data(value.id)
        integer(value.length)
        number(UInt64(value.extents.count))
        for extent in value.extents {
            integer(extent.segment)
            integer(extent.offset)
            integer(extent.length)
        }
    }
    mutating func metadata(_ value: Metadata) {
        number(UInt64(value.items.count))
        for item in value.items {
            text(item.name)
            text(item.value)
        }
    }
}

/// Reads what `StoredWriter` wrote.
struct StoredReader {
    private var rest: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    private static let broken = StoredFormatError("the record ends too early or holds what it may not")

    private mutating func take(_ count: UInt64) throws(StoredFormatError) -> [UInt8] {
        guard count <= UInt64(rest.count) else { throw Self.broken }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }
    mutating func number() throws(StoredFormatError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = rest.popFirst() else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Self.broken
    }
    mutating func integer() throws(StoredFormatError) -> Int64 {
        let value = try number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
    /// How many elements follow; each takes at least one byte.
    mutating func count() throws(StoredFormatError) -> Int {
        let value = try number()
        guard value <= UInt64(rest.count) else { throw Self.broken }
        return Int(value)
    }
    mutating func flag() throws(StoredFormatError) -> Bool { try take(1) == [1] }
    mutating func time() throws(StoredFormatError) -> Timestamp { Timestamp(microseconds: try integer()) }
    mutating func uuid() throws(StoredFormatError) -> UUID {
        guard let value = UUID(bytes: try take(16)) else { throw Self.broken }
        return value
    }
    mutating func data() throws(StoredFormatError) -> [UInt8] { try take(try number()) }
    mutating func text() throws(StoredFormatError) -> String { String(decoding: try data(), as: UTF8.self) }
    mutating func optionalData() throws(StoredFormatError) -> [UInt8]? {
        let count = try number()
        return count == 0 ? nil : try take(count - 1)
    }
    mutating func optionalText() throws(StoredFormatError) -> String? {
        try optionalData().map { String(decoding: $0, as: UTF8.self) }
    }
    mutating func optionalTime() throws(StoredFormatError) -> Timestamp? { try flag() ? try time() : nil }
    mutating func content() throws(StoredFormatError) -> Content {
        let id = try data()
        let length = try integer()
        var extents: [Extent] = []
        for _ in 0..<(try count()) {
            extents.append(Extent(segment: try integer(), offset: try integer(), length: try integer()))
        }
        return Content(id: id, length: length, extents: extents)
    }
    mutating func metadata() throws(StoredFormatError) -> Metadata {
        var items: [Metadata.Item] = []
        for _ in 0..<(try count()) { items.append(Metadata.Item(name: try text(), value: try text())) }
        return Metadata(items: items)
    }
}
