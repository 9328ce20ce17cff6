// SPDX-License-Identifier: Apache-2.0

/// A moment, in microseconds since 1970-01-01T00:00:00Z, and the text forms the wire protocols use.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Microseconds since the epoch.
    public let microseconds: Int64
    /// A moment by its microseconds since the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }
    /// A moment by its whole seconds since the epoch.
    public init(seconds: Int64) { microseconds = seconds * 1_000_000 }
    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 { microseconds.flooredDivision(by: 1_000_000) }
    /// Earlier or later.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
    /// The moment a duration later.
    public static func + (a: Timestamp, b: Duration) -> Timestamp {
        let (seconds, attoseconds) = b.components
        return Timestamp(microseconds: a.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
    /// The time from `b` to `a`.
    public static func - (a: Timestamp, b: Timestamp) -> Duration { .microseconds(a.microseconds - b.microseconds) }
    /// This moment without its fraction of a second: what HTTP dates can express.
    public var wholeSecond: Timestamp { Timestamp(seconds: seconds) }

    /// Decodes microseconds.
    public init(from decoder: any Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int64.self)
    }
    /// Encodes microseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }
}

extension Timestamp {
    /// `2026-11-21T19:35:00.1234567Z`: ISO 8601 with the seven decimals Azure prints.
    public var iso8601: String {
        var text = isoText(capacity: 28)
        text.append(UInt8(ascii: "."))
        text.appendDigits(Int(microseconds.flooredRemainder(by: 1_000_000)), 6)
        text += "0Z".utf8
        return String(decoding: text, as: UTF8.self)
    }
    /// `2026-11-21T19:35:00Z`.
    public var iso8601Seconds: String {
        var text = isoText(capacity: 20)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }
    /// `Sat, 21 Nov 2026 19:35:00 GMT`: RFC 9110 §5.6.7 IMF-fixdate.
    public var httpDate: String {
        let c = civil
        let weekday = Self.weekday(of: Int(seconds.flooredDivision(by: 86400)))
        // Several times in every answer: written as bytes, because joining strings takes microseconds.
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text += Self.weekdays[weekday].utf8
        text += ", ".utf8
        text.appendDigits(c.day, 2)
        text.append(UInt8(ascii: " "))
        text += Self.months[c.month - 1].utf8
        text.append(UInt8(ascii: " "))
        text.appendDigits(c.year, 4)
        text.append(UInt8(ascii: " "))
        appendClock(to: &text)
        text += " GMT".utf8
        return String(decoding: text, as: UTF8.self)
    }
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Date and time of day, to the second.
    private func isoText(capacity: Int) -> [UInt8] {
        let c = civil
        var text: [UInt8] = []
        text.reserveCapacity(capacity)
        text.appendDigits(c.year, 4)
        text.append(UInt8(ascii: "-"))
        text.appendDigits(c.month, 2)
        text.append(UInt8(ascii: "-"))
        text.appendDigits(c.day, 2)
        text.append(UInt8(ascii: "T"))
        appendClock(to: &text)
        return text
    }
    private func appendClock(to text: inout [UInt8]) {
        let second = Int(seconds.flooredRemainder(by: 86400))
        text.appendDigits(second / 3600, 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(second / 60 % 60, 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(second % 60, 2)
    }
    /// The proleptic Gregorian date (days-to-civil by eras of 400 years).
    private var civil: (year: Int, month: Int, day: Int) {
        let z = Int(seconds.flooredDivision(by: 86400)) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// Reads an RFC 9110 IMF-fixdate; nil when it is anything else, or no day of the calendar.
    public init?(httpDate text: some StringProtocol) {
        var rest = TimeText(text)
        guard let weekday = rest.name(of: Self.weekdays), rest.take(", "), let day = rest.number(2), rest.take(" "),
            let month = rest.name(of: Self.months), rest.take(" "), let year = rest.number(4), rest.take(" "),
            let hour = rest.number(2), rest.take(":"), let minute = rest.number(2), rest.take(":"),
            let second = rest.number(2), rest.take(" GMT"), rest.isAtEnd
        else { return nil }
        self.init(year, month + 1, day, hour: hour, minute: minute, second: second)
        guard Self.weekday(of: Self.dayNumber(year: year, month: month + 1, day: day)) == weekday else { return nil }
    }
    /// Reads ISO 8601 as Azure clients write it: date alone, minutes, seconds or fractions; `Z` or an offset.
    public init?(iso8601 text: some StringProtocol) {
        var rest = TimeText(text)
        guard let year = rest.number(4), rest.take("-"), let month = rest.number(2), rest.take("-"),
            let day = rest.number(2)
        else { return nil }
        var (hour, minute, second, micro, zone) = (0, 0, 0, 0, 0)
        if !rest.isAtEnd {
            guard rest.take("T"), let hours = rest.number(2), rest.take(":"), let minutes = rest.number(2) else {
                return nil
            }
            (hour, minute) = (hours, minutes)
            if rest.take(":") {
                guard let whole = rest.number(2) else { return nil }
                second = whole
                if rest.take(".") {
                    guard let fraction = rest.fraction() else { return nil }
                    micro = fraction
                }
            }
            guard let offset = rest.zone(), rest.isAtEnd else { return nil }
            zone = offset
        }
        self.init(year, month, day, hour: hour, minute: minute, second: second, micro: micro, zoneSeconds: zone)
    }

    private init?(
        _ year: Int,
        _ month: Int,
        _ day: Int,
        hour: Int,
        minute: Int,
        second: Int,
        micro: Int = 0,
        zoneSeconds: Int = 0
    ) {
        // RFC 3339 §5.6: a minute may have a leap second; it is the next minute's first.
        guard (1601...9999).contains(year), (1...12).contains(month),
            (1...Self.days(ofMonth: month, year: year)).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let days = Self.dayNumber(year: year, month: month, day: day)
        let seconds = days * 86400 + hour * 3600 + minute * 60 + second - zoneSeconds
        microseconds = Int64(seconds) * 1_000_000 + Int64(micro)
    }
    /// Days since 1970-01-01 of the proleptic Gregorian calendar.
    private static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
    /// Where a day stands in `weekdays`: 1970 began on a Thursday.
    private static func weekday(of dayNumber: Int) -> Int { Int(Int64(dayNumber + 4).flooredRemainder(by: 7)) }
    private static func days(ofMonth month: Int, year: Int) -> Int {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
}

extension [UInt8] {
    /// A number of at most `width` digits, with zeros before it.
    fileprivate mutating func appendDigits(_ value: Int, _ width: Int) {
        if width == 2 {
            append(UInt8(ascii: "0") + UInt8(value / 10 % 10))
            append(UInt8(ascii: "0") + UInt8(value % 10))
            return
        }
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
    fileprivate func flooredRemainder(by divisor: Int64) -> Int64 { self - flooredDivision(by: divisor) * divisor }
}
