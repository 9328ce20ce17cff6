// SPDX-License-Identifier: Apache-2.0

/// Reads Swift just far enough for the house rules.
enum SwiftCode {
    private enum Context {
        case code
        /// Code inside `\( … )`, with so many open parentheses of its own.
        case interpolation(Int)
        case string(quotes: Int, isRaw: Bool)
    }

    /// The text with comments and the insides of string literals blanked out; code in interpolations stays.
    static func bare(_ text: [UInt8]) -> [UInt8] {
        var out = text
        var stack: [Context] = [.code]
        var i = 0
        func at(_ offset: Int) -> UInt8 { i + offset < text.count ? text[i + offset] : 0 }
        func blank(_ count: Int) {
            for j in i..<min(i + count, out.count) where out[j] != newline { out[j] = space }
            i += count
        }
        while i < text.count {
            switch stack[stack.count - 1] {
            case .string(let quotes, let isRaw):
                if !isRaw, at(0) == backslash {
                    if at(1) == open { stack.append(.interpolation(0)) }
                    blank(2)
                } else if ends(text, i, quotes: quotes, isRaw: isRaw) {
                    i += quotes + (isRaw ? 1 : 0)
                    stack.removeLast()
                } else {
                    blank(1)
                }
            case .code, .interpolation:
                if at(0) == slash, at(1) == slash {
                    blank(text[i...].firstIndex(of: newline).map { $0 - i } ?? text.count - i)
                } else if at(0) == quote || at(0) == hash && at(1) == quote {
                    let isRaw = at(0) == hash
                    if isRaw { i += 1 }
                    let quotes = at(1) == quote && at(2) == quote ? 3 : 1
                    i += quotes
                    stack.append(.string(quotes: quotes, isRaw: isRaw))
                } else {
                    step(at(0), &stack)
                    i += 1
                }
            }
        }
        return out
    }
    private static func step(_ byte: UInt8, _ stack: inout [Context]) {
        guard case .interpolation(let depth) = stack[stack.count - 1] else { return }
        switch byte {
        case open: stack[stack.count - 1] = .interpolation(depth + 1)
        case close where depth == 0: stack.removeLast()
        case close: stack[stack.count - 1] = .interpolation(depth - 1)
        default: break
        }
    }
    private static func ends(_ text: [UInt8], _ at: Int, quotes: Int, isRaw: Bool) -> Bool {
        let end = at + quotes
        guard end <= text.count, text[at..<end].allSatisfy({ $0 == quote }) else { return false }
        return !isRaw || (end < text.count && text[end] == hash)
    }

    /// A function and the lines from its first word to its last brace.
    struct Function {
        let name: String
        let line: Int
        let lines: Int
    }
    /// All functions and initializers with a body, in bare code.
    static func functions(_ code: [UInt8]) -> [Function] {
        var found: [Function] = []
        let lines = code.split(separator: newline, omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            let words = text.split { " (<?".contains($0) }
            guard let at = words.firstIndex(where: { $0 == "func" || $0 == "init" }),
                words[..<at].allSatisfy({ modifiers.contains(String($0)) }),
                let body = bodyLines(lines[number...])
            else { continue }
            let name = words[at] == "func" && at + 1 < words.count ? String(words[at + 1]) : "init"
            found.append(Function(name: name, line: number + 1, lines: body))
        }
        return found
    }
    /// How many lines the declaration that begins these takes; nil when it has no body.
    private static func bodyLines(_ lines: ArraySlice<ArraySlice<UInt8>>) -> Int? {
        var (parentheses, braces) = (0, 0)
        for (count, line) in lines.enumerated() {
            for byte in line {
                switch byte {
                case open, UInt8(ascii: "["): parentheses += 1
                case close, UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{") where parentheses == 0 || braces > 0: braces += 1
                case UInt8(ascii: "}") where parentheses == 0 || braces > 0:
                    braces -= 1
                    if braces == 0 { return count + 1 }
                    if braces < 0 { return nil }
                default: break
                }
            }
            let isSignature = parentheses > 0 || braces > 0
            guard !isSignature, count + 1 < lines.count else { continue }
            // A signature goes on only with its effects, its result, its conditions or its brace.
            let next = lines[lines.startIndex + count + 1].drop { $0 == space }
            let goesOn = ["{", "async", "throws", "->", "where", ")"].contains { next.starts(with: $0.utf8) }
            if !goesOn { return nil }
        }
        return nil
    }
    private static let modifiers: Set<String> = [
        "public", "package", "internal", "fileprivate", "private", "static", "final", "override", "mutating",
        "nonisolated", "convenience", "required", "@Test", "@MainActor", "@discardableResult", "@Sendable", "consuming",
        "isolated", "@inlinable", "class",
    ]
    private static let (newline, space, quote, backslash) = (
        UInt8(ascii: "\n"), UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "\\")
    )
    private static let (slash, hash, open, close) = (
        UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "("), UInt8(ascii: ")")
    )
}
