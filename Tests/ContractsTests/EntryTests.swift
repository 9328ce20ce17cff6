// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Ledger
import Testing

@Suite struct EntryTests {
    private let id = EntryID(UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)))
    private let tag = [UInt8](repeating: 7, count: 16)
    private func write(_ number: UInt8, value: [UInt8] = [1, 2, 3]) -> WriteDigest {
        WriteDigest(key: [UInt8](repeating: number, count: 16), value: value)
    }
    private var entry: Entry {
        Entry(
            id: id,
            time: Timestamp(microseconds: -5),
            readVersion: 0x0102,
            tenantTag: tag,
            writes: [write(9), write(2, value: []), write(5, value: [UInt8](repeating: 8, count: 32))],
            details: [4, 5, 6]
        )
    }

    @Test func `an entry reads back from its bytes, its writes in the order of their tags`() {
        let back = Entry(bytes: entry.bytes)
        #expect(back == entry)
        #expect(back?.writes.map { $0.key[0] } == [2, 5, 9])
        #expect(back?.bytes == entry.bytes)
    }

    @Test func `an entry cut anywhere, or followed by anything, is no entry`() {
        let bytes = entry.bytes
        for count in 0..<bytes.count { #expect(Entry(bytes: Array(bytes.prefix(count))) == nil) }
        #expect(Entry(bytes: bytes + [0]) == nil)
    }

    @Test func `an entry of another version, or with more than it may hold, is no entry`() {
        var other = entry.bytes
        for version: UInt8 in [0, Entry.version + 1, 0xFF] {
            other[0] = version
            #expect(Entry(bytes: other) == nil)
        }
        var many = entry.bytes
        // The count of writes is behind version, id, time, read version and tag.
        many[1 + 16 + 8 + 8 + 16] = 0xFF
        #expect(Entry(bytes: many) == nil)
    }

    @Test func `the largest entry fits a bundle, whose lengths have two bytes`() {
        let writes = (0..<Entry.writesMax).map { number in
            WriteDigest(
                key: [UInt8(number >> 8), UInt8(number & 255)] + [UInt8](repeating: 0, count: 14),
                value: [UInt8](repeating: 1, count: 32)
            )
        }
        let details = [UInt8](repeating: 0, count: Entry.detailsMax)
        let largest = Entry(
            id: id,
            time: Timestamp(seconds: 0),
            readVersion: .max,
            tenantTag: tag,
            writes: writes,
            details: details
        )
        #expect(largest.bytes.count <= Int(UInt16.max))
        #expect(Entry(bytes: largest.bytes) == largest)
    }

    @Test func `these bytes are an entry of format 1`() throws {
        // Never to be changed: ledgers that exist hold leaves of this form.
        let bytes = try #require(
            [UInt8](
                hex: "010102030405060708090a0b0c0d0e0f10fffffffffffffffb07070707070707070707070707070707"
                    + "0001" + "02020202020202020202020202020202" + "03010203" + "0003040506"
            )
        )
        let read = try #require(Entry(bytes: bytes))
        #expect(read.id == id)
        #expect(read.readVersion == nil)
        #expect(read.time == Timestamp(microseconds: -5))
        #expect(read.tenantTag == tag)
        #expect(read.writes == [write(2)])
        #expect(read.details == [4, 5, 6])
        #expect(read.bytes == bytes)
    }

    @Test func `these bytes are an entry of format 2`() throws {
        // Never to be changed: ledgers that exist hold leaves of this form.
        let bytes = try #require(
            [UInt8](
                hex: "020102030405060708090a0b0c0d0e0f10fffffffffffffffb0000000000000102"
                    + "07070707070707070707070707070707" + "0001" + "02020202020202020202020202020202" + "03010203"
                    + "0003040506"
            )
        )
        let read = try #require(Entry(bytes: bytes))
        #expect(read.id == id)
        #expect(read.time == Timestamp(microseconds: -5))
        #expect(read.readVersion == 0x0102)
        #expect(read.tenantTag == tag)
        #expect(read.writes == [write(2)])
        #expect(read.details == [4, 5, 6])
        #expect(read.bytes == bytes)
    }
}
