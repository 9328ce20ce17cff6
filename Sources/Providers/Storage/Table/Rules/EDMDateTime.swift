// SPDX-License-Identifier: Apache-2.0
package import Base

/// A moment as tables keep it: whole steps of 100 nanoseconds (REST "Understanding the Table service data model",
/// Edm.DateTime: from 1601 to 9999, UTC).
package struct EDMDateTime: Hashable, Comparable, Sendable {
    /// Steps of 100 ns since 1970-01-01T00:00:00Z.
    package let ticks: Int64
    /// Steps in a second.
    package static let ticksPerSecond: Int64 = 10_000_000
    /// 1601-01-01T00:00:00Z, the first moment.
    package static let first = EDMDateTime(ticks: -116_444_736_000_000_000)
    /// 9999-12-31T23:59:59.9999999Z, the last moment.
    package static let last = EDMDateTime(ticks: 2_534_023_007_999_999_999)

    /// A moment by its steps since 1970.
    package init(ticks: Int64) { self.ticks = ticks }
    /// A moment of the region's clock.
    package init(_ time: Timestamp) { ticks = time.microseconds * 10 }

    /// Reads ISO 8601 with up to seven decimals (further ones are dropped); without a zone it is UTC.
    ///
    /// Nil when it is not a moment from 1601 to 9999.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ (43...122).contains($0) }) else { return nil }
        var plain = String(text)
        var fraction: Int64 = 0
        if let dot = plain.firstIndex(of: ".") {
            let digits = plain[plain.index(after: dot)...].prefix { ("0"..."9").contains($0) }
            guard !digits.isEmpty, let value = Int64(digits.prefix(7)) else { return nil }
            fraction = (digits.prefix(7).count..<7).reduce(value) { value, _ in value * 10 }
            plain.removeSubrange(dot..<digits.endIndex)
        }
        guard let whole = Timestamp(iso8601: plain), whole.microseconds % 1_000_000 == 0 else { return nil }
        ticks = whole.seconds * Self.ticksPerSecond + fraction
        guard Self.first <= self, self <= Self.last else { return nil }
    }
    /// Earlier or later.
    package static func < (a: EDMDateTime, b: EDMDateTime) -> Bool { a.ticks < b.ticks }

    /// `2008-07-10T00:00:00Z`, with as many decimals as it needs.
    package var text: String {
        let seconds = ticks >= 0 ? ticks / Self.ticksPerSecond : (ticks - Self.ticksPerSecond + 1) / Self.ticksPerSecond
        let fraction = ticks - seconds * Self.ticksPerSecond
        let whole = Timestamp(seconds: seconds).iso8601Seconds
        guard fraction > 0 else { return whole }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 7 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return whole.dropLast() + "." + digits + "Z"
    }
}
