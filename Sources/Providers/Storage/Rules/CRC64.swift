// SPDX-License-Identifier: Apache-2.0
import Base
import CFolding

/// The checksum of `x-ms-content-crc64`, also known as CRC-64/NVME.
///
/// The reflected polynomial 0x9A6C9329AC4BC9B5, started and ended by inverting all bits. It guards against accidents,
/// not attackers.
package struct CRC64: Equatable, Sendable {
    private var state = UInt64.max

    /// Starts with no bytes.
    package init() {}
    /// The checksum of what came so far; more may follow.
    package var value: UInt64 { ~state }
    /// The eight bytes of the header, lowest first.
    package var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    /// The header's value.
    package var base64: String { bytes.base64 }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }
    /// Takes in the next bytes, without copying them out of their buffer.
    package mutating func update(_ bytes: ArraySlice<UInt8>) { update(bytes.span) }
    /// Takes in the next bytes: what is long is first folded into few, where the processor can.
    package mutating func update(_ bytes: Span<UInt8>) {
        let long = bytes.count / Self.foldedAtOnce * Self.foldedAtOnce
        guard long >= Self.foldedFrom, Self.canFold else { return take(bytes) }
        let folded = unsafe [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            unsafe bytes.withUnsafeBufferPointer { all in
                unsafe lazuli_fold_crc64(state, all.baseAddress, long, buffer.baseAddress)
            }
            count = 16
        }
        state = 0
        take(folded.span)
        take(bytes.extracting(long...))
    }
    private static let canFold = lazuli_can_fold()
    private static let foldedAtOnce = 64
    /// From this length on folding pays.
    private static let foldedFrom = 256

    /// Takes in bytes sixteen at a time through sixteen tables, the rest one by one.
    private mutating func take(_ bytes: Span<UInt8>) {
        let table = Self.table.span
        let raw = unsafe bytes.bytes
        let count = bytes.count
        var crc = state
        var offset = 0
        while offset &+ 16 <= count {
            // Any eight bytes are a UInt64, and RawSpan checks that they lie inside it.
            let low = crc ^ (unsafe raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)).littleEndian
            let high = (unsafe raw.unsafeLoadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)).littleEndian
            crc = Self.fold(low, table, from: 8) ^ Self.fold(high, table, from: 0)
            offset &+= 16
        }
        while offset < count {
            crc = table[Int((crc ^ UInt64(bytes[offset])) & 0xff)] ^ (crc >> 8)
            offset &+= 1
        }
        state = crc
    }

    /// What eight bytes leave behind when `from` bytes follow them.
    @inline(__always)
    private static func fold(_ word: UInt64, _ table: Span<UInt64>, from: Int) -> UInt64 {
        let base = from &<< 8
        let a = table[base &+ 0x700 &+ Int(word & 0xff)] ^ table[base &+ 0x600 &+ Int(word &>> 8 & 0xff)]
        let b = table[base &+ 0x500 &+ Int(word &>> 16 & 0xff)] ^ table[base &+ 0x400 &+ Int(word &>> 24 & 0xff)]
        let c = table[base &+ 0x300 &+ Int(word &>> 32 & 0xff)] ^ table[base &+ 0x200 &+ Int(word &>> 40 & 0xff)]
        let d = table[base &+ 0x100 &+ Int(word &>> 48 & 0xff)] ^ table[base &+ Int(word &>> 56)]
        return (a ^ b) ^ (c ^ d)
    }

    /// Sixteen tables of 256: entry `k * 256 + b` is what byte `b` leaves behind when `k` zero bytes follow it.
    private static let table: [UInt64] = {
        var table = [UInt64](repeating: 0, count: 16 * 256)
        for byte in 0..<256 {
            table[byte] = (0..<8).reduce(UInt64(byte)) { crc, _ in
                crc & 1 == 1 ? crc >> 1 ^ 0x9A6C_9329_AC4B_C9B5 : crc >> 1
            }
        }
        for entry in 256..<table.count {
            let before = table[entry - 256]
            table[entry] = table[Int(before & 0xff)] ^ (before >> 8)
        }
        return table
    }()
}
