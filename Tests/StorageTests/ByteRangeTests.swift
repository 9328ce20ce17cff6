// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Storage
import Testing

struct ByteRangeTests {
    func range(_ headers: [(String, String)]) throws -> ByteRange? {
        try ByteRange(Fixture.head(.get, "/c/b", headers))
    }

    @Test(
        arguments: [
            ("bytes=0-", 10, 0..<10), ("bytes=0-33554431", 10, 0..<10), ("bytes=3-5", 10, 3..<6),
            ("bytes=9-", 10, 9..<10),
            ("bytes=0-0", 1, 0..<1), ("Bytes=0-9223372036854775806", 10, 0..<10),
        ] as [(String, Int64, Range<Int64>)]
    )
    func `a range is clipped at the end of the blob`(_ text: String, _ size: Int64, _ expected: Range<Int64>) throws {
        #expect(try range([("x-ms-range", text)])?.resolve(size: size) == expected)
        #expect(try range([("Range", text)])?.resolve(size: size) == expected)
    }

    @Test(arguments: [
        "bytes=-5", "bytes=-1-", "bytes=5-3", "bytes=a-b", "bytes=", "bytes=1", "0-5", "items=0-5", "bytes=0-1,3-4",
        "bytes=+1-2",
        "bytes=0-9223372036854775807", "bytes=99999999999999999999-",
    ])
    func `a malformed range is passed over`(_ text: String) throws {
        #expect(try range([("x-ms-range", text)]) == nil)
        #expect(try range([("Range", text)]) == nil)
        let checksum = ("x-ms-range-get-content-md5", "true")
        #expect(Fixture.fault { try range([("Range", text), checksum]) }?.line == "400 InvalidHeaderValue")
    }

    @Test func `a range past the end or of an empty blob cannot be satisfied`() throws {
        let range = try #require(try range([("x-ms-range", "bytes=10-")]))
        #expect(Fixture.fault { try range.resolve(size: 10) }?.line == "416 InvalidRange")
        let first = try #require(try self.range([("x-ms-range", "bytes=0-33554431")]))
        #expect(Fixture.fault { try first.resolve(size: 0) }?.line == "416 InvalidRange")
    }

    @Test func `the service's own header wins and no header means the whole blob`() throws {
        #expect(try range([("Range", "bytes=5-6"), ("x-ms-range", "bytes=0-1")])?.resolve(size: 10) == 0..<2)
        #expect(try range([]) == nil)
        #expect(ByteRange.contentRange(3..<6, size: 10) == "bytes 3-5/10")
    }

    @Test func `a checksum is given for at most four mebibytes of a range`() throws {
        let md5 = ("x-ms-range-get-content-md5", "true")
        let crc = ("x-ms-range-get-content-crc64", "True")
        #expect(try range([("Range", "bytes=0-4194303"), md5])?.resolve(size: 1 << 30) == 0..<4_194_304)
        #expect(try range([("Range", "bytes=0-1"), crc])?.checksum == .crc64)
        #expect(try range([("Range", "bytes=0-1"), ("x-ms-range-get-content-md5", "false")])?.checksum == nil)
        for headers in [
            [("Range", "bytes=0-4194304"), md5], [("Range", "bytes=0-"), crc], [md5], [crc],
            [("Range", "bytes=0-1"), md5, crc], [("Range", "bytes=0-1"), ("x-ms-range-get-content-md5", "yes")],
        ] {
            #expect(Fixture.code { try range(headers)?.resolve(size: 1 << 30) } == "InvalidHeaderValue")
        }
    }
}
