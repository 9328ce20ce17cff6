// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite struct SpanTests {
    /// Bytes that differ first at every place of a few groups of eight, in their length, and by their top bit.
    private static let bytes: [[UInt8]] = (0...20).flatMap { count in
        [0x00, 0x01, 0x7F, 0x80, 0xFF].flatMap { last in
            [[UInt8](repeating: 0x61, count: count), [UInt8](repeating: 0x61, count: count) + [last]]
        }
    }

    private static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.span.precedes(b.span) }
    private static func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.span.isSame(as: b.span) }

    @Test func `bytes precede others as arrays do, and are the same as arrays are`() {
        for a in Self.bytes {
            for b in Self.bytes {
                #expect(Self.precedes(a, b) == a.lexicographicallyPrecedes(b), "\(a) \(b)")
                #expect(Self.isSame(a, b) == (a == b), "\(a) \(b)")
            }
        }
    }

    @Test func `the first byte that differs decides, not those behind it`() {
        #expect(Self.precedes([0, 0, 0, 0, 0, 0, 1, 255], [0, 0, 0, 0, 0, 0, 2, 0]))
        #expect(!Self.precedes([9, 0, 0, 0, 0, 0, 0, 0], [8, 255, 255, 255, 255, 255, 255, 255]))
    }
}
