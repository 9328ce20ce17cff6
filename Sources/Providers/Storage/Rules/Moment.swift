// SPDX-License-Identifier: Apache-2.0
package import Base

/// The time a snapshot or version is named by, in ticks of 100 ns since 1970-01-01T00:00:00Z: what the service prints
/// with seven decimals.
package struct Moment: Hashable, Comparable, Sendable {
    /// Ticks of 100 ns since the epoch.
    package let ticks: Int64

    /// A moment by its ticks.
    package init(ticks: Int64) { self.ticks = ticks }
    /// A time of the region's clock.
    package init(_ time: Timestamp) { ticks = time.microseconds * 10 }
    /// Reads `2026-11-21T19:35:00.1234567Z`, with all its decimals; nil when it is anything else.
    ///
    /// Fewer decimals would name the same time twice, and the service refuses them.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 28, bytes[27] == 0x5A, bytes[19] == 0x2E, bytes[10] == 0x54,
            (0x30...0x39).contains(bytes[26]),
            let time = Timestamp(iso8601: String(decoding: bytes[..<26], as: UTF8.self) + "Z")
        else { return nil }
        ticks = time.microseconds * 10 + Int64(bytes[26] - 0x30)
    }
    /// The next moment there is.
    package var next: Moment { Moment(ticks: ticks + 1) }
    /// The text clients send back.
    package var text: String {
        let whole = Timestamp(microseconds: ticks / 10).iso8601
        return whole.dropLast(2) + "\(ticks % 10)Z"
    }
    /// Earlier or later.
    package static func < (a: Moment, b: Moment) -> Bool { a.ticks < b.ticks }
}
