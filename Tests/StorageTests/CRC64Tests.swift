// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct CRC64Tests {
    func value(_ bytes: [UInt8]) -> UInt64 {
        var crc = CRC64()
        crc.update(bytes)
        return crc.value
    }
    /// Bytes that differ from one another, the same in every run.
    func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }
    /// The definition, bit by bit.
    func slow(_ bytes: [UInt8]) -> UInt64 {
        ~bytes.reduce(UInt64.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt64(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x9A6C_9329_AC4B_C9B5 : crc >> 1 }
        }
    }

    @Test func `the check value of the catalogue holds`() {
        #expect(value(Array("123456789".utf8)) == 0xAE8B_1486_0A79_9888)
        #expect(value([]) == 0)
    }

    @Test(arguments: 0..<100) func `tables agree with the definition for every length`(_ count: Int) {
        let bytes = bytes(count, seed: UInt64(count))
        #expect(value(bytes) == slow(bytes))
    }

    @Test(arguments: Array(250...330) + [511, 512, 1_000, 4_096, 65_537])
    func `folding agrees with the definition for every length`(_ count: Int) {
        let bytes = bytes(count + 1, seed: UInt64(count))
        #expect(value(Array(bytes[1...])) == slow(Array(bytes[1...])))
        var crc = CRC64()
        crc.update(bytes[..<1])
        crc.update(bytes[1...])
        #expect(crc.value == slow(bytes))
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>) func `splitting the bytes changes nothing`(_ seed: UInt64) {
        let all = bytes(300, seed: seed)
        var crc = CRC64()
        var rest = all[...]
        var step = seed
        while !rest.isEmpty {
            step = step &* 2_862_933_555_777_941_757 &+ 3_037_000_493
            let part = rest.prefix(Int(step >> 58))
            crc.update(part)
            rest = rest.dropFirst(part.count)
        }
        #expect(crc.value == value(all))
    }

    @Test func `the header holds the lowest byte first`() {
        var crc = CRC64()
        crc.update(Array("123456789".utf8)[...])
        #expect(crc.bytes == [0x88, 0x98, 0x79, 0x0A, 0x86, 0x14, 0x8B, 0xAE])
        #expect(crc.base64 == "iJh5CoYUi64=")
    }

    @Test func `an announced checksum is compared with the computed one`() throws {
        let md5 = [UInt8](repeating: 7, count: 16)
        let crc = [UInt8](repeating: 9, count: 8)
        func check(_ name: String, _ value: String) -> String? {
            Fixture.fault {
                try ContentChecksum(Fixture.head(.put, "/c/b", [(name, value)]))?.check(md5: md5, crc64: crc)
            }?.line
        }
        #expect(check("Content-MD5", md5.base64) == nil)
        #expect(check("x-ms-content-crc64", crc.base64) == nil)
        #expect(check("Content-MD5", [UInt8](repeating: 8, count: 16).base64) == "400 Md5Mismatch")
        #expect(check("x-ms-content-crc64", [UInt8](repeating: 8, count: 8).base64) == "400 Crc64Mismatch")
        #expect(check("Content-MD5", "AAAA") == "400 InvalidMd5")
        #expect(check("x-ms-content-crc64", "AAAA") == "400 InvalidHeaderValue")
        let both = [("Content-MD5", md5.base64), ("x-ms-content-crc64", crc.base64)]
        #expect(
            Fixture.code { try ContentChecksum(Fixture.head(.put, "/c/b", both)) } == "BothCrc64AndMd5HeaderPresent"
        )
        #expect(try ContentChecksum(Fixture.head(.put, "/c/b")) == nil)
    }
}
