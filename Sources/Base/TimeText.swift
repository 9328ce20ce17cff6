// SPDX-License-Identifier: Apache-2.0

/// The text of a time, read from its beginning over bytes: every signed request holds several.
struct TimeText {
    private let bytes: [UInt8]
    private var at = 0
    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { at == bytes.count }

    /// Takes a text, when it comes next.
    mutating func take(_ text: String) -> Bool {
        let wanted = text.utf8
        guard bytes[at...].starts(with: wanted) else { return false }
        at += wanted.count
        return true
    }
    /// A number of just so many decimal digits, without a sign.
    mutating func number(_ digits: Int) -> Int? {
        guard at + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[at..<at + digits] {
            guard let digit = Self.digit(byte) else { return nil }
            value = value * 10 + digit
        }
        at += digits
        return value
    }
    /// Which of some names comes next.
    mutating func name(of names: [String]) -> Int? {
        guard let index = names.firstIndex(where: { bytes[at...].starts(with: $0.utf8) }) else { return nil }
        at += names[index].utf8.count
        return index
    }
    /// Microseconds from a fraction of a second of any number of digits; what is finer is cut off.
    mutating func fraction() -> Int? {
        var (value, count) = (0, 0)
        while at < bytes.count, let digit = Self.digit(bytes[at]) {
            if count < 6 { value = value * 10 + digit }
            count += 1
            at += 1
        }
        guard count > 0 else { return nil }
        while count < 6 {
            value *= 10
            count += 1
        }
        return value
    }
    /// Seconds east of Greenwich: `Z`, an offset `±hh:mm`, or nothing, which is taken for `Z`.
    mutating func zone() -> Int? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign: Int
        if take("+") {
            sign = 1
        } else if take("-") {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
    private static func digit(_ byte: UInt8) -> Int? { (0x30...0x39).contains(byte) ? Int(byte) - 0x30 : nil }
}
