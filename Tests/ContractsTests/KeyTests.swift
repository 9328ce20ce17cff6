// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Store
import Testing

@Suite struct KeyTests {
    private static let id = UUID(uuid: (1, 2, 3, 0, 0xFF, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
    private static let texts = ["", "\0", "\0\0", "\0a", "a", "a\0", "a\0b", "a\u{1}", "aa", "b", "é", "\u{10FFFF}"]
    private static let numbers: [Int64] = [.min, -256, -1, 0, 1, 255, 256, 1 << 40, .max]
    private static let bytes: [[UInt8]] = [
        [], [0], [0, 0], [0, 0xFF], [1], [0xFE], [0xFF], [0xFF, 0], [0xFF, 0xFF],
    ]

    @Test func `keys sort as their parts do`() {
        #expect(sorted(Self.texts.map { Key($0) }))
        #expect(sorted(Self.numbers.map { Key($0) }))
        #expect(sorted(Self.bytes.map { Key($0) }))
        // A first part decides before a second one is looked at, also where one text begins with another.
        #expect(sorted(Self.texts.flatMap { text in Self.numbers.map { Key(text, $0) } }))
        #expect(sorted(Self.bytes.flatMap { bytes in Self.texts.map { Key(bytes, $0) } }))
    }

    @Test func `every part is read back as it was written`() throws {
        for text in Self.texts {
            for (number, bytes) in zip(Self.numbers, Self.bytes) {
                let key = Key("prefix").appending(text, number, bytes, Self.id, Timestamp(microseconds: number))
                var reader = KeyReader(key, after: Key("prefix"))
                #expect(reader.string() == text)
                #expect(reader.integer() == number)
                #expect(reader.bytes() == bytes)
                #expect(reader.uuid() == Self.id)
                #expect(!reader.isAtEnd)
                #expect(reader.integer() == number)
                #expect(reader.isAtEnd)
            }
        }
    }

    @Test func `a part of another kind, or one that is cut short, is not read`() {
        var reader = KeyReader(Key("text"))
        #expect(reader.integer() == nil)
        #expect(reader.uuid() == nil)
        #expect(reader.bytes() == nil)
        #expect(reader.string() == "text")
        for whole in [Key("text"), Key(Int64(7)), Key(Self.id), Key([1, 2] as [UInt8])] {
            for count in 0..<whole.bytes.count {
                var cut = KeyReader(Key(bytes: Array(whole.bytes.prefix(count))))
                #expect(cut.string() == nil && cut.integer() == nil && cut.uuid() == nil && cut.bytes() == nil)
            }
        }
    }

    @Test func `the children of a key are all keys behind it and no other`() {
        let parent = Key("a")
        for child in [
            parent.appending(""), parent.appending("z"), parent.appending(Int64.max, "x"), parent.appending([0xFF]),
        ] {
            #expect(parent.children.contains(child))
            #expect(child < parent.afterChildren)
        }
        for other in [parent, Key("a\0"), Key("aa"), Key("A"), Key(), Key("b"), Key("a\0", Int64(1))] {
            #expect(!parent.children.contains(other))
        }
        #expect(parent.next > parent && parent.next < parent.appending(""))
        #expect(Key("a\0") > parent.afterChildren)
    }

    @Test func `a range holds its first key and not its last`() {
        let range = KeyRange(from: Key("b"), to: Key("d"))
        #expect(!range.contains(Key("a")) && range.contains(Key("b")))
        #expect(range.contains(Key("c")) && !range.contains(Key("d")))
    }

    private func sorted(_ keys: [Key]) -> Bool { zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 } }
}
