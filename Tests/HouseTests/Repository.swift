// SPDX-License-Identifier: Apache-2.0
// Foundation, not FoundationEssentials: the tests walk the repository's folders.
import Foundation
import Testing

/// The repository's own files, as the house rules see them.
enum Repository {
    /// One Swift file.
    struct File: Sendable, CustomTestStringConvertible {
        /// From the repository's root: `Sources/Base/JSON.swift`.
        let path: String
        let text: String
        /// The text without comments and the insides of string literals; line for line the same.
        let code: Data

        var testDescription: String { path }
        var baseName: String { String(path.split(separator: "/").last ?? "") }
        /// The name of the target: the folder under `Sources/<floor>` or `Tests`.
        var target: String {
            let parts = path.split(separator: "/").map(String.init)
            let isFlat = parts[0] == "Tests" || ["Base", "Kernel", "Gateway"].contains(parts[1])
            return isFlat ? parts[1] : parts[2]
        }
        /// Names after `import`, with the line each is on.
        var imports: [(line: Int, module: String)] {
            lines(of: "import ").compactMap { line in
                let words = codeLine(line).split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at < 3, at + 1 < words.count else { return nil }
                return (line, String(words[at + 1].prefix { $0 != "." }))
            }
        }
        /// One line of the code, from one.
        func codeLine(_ number: Int) -> String {
            let all = code.split(separator: 10, omittingEmptySubsequences: false)
            return number <= all.count ? String(decoding: all[number - 1], as: UTF8.self) : ""
        }
        /// The lines of the code on which a text stands as a word of its own.
        func lines(of text: String) -> [Int] { Self.lines(of: text, in: code) }

        static func lines(of text: String, in data: Data) -> [Int] {
            let wanted = Data(text.utf8)
            let startsWord = text.utf8.first.map(isWord) ?? false
            var lines: [Int] = []
            var (line, counted) = (1, data.startIndex)
            var from = data.startIndex
            while let found = data.range(of: wanted, in: from..<data.endIndex) {
                from = found.upperBound
                if startsWord, found.lowerBound > data.startIndex, isWord(data[found.lowerBound - 1]) { continue }
                line += data[counted..<found.lowerBound].count { $0 == 10 }
                counted = found.lowerBound
                lines.append(line)
            }
            return lines
        }
        private static func isWord(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let sources = swift(below: "Sources")
    static let tests = swift(below: "Tests")
    /// What is shipped: sources without the support of tests.
    static let product = sources.filter { !$0.path.hasPrefix("Sources/Support/") }

    /// All files of the repository with that ending, outside of what is built or fetched.
    static func paths(ending: String, below folder: String = "") -> [String] {
        let start = folder.isEmpty ? root : root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: start.path) else { return [] }
        var found: [String] = []
        while let path = walk.nextObject() as? String {
            if path.hasPrefix(".") || path == "var" {
                walk.skipDescendants()
            } else if path.hasSuffix(ending) {
                found.append(folder.isEmpty ? path : folder + "/" + path)
            }
        }
        return found.sorted()
    }
    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }
    private static func swift(below folder: String) -> [File] {
        paths(ending: ".swift", below: folder).map { path in
            let text = text(path)
            return File(path: path, text: text, code: Data(SwiftCode.bare(Array(text.utf8))))
        }
    }
}
