// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (1_795_289_700, "Sat, 21 Nov 2026 19:35:00 GMT"), (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"),
        (-11_644_473_600, "Mon, 01 Jan 1601 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func `dates of HTTP are written and read`(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).httpDate == text)
        #expect(Timestamp(httpDate: text) == Timestamp(seconds: seconds))
    }

    @Test(arguments: [
        ("2026-11-21", 1_795_219_200_000_000), ("2026-11-21T19:35Z", 1_795_289_700_000_000),
        ("2026-11-21T19:35:00Z", 1_795_289_700_000_000), ("2026-11-21T19:35:00", 1_795_289_700_000_000),
        ("2026-11-21T20:35:00+01:00", 1_795_289_700_000_000), ("2026-11-21T14:05:00-05:30", 1_795_289_700_000_000),
        ("2026-11-21T19:35:00.5Z", 1_795_289_700_500_000), ("2026-11-21T19:35:00.1234567Z", 1_795_289_700_123_456),
        ("2026-11-21T19:35:00.000001+00:00", 1_795_289_700_000_001),
    ])
    func `every form of ISO 8601 that clients send is read`(text: String, microseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "T", "now", "2026", "2026-11", "2026-13-01", "2026-00-01", "2026-11-00", "2026-11-32", "26-11-21",
        "2026-11-21T", "2026-11-21T24:00Z", "2026-11-21T19:60Z", "2026-11-21T19:35:61Z", "2026-11-21T19:35:00.Z",
        "2026-11-21T19:35:00.12x4Z", "2026-11-21T19:35:00+1", "2026-11-21T19:35:00+24:00", "1500-01-01",
        "2026-11-21 19:35:00", "2026-+1-21", "2026-1-21", "2026-11-1", "2026-11-21T9:35Z", "2026-11-21T19:5Z",
        "2026-11-21T+9:35Z", "2026-11-21T19:35:5Z", "2026-11-21T19:35:00.-1Z", "2026-11-21T19:35:00.1234567٣Z",
        "2026-11-21T19:35:00+1:00", "2026-11-21T19:35:00+01:+1", "٢٠٢٦-11-21", "2026-11-21TZ", "2026-11-21T19:35:00ZZ",
    ])
    func `what is no date is not read as one`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
        #expect(Timestamp(httpDate: text) == nil)
    }

    @Test(arguments: [
        (2024, 2, 29, true), (2026, 2, 29, false), (2000, 2, 29, true), (1900, 2, 29, false), (2100, 2, 29, false),
        (2026, 2, 28, true), (2026, 2, 30, false), (2026, 2, 31, false), (2026, 4, 30, true), (2026, 4, 31, false),
        (2026, 6, 31, false), (2026, 9, 31, false), (2026, 11, 31, false), (2026, 12, 31, true), (2026, 1, 31, true),
        (2026, 1, 32, false), (2026, 3, 0, false),
    ])
    func `only days of the calendar are read`(year: Int, month: Int, day: Int, isOne: Bool) throws {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let text = "\(year)-\(two(month))-\(two(day))"
        #expect((Timestamp(iso8601: text) != nil) == isOne)
        #expect((Timestamp(iso8601: text + "T12:00:00Z") != nil) == isOne)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let read = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].filter {
            Timestamp(httpDate: "\($0), \(two(day)) \(months[month - 1]) \(year) 08:49:37 GMT") != nil
        }
        // A date has one day of the week.
        #expect(read.count == (isOne ? 1 : 0))
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, xx Nov 1994 08:49:37 GMT",
        "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sun,  06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37.5 GMT",
        "06 Nov 1994 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT",
    ])
    func `only one form of HTTP dates is read`(text: String) { #expect(Timestamp(httpDate: text) == nil) }

    @Test func `any moment reads back from each of its texts`() {
        var moment: Int64 = 42
        for _ in 0..<2000 {
            moment = moment &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Between 1601 and 9999.
            let seconds = abs(moment >> 8) % 265_000_000_000 - 11_644_473_600
            let time = Timestamp(microseconds: seconds * 1_000_000 + abs(moment) % 1_000_000)
            #expect(Timestamp(iso8601: time.iso8601) == time)
            #expect(Timestamp(iso8601: time.iso8601Seconds) == time.wholeSecond)
            #expect(Timestamp(httpDate: time.httpDate) == time.wholeSecond)
            #expect(time.iso8601.count == 28)
        }
    }

    @Test func `durations add up, before 1970 as well`() {
        let time = Timestamp(microseconds: -1_500_000)
        #expect(time.seconds == -2)
        #expect(time + .milliseconds(1500) == Timestamp(seconds: 0))
        #expect(Timestamp(seconds: 3) - Timestamp(seconds: 1) == .seconds(2))
        #expect(time < Timestamp(seconds: 0))
        #expect(time + .seconds(-1) < time)
    }

    @Test func `it is kept as its microseconds`() throws {
        let time = Timestamp(microseconds: 1_795_289_700_123_456)
        let bytes = try JSONCoding.encode([time])
        #expect(String(decoding: bytes, as: UTF8.self) == "[1795289700123456]")
        #expect(try JSONCoding.decode([Timestamp].self, from: bytes) == [time])
    }
}
