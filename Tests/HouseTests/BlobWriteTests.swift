// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The current state of a blob changes in one place, so that nothing that goes with every change can be forgotten.
@Suite struct BlobWriteTests {
    private static let verbs = ["scope.put(", "scope.remove("]

    /// The lines that write or remove what lies under a key that is made so: where the key is made, or later in the same
    /// function under the name it was given.
    private static func writes(_ makers: [String], in file: Repository.File) -> [Int] {
        let functions = SwiftCode.functions(Array(file.code))
        var found: Set<Int> = []
        for maker in makers {
            for number in file.lines(of: maker) {
                let line = file.codeLine(number)
                if verbs.contains(where: { line.contains($0) }) { found.insert(number) }
                guard let name = name(given: line),
                    let function = functions.last(where: { ($0.line..<$0.line + $0.lines).contains(number) })
                else { continue }
                for later in number..<function.line + function.lines {
                    let text = file.codeLine(later)
                    // A call that is broken into lines names the key some lines on.
                    let call = (later..<min(later + callLines, function.line + function.lines)).map(file.codeLine)
                    guard verbs.contains(where: { text.contains($0) }) else { continue }
                    if argument(of: call.joined(separator: "\n")) == name { found.insert(later) }
                }
            }
        }
        return found.sorted()
    }
    private static let callLines = 6
    /// The name a line gives to what it makes: of a constant, a variable, or a property with a body.
    private static func name(given line: String) -> String? {
        let words = line.split { " :=,({".contains($0) }
        guard let at = words.firstIndex(where: { $0 == "let" || $0 == "var" }), at + 1 < words.count else { return nil }
        return String(words[at + 1])
    }
    /// What follows `at:` in a call, up to what ends a name.
    private static func argument(of call: String) -> String? {
        guard let at = call.firstRange(of: "at: ") else { return nil }
        let name = call[at.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let rest = call[at.upperBound...].dropFirst(name.count)
        // A name with something behind it is something else.
        return rest.first == "." || rest.first == "(" ? nil : String(name)
    }

    /// The change feed hears of a past state where these put it.
    @Test func `only BlobWrites and BlobStates put or remove the record of a past state`() {
        let keepers: Set<String> = ["BlobWrites.swift", "BlobStates.swift"]
        let movers: Set<String> = ["Snapshots.swift", "PathUndelete.swift"]
        for file in Repository.product where file.target == "Storage" && !keepers.contains(file.baseName) {
            for number in Self.writes(["StorageKey.past(", "site.key(of:"], in: file) {
                // A state that is restored moves from what was to what is, which is told.
                let moves = movers.contains(file.baseName) && file.codeLine(number).contains("scope.remove(")
                #expect(
                    moves,
                    "\(file.path):\(number): write with AccountData.put(past:), remove with AccountData.delete or end"
                )
            }
        }
    }
    @Test func `only BlobWrites puts or removes the record of a current blob`() {
        let files = Repository.product.filter { $0.target == "Storage" }
        #expect(files.contains { $0.baseName == "BlobWrites.swift" })
        for file in files where file.baseName != "BlobWrites.swift" {
            for number in Self.writes(["StorageKey.blob("], in: file) {
                Issue.record("\(file.path):\(number): write with AccountData.put, remove with AccountData.remove")
            }
        }
    }
    @Test func `a write is seen through the name its key was given`() {
        let source = """
            func a() {
                let key = StorageKey.blob(place)
                let other = StorageKey.list(id)
                scope.put(x, in: domain, at: other)
                scope.put(x, in: domain, at: key)
                scope.put(x, in: domain, at: key.appending(1))
                scope.remove(
                    in: domain,
                    at: key
                )
                scope.put(x, in: domain, at: StorageKey.blob(place))
            }
            func b() {
                scope.put(x, in: domain, at: key)
                let found = scope.get(X.self, in: domain, at: StorageKey.blob(place))
                var lies = moment.map { StorageKey.past(place, $0) } ?? StorageKey.blob(place)
                scope.remove(in: domain, at: lies)
            }
            """
        let code = Data(SwiftCode.bare(Array(source.utf8)))
        let file = Repository.File(path: "Sources/Providers/Storage/X.swift", text: source, code: code)
        #expect(Self.writes(["StorageKey.blob("], in: file) == [5, 7, 11, 17])
        #expect(Self.writes(["StorageKey.past("], in: file) == [17])
    }
}
