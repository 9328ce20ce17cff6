// SPDX-License-Identifier: Apache-2.0

/// How moments are read and written.
extension QueryMoment {
    /// Reads ISO 8601 in the forms of W3C's NOTE-datetime: a year, a month, a day, or a time with its offset; a `T` may
    /// close a date, and a time without offset is UTC.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = Self.digits(&rest, 4) else { return nil }
        var civil = Civil(year: year, month: 1, day: 1)
        if Self.take("-", &rest) {
            guard let month = Self.digits(&rest, 2) else { return nil }
            civil.month = month
            if Self.take("-", &rest) {
                guard let day = Self.digits(&rest, 2) else { return nil }
                civil.day = day
            }
        }
        var offset = 0
        if Self.take("T", &rest), !rest.isEmpty {
            guard let zone = Self.time(&rest, &civil) else { return nil }
            offset = zone
        }
        guard rest.isEmpty else { return nil }
        self.init(civil, offset: offset)
    }
    /// Reads a time of day and answers its offset in minutes.
    private static func time(_ rest: inout ArraySlice<UInt8>, _ civil: inout Civil) -> Int? {
        guard let hour = digits(&rest, 2), take(":", &rest), let minute = digits(&rest, 2) else { return nil }
        (civil.hour, civil.minute) = (hour, minute)
        if take(":", &rest) {
            guard let second = digits(&rest, 2) else { return nil }
            civil.second = second
            if take(".", &rest) {
                let fraction = rest.prefix { (0x30...0x39).contains($0) }
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(fraction.count)
                for place in 0..<6 {
                    let digit = place < fraction.count ? Int(fraction[fraction.startIndex + place] - 0x30) : 0
                    civil.microsecond = civil.microsecond * 10 + digit
                }
            }
        }
        if rest.isEmpty || take("Z", &rest) { return 0 }
        let isBehind = take("-", &rest)
        guard isBehind || take("+", &rest), let hours = digits(&rest, 2) else { return nil }
        _ = take(":", &rest)
        guard let minutes = digits(&rest, 2), hours <= 23, minutes <= 59 else { return nil }
        return (isBehind ? -1 : 1) * (hours * 60 + minutes)
    }
    private static func digits(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    private static func take(_ mark: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let byte = rest.first, UInt32(byte) == mark.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// ISO 8601 with milliseconds, or microseconds where there are some.
    var text: String {
        let isShort = civil.microsecond % 1000 == 0
        let format = isShort ? "yyyy-MM-ddTHH:mm:ss.SSSXXX" : "yyyy-MM-ddTHH:mm:ss.SSSSSSXXX"
        return (try? text(format)) ?? ""
    }
    /// Writes the parts a format names ("TO_STRING function"); what is no letter, and `T`, stands for itself, as do letters
    /// between single quotes.
    func text(_ format: String) throws(QueryFault) -> String {
        let letters = Array(format)
        var out = ""
        var at = 0
        while at < letters.count {
            let letter = letters[at]
            var end = at + 1
            if letter == "'" {
                while end < letters.count, letters[end] != "'" { end += 1 }
                out += String(letters[(at + 1)..<end])
                at = min(end + 1, letters.count)
                continue
            }
            while end < letters.count, letters[end] == letter { end += 1 }
            if letter.isASCII, letter.isLetter, letter != "T" {
                out += try part(letter, end - at)
            } else {
                out += String(letters[at..<end])
            }
            at = end
        }
        return out
    }
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private func part(_ letter: Character, _ count: Int) throws(QueryFault) -> String {
        let civil = civil
        switch (letter, count) {
        case ("y", 2): return Self.padded(civil.year % 100, 2)
        case ("y", 1), ("y", 4): return Self.padded(civil.year, 4)
        case ("M", 1...2): return Self.padded(civil.month, count)
        case ("M", 3): return String(Self.months[civil.month - 1].prefix(3))
        case ("M", 4): return Self.months[civil.month - 1]
        case ("d", 1...2): return Self.padded(civil.day, count)
        case ("a", 1): return civil.hour < 12 ? "AM" : "PM"
        case ("h", 1...2): return Self.padded((civil.hour + 11) % 12 + 1, count)
        case ("H", 1...2): return Self.padded(civil.hour, count)
        case ("m", 1...2): return Self.padded(civil.minute, count)
        case ("s", 1...2): return Self.padded(civil.second, count)
        case ("S", 1...6): return String(Self.padded(civil.microsecond, 6).prefix(count))
        case ("X", 1...5), ("x", 1...5): return zone(letter, count)
        default:
            throw .format("'\(String(repeating: letter, count: min(count, 16)))' is no part of a format of TO_STRING.")
        }
    }
    /// `X` writes `Z` for no offset, `x` writes it in numbers.
    private func zone(_ letter: Character, _ count: Int) -> String {
        if letter == "X", offset == 0 { return "Z" }
        let sign = offset < 0 ? "-" : "+"
        let (hours, minutes) = (Self.padded(abs(offset) / 60, 2), Self.padded(abs(offset) % 60, 2))
        switch count {
        case 1: return sign + hours
        case 2, 4: return sign + hours + minutes
        default: return sign + hours + ":" + minutes
        }
    }
    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
