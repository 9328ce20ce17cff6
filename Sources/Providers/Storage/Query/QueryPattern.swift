// SPDX-License-Identifier: Apache-2.0

/// A pattern of LIKE: `%` stands for any characters, `_` for one.
///
/// The parts between `%` are looked for one after another, each at its first place: no pattern makes that go back. A part
/// without `_` is found in time linear in the text (Knuth, Morris and Pratt); one with `_` is short.
struct QueryPattern {
    private struct Part {
        /// Nil stands for any character.
        var characters: [Unicode.Scalar?] = []
        var hasAny = false
        /// For each prefix, the longest proper one that is also its end.
        var borders: [Int] = []
    }
    private var parts: [Part]
    /// How often each byte of a text may be looked at.
    let factor: Int

    init(_ pattern: String, escape: String?) throws(QueryFault) {
        guard pattern.utf8.count <= QueryLimits.patternBytesMax else {
            throw .pattern("A pattern is longer than \(QueryLimits.patternBytesMax) bytes.")
        }
        var mark: Unicode.Scalar?
        if let escape {
            guard escape.unicodeScalars.count == 1 else { throw .pattern("ESCAPE takes one character.") }
            mark = escape.unicodeScalars.first
        }
        var parts = [Part()]
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if isEscaped {
                parts[parts.count - 1].characters.append(scalar)
                isEscaped = false
            } else if scalar == mark {
                isEscaped = true
            } else if scalar == "%" {
                parts.append(Part())
            } else if scalar == "_" {
                parts[parts.count - 1].characters.append(nil)
                parts[parts.count - 1].hasAny = true
            } else {
                parts[parts.count - 1].characters.append(scalar)
            }
        }
        guard !isEscaped else { throw .pattern("A pattern ends within an escape.") }
        var longest = 2
        for index in parts.indices {
            if parts[index].hasAny, index > 0, index < parts.count - 1 {
                guard parts[index].characters.count <= QueryLimits.patternPartMax else {
                    throw .pattern(
                        "A part of a pattern with '_' is longer than \(QueryLimits.patternPartMax) characters."
                    )
                }
                longest = max(longest, parts[index].characters.count)
            } else {
                parts[index].borders = Self.borders(parts[index].characters)
            }
        }
        self.parts = parts
        factor = longest
    }
    private static func borders(_ characters: [Unicode.Scalar?]) -> [Int] {
        var borders = [Int](repeating: 0, count: characters.count)
        var length = 0
        for at in characters.indices.dropFirst() {
            while length > 0, characters[at] != characters[length] { length = borders[length - 1] }
            if characters[at] == characters[length] { length += 1 }
            borders[at] = length
        }
        return borders
    }

    func matches(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        guard let first = parts.first, let last = parts.last else { return text.isEmpty }
        guard parts.count > 1 else {
            return first.characters.count == text.count && Self.fits(first, text, 0)
        }
        guard first.characters.count + last.characters.count <= text.count, Self.fits(first, text, 0) else {
            return false
        }
        let end = text.count - last.characters.count
        var at = first.characters.count
        for part in parts[1..<(parts.count - 1)] {
            guard let found = Self.find(part, in: text, from: at, to: end) else { return false }
            at = found + part.characters.count
        }
        return at <= end && Self.fits(last, text, end)
    }
    private static func fits(_ part: Part, _ text: [Unicode.Scalar], _ start: Int) -> Bool {
        for (offset, character) in part.characters.enumerated() {
            guard let character else { continue }
            guard text[start + offset] == character else { return false }
        }
        return true
    }
    /// Where the part is first found, ending at `end` at the latest.
    private static func find(_ part: Part, in text: [Unicode.Scalar], from start: Int, to end: Int) -> Int? {
        let count = part.characters.count
        guard count > 0 else { return start }
        guard start + count <= end else { return nil }
        if part.hasAny { return (start...(end - count)).first { fits(part, text, $0) } }
        var matched = 0
        for at in start..<end {
            while matched > 0, part.characters[matched] != text[at] { matched = part.borders[matched - 1] }
            if part.characters[matched] == text[at] { matched += 1 }
            if matched == count { return at + 1 - count }
        }
        return nil
    }
}
