// SPDX-License-Identifier: Apache-2.0
package import Base

/// A TIMESTAMP: a point in time, and the offset it was written with.
package struct QueryMoment: Hashable, Sendable {
    /// What DATE_ADD, DATE_DIFF and EXTRACT name.
    enum Part: String, Sendable {
        case year
        case month
        case day
        case hour
        case minute
        case second
        case timezoneHour = "timezone_hour"
        case timezoneMinute = "timezone_minute"
        var isOfZone: Bool { self == .timezoneHour || self == .timezoneMinute }
    }
    /// Microseconds since 1970-01-01T00:00Z.
    let microseconds: Int64
    /// Minutes its clock is ahead of UTC.
    let offset: Int

    init(microseconds: Int64, offset: Int) {
        self.microseconds = microseconds
        self.offset = offset
    }
    /// A moment in UTC.
    package init(_ time: Timestamp) { self.init(microseconds: time.microseconds, offset: 0) }

    /// What a clock and a calendar at its offset show.
    struct Civil {
        var year: Int
        var month: Int
        var day: Int
        var hour = 0
        var minute = 0
        var second = 0
        var microsecond = 0
    }
    private static let dayMicroseconds: Int64 = 86_400_000_000
    /// The years the language reads and makes.
    private static let years = 1...9999

    var civil: Civil {
        let local = microseconds + Int64(offset) * 60_000_000
        var days = Int(local / Self.dayMicroseconds)
        var rest = Int(local % Self.dayMicroseconds)
        if rest < 0 { (days, rest) = (days - 1, rest + Int(Self.dayMicroseconds)) }
        var civil = Self.date(days)
        civil.hour = rest / 3_600_000_000
        civil.minute = rest / 60_000_000 % 60
        civil.second = rest / 1_000_000 % 60
        civil.microsecond = rest % 1_000_000
        return civil
    }
    /// Nil for no day of the calendar, or a year this language does not hold.
    init?(_ civil: Civil, offset: Int) {
        guard Self.years.contains(civil.year), (1...12).contains(civil.month),
            (1...Self.days(ofMonth: civil.month, civil.year)).contains(civil.day), (0...23).contains(civil.hour),
            (0...59).contains(civil.minute), (0...59).contains(civil.second), (-1439...1439).contains(offset)
        else { return nil }
        let seconds = civil.hour * 3600 + civil.minute * 60 + civil.second - offset * 60
        let days = Self.number(civil.year, civil.month, civil.day)
        microseconds = Int64(days) * Self.dayMicroseconds + Int64(seconds) * 1_000_000 + Int64(civil.microsecond)
        self.offset = offset
    }

    // MARK: Calendar

    /// The proleptic Gregorian date, by eras of 400 years.
    private static func date(_ days: Int) -> Civil {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return Civil(year: year, month: month, day: dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
    private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
    static func days(ofMonth month: Int, _ year: Int) -> Int {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    // MARK: Reckoning

    /// The moment so many parts later; months keep the day, or the month's last one.
    func adding(_ count: Int64, _ part: Part) throws(QueryFault) -> QueryMoment {
        let unit: Int64
        switch part {
        case .year: return try adding(months: count.multipliedReportingOverflow(by: 12))
        case .month: return try adding(months: (count, false))
        case .day: unit = Self.dayMicroseconds
        case .hour: unit = 3_600_000_000
        case .minute: unit = 60_000_000
        case .second, .timezoneHour, .timezoneMinute: unit = 1_000_000
        }
        let (span, isTooLong) = count.multipliedReportingOverflow(by: unit)
        guard !isTooLong else { throw .overflow }
        return try adding(microseconds: span)
    }
    func adding(microseconds span: Int64) throws(QueryFault) -> QueryMoment {
        let (sum, isTooLong) = microseconds.addingReportingOverflow(span)
        // Far from where an offset would overflow.
        guard !isTooLong, abs(sum / 2) < Int64.max / 4 else { throw .overflow }
        let moment = QueryMoment(microseconds: sum, offset: offset)
        guard Self.years.contains(moment.civil.year) else { throw .overflow }
        return moment
    }
    private func adding(months count: (partialValue: Int64, overflow: Bool)) throws(QueryFault) -> QueryMoment {
        guard !count.overflow, abs(count.partialValue / 2) < 100_000 else { throw .overflow }
        var civil = civil
        let months = civil.year * 12 + civil.month - 1 + Int(count.partialValue)
        guard months >= 12 else { throw .overflow }
        civil.year = months / 12
        civil.month = months % 12 + 1
        civil.day = min(civil.day, Self.days(ofMonth: civil.month, civil.year))
        guard let moment = QueryMoment(civil, offset: offset) else { throw .overflow }
        return moment
    }
    /// How many whole parts lie between.
    func parts(_ part: Part, to other: QueryMoment) -> Int64 {
        let span = other.microseconds - microseconds
        switch part {
        case .day: return span / Self.dayMicroseconds
        case .hour: return span / 3_600_000_000
        case .minute: return span / 60_000_000
        case .second, .timezoneHour, .timezoneMinute: return span / 1_000_000
        case .month: return months(to: other)
        case .year: return months(to: other) / 12
        }
    }
    private func months(to other: QueryMoment) -> Int64 {
        guard other.microseconds >= microseconds else { return -other.months(to: self) }
        let (a, b) = (civil, QueryMoment(microseconds: other.microseconds, offset: offset).civil)
        let months = (b.year - a.year) * 12 + b.month - a.month
        let isWhole =
            (b.day, b.hour, b.minute, b.second) >= (a.day, a.hour, a.minute, a.second)
            && ((b.day, b.hour, b.minute, b.second) > (a.day, a.hour, a.minute, a.second)
                || b.microsecond >= a.microsecond)
        return Int64(isWhole ? months : months - 1)
    }
    func extract(_ part: Part) -> Int64 {
        let civil = civil
        return switch part {
        case .year: Int64(civil.year)
        case .month: Int64(civil.month)
        case .day: Int64(civil.day)
        case .hour: Int64(civil.hour)
        case .minute: Int64(civil.minute)
        case .second: Int64(civil.second)
        case .timezoneHour: Int64(offset / 60)
        case .timezoneMinute: Int64(offset % 60)
        }
    }
}
