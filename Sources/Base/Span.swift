// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
    /// Whether one of the bytes is this one; several times as fast as asking the text they are of.
    @inlinable
    public func contains(_ byte: UInt8) -> Bool {
        for index in indices where self[index] == byte { return true }
        return false
    }
    /// Whether all bytes lie in a range.
    @inlinable
    public func allLie(in range: ClosedRange<UInt8>) -> Bool {
        for index in indices where !range.contains(self[index]) { return false }
        return true
    }
    /// Whether the bytes are those of another, compared eight at a time.
    @inlinable
    public func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let mine = unsafe bytes
        let others = unsafe other.bytes
        var at = 0
        while at + 8 <= count {
            let (a, b) = unsafe (
                mine.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self),
                others.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            )
            guard a == b else { return false }
            at += 8
        }
        while at < count {
            guard self[at] == other[at] else { return false }
            at += 1
        }
        return true
    }
    /// Whether the bytes come before those of another in byte order, compared eight at a time.
    @inlinable
    public func precedes(_ other: Span<UInt8>) -> Bool {
        let mine = unsafe bytes
        let others = unsafe other.bytes
        let shared = Swift.min(count, other.count)
        var at = 0
        while at + 8 <= shared {
            let (a, b) = unsafe (
                mine.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self),
                others.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            )
            // The first byte decides: as numbers they compare with it at the top.
            guard a == b else { return a.bigEndian < b.bigEndian }
            at += 8
        }
        while at < shared {
            guard self[at] == other[at] else { return self[at] < other[at] }
            at += 1
        }
        return count < other.count
    }
}
