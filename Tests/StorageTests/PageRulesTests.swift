// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Storage
import Testing

struct PageRulesTests {
    func head(_ headers: [(String, String)]) throws -> RequestHead { try Fixture.head(.put, "/c/b", headers) }

    @Test(arguments: [("bytes=0-511", 0..<512), ("bytes=512-4194815", 512..<4_194_816)] as [(String, Range<Int64>)])
    func `a page write names whole pages`(_ text: String, _ expected: Range<Int64>) throws {
        #expect(try PageRange.required(head([("x-ms-range", text)])) == expected)
        #expect(try PageRange.required(head([("Range", text)])) == expected)
        #expect(try PageRange.required(head([("Range", "bytes=0-1"), ("x-ms-range", text)])) == expected)
    }

    @Test(arguments: [
        ("bytes=1-511", "416 InvalidPageRange"), ("bytes=0-512", "416 InvalidPageRange"),
        ("bytes=0-", "400 InvalidHeaderValue"), ("bytes=5-3", "400 InvalidHeaderValue"),
        ("pages=0-511", "400 InvalidHeaderValue"), ("bytes=0-511,1024-1535", "400 InvalidHeaderValue"),
        ("bytes=0-9223372036854775807", "400 InvalidHeaderValue"), ("", "400 MissingRequiredHeader"),
    ])
    func `a page write with other bytes is refused`(_ text: String, _ line: String) {
        #expect(Fixture.fault { try PageRange.required(head([("x-ms-range", text)])) }?.line == line)
    }

    @Test func `page ranges are listed over whole pages of the blob`() throws {
        #expect(try PageRange.listed(head([]), size: 2048) == 0..<2048)
        #expect(try PageRange.listed(head([("Range", "bytes=600-700")]), size: 2048) == 512..<1024)
        #expect(try PageRange.listed(head([("x-ms-range", "bytes=512-9999")]), size: 2048) == 512..<2048)
        #expect(try PageRange.listed(head([("x-ms-range", "bytes=512-")]), size: 2048) == 512..<2048)
        #expect(try PageRange.listed(head([("x-ms-range", "bytes=-2-497")]), size: 2048) == 0..<2048)
        let fault = Fixture.fault { try PageRange.listed(head([("x-ms-range", "bytes=2048-")]), size: 2048) }
        #expect(fault?.line == "416 InvalidRange")
    }

    @Test func `a page blob's length is a multiple of 512 of at most 8 TiB`() throws {
        func length(_ text: String) throws -> Int64? {
            try PageRange.length(head([("x-ms-blob-content-length", text)]))
        }
        #expect(try length("8796093022208") == 8_796_093_022_208)
        #expect(try length("0") == 0)
        #expect(try PageRange.length(head([])) == nil)
        #expect(Fixture.fault { try length("8796093022720") }?.line == "400 OutOfRangeInput")
        for text in ["511", "-512", "a", ""] {
            #expect(Fixture.fault { try length(text) }?.line == "400 InvalidHeaderValue")
        }
    }

    @Test(
        arguments: [
            ("le", 7, true), ("le", 8, true), ("le", 6, false), ("lt", 8, true), ("lt", 7, false), ("eq", 7, true),
            ("eq", 8, false),
        ] as [(String, Int64, Bool)]
    )
    func `a write may depend on the sequence number`(_ word: String, _ number: Int64, _ holds: Bool) throws {
        let conditions = try SequenceConditions(head([("x-ms-if-sequence-number-\(word)", String(number))]))
        let fault = Fixture.fault { try conditions.check(7) }
        #expect(fault?.line == (holds ? nil : "412 SequenceNumberConditionNotMet"))
    }

    @Test func `sequence numbers are set, raised and counted`() throws {
        func action(_ word: String?, _ number: String?) throws -> SequenceNumber? {
            var headers: [(String, String)] = []
            if let word { headers.append(("x-ms-sequence-number-action", word)) }
            if let number { headers.append(("x-ms-blob-sequence-number", number)) }
            return try SequenceNumber(head(headers))
        }
        #expect(try action("max", "5")?.apply(to: 7) == 7)
        #expect(try action("Max", "9")?.apply(to: 7) == 9)
        #expect(try action("update", "5")?.apply(to: 7) == 5)
        #expect(try action("increment", nil)?.apply(to: 7) == 8)
        #expect(try action(nil, nil) == nil)
        #expect(Fixture.fault { try action("increment", "5") }?.line == "400 InvalidHeaderValue")
        #expect(Fixture.fault { try action("max", nil) }?.line == "400 MissingRequiredHeader")
        #expect(Fixture.fault { try action(nil, "5") }?.line == "400 MissingRequiredHeader")
        #expect(Fixture.fault { try action("double", "5") }?.line == "400 InvalidHeaderValue")
        #expect(Fixture.fault { try action("update", "-1") }?.line == "400 InvalidHeaderValue")
        let full = Fixture.fault { try action("increment", nil)?.apply(to: Int64.max) }
        #expect(full?.line == "409 SequenceNumberIncrementTooLarge")
    }

    @Test func `an append may depend on where the blob ends and how long it gets`() throws {
        func conditions(_ name: String, _ value: String) throws -> AppendConditions {
            try AppendConditions(head([("x-ms-blob-condition-\(name)", value)]))
        }
        #expect(Fixture.fault { try conditions("appendpos", "10").check(length: 10, appending: 5) } == nil)
        let moved = Fixture.fault { try conditions("appendpos", "9").check(length: 10, appending: 5) }
        #expect(moved?.line == "412 AppendPositionConditionNotMet")
        #expect(Fixture.fault { try conditions("maxsize", "15").check(length: 10, appending: 5) } == nil)
        for size in ["14", "0"] {
            let long = Fixture.fault { try conditions("maxsize", size).check(length: 10, appending: 5) }
            #expect(long?.line == "412 MaxBlobSizeConditionNotMet")
        }
        #expect(Fixture.fault { try conditions("appendpos", "-1") }?.line == "400 InvalidHeaderValue")
    }

    @Test func `limits grew with the service's versions`() throws {
        let (old, new) = (try #require(ServiceVersion("2021-12-02")), try #require(ServiceVersion("2022-11-02")))
        #expect(BlobLimits.appendBytesMax(old) == 4 << 20)
        #expect(BlobLimits.appendBytesMax(new) == 100 << 20)
    }

    @Test func `ranges are written in order, their ends inside`() throws {
        let listing = PageListing(pages: [0..<512, 2048..<4096], cleared: [512..<1024], nextMarker: "m")
        // Clients from before there were pages take every element for a range.
        for (version, marker) in [("2020-10-02", "<NextMarker>m</NextMarker>"), ("2020-08-04", "")] {
            let body = try listing.body(try #require(ServiceVersion(version)))
            #expect(
                String(decoding: body, as: UTF8.self).hasSuffix(
                    joined(
                        "<PageList><PageRange><Start>0</Start><End>511</End></PageRange>",
                        "<ClearRange><Start>512</Start><End>1023</End></ClearRange>",
                        "<PageRange><Start>2048</Start><End>4095</End></PageRange>\(marker)</PageList>"
                    )
                )
            )
        }
    }
}
