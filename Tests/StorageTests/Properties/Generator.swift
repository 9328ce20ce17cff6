// SPDX-License-Identifier: Apache-2.0

/// Makes inputs a stranger might send: samples that are right, bent in a few places, and now and then plain noise.
///
/// Everything follows from the seed, so that a number names an input.
struct Generator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func upTo(_ bound: Int) -> Int { bound <= 1 ? 0 : Int(next() % UInt64(bound)) }
    mutating func pick<Element>(_ items: [Element]) -> Element? { items.isEmpty ? nil : items[upTo(items.count)] }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    /// An input made of samples and tokens of one language.
    mutating func input(_ samples: [[UInt8]], _ tokens: [[UInt8]]) -> [UInt8] {
        var text = upTo(16) == 0 ? bytes(upTo(64)) : pick(samples) ?? []
        for _ in 0..<upTo(6) { bend(&text, samples, tokens) }
        return text
    }
    private mutating func bend(_ text: inout [UInt8], _ samples: [[UInt8]], _ tokens: [[UInt8]]) {
        let at = upTo(text.count + 1)
        let end = min(text.count, at + 1 + upTo(8))
        switch upTo(10) {
        case 0: if at < text.count { text[at] ^= UInt8(1 << upTo(8)) }
        case 1: if at < text.count { text[at] = UInt8(truncatingIfNeeded: next()) }
        case 2: text.removeSubrange(at..<end)
        case 3: text.removeSubrange(at...)
        case 4: text.insert(contentsOf: text[at..<end], at: upTo(text.count + 1))
        case 5: text.insert(contentsOf: Self.odd[upTo(Self.odd.count)], at: at)
        case 6:
            let other = pick(samples) ?? []
            text.replaceSubrange(at..., with: other[min(other.count, upTo(other.count + 1))...])
        case 7:
            // Depth: one token many times, as those who look for the end of a stack do it.
            let token = pick(tokens) ?? [UInt8(ascii: "(")]
            let count = upTo(8) == 0 ? 3_000 : 20
            text.insert(contentsOf: (0..<upTo(count)).flatMap { _ in token }, at: at)
        default: text.insert(contentsOf: pick(tokens) ?? [], at: at)
        }
    }
    /// What trips readers of any language: ends, borders of numbers, text that is no UTF-8, and one that has no width.
    private static let odd: [[UInt8]] =
        [
            [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], [0xEF, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [13, 10], [10], [0xE2, 0x80, 0x8B],
        ]
        + [
            "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "-1", "0",
            "1e999",
            "%00", "%", "%2F", "%zz", "\u{301}", "\u{1F600}", "İ", "ß",
        ].map { Array($0.utf8) }
}
