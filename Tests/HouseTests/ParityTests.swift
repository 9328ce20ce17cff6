// SPDX-License-Identifier: Apache-2.0
import Assembly
import Kernel
import Storage
import Testing

/// docs/parity/storage.md says of every operation of the storage services what the operation table says.
@Suite struct ParityTests {
    private static let page = "docs/parity/storage.md"
    /// One row of the page's tables: what clients call it, the names in the operation table, the state, the note.
    private struct Line {
        let names: [String]
        let state: String
        let note: String

        init?(_ text: Substring) {
            let cells = text.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.filter { $0 != " " }
            }
            guard cells.count == 6, ParityTests.states.contains(cells[3]) else { return nil }
            names = cells[2].split(separator: ",").map { $0.filter { $0 != "`" } }
            state = cells[3]
            note = cells[4]
        }
    }
    private static let states: Set<String> = ["built", "partly", "501"]

    private let built: Set<String>
    private let unbuilt: Set<String>
    private let lines: [Line]

    init() async throws {
        let operations = try await SharedHouse.one.opened().parts.catalogue.operations.filter {
            $0.namespace == StorageProvider.namespace
        }
        built = Set(operations.filter { !$0.isUnbuilt }.map { Self.plain($0.name) })
        unbuilt = Set(operations.filter(\.isUnbuilt).map { Self.plain($0.name) })
        lines = Repository.text(Self.page).split(separator: "\n").compactMap(Line.init)
    }
    /// Without what tells HEAD and blobs of `$root` apart.
    private static func plain(_ name: String) -> String {
        var rest = name[...]
        if rest.hasPrefix("root.") { rest = rest.dropFirst(5) }
        if rest.hasSuffix("Head") { rest = rest.dropLast(4) }
        return String(rest)
    }

    @Test func `every storage operation that is built has a line on the page of storage parity`() {
        #expect(built.count > 50)
        let told = Set(lines.filter { $0.state != "501" }.flatMap(\.names))
        for name in built.sorted() {
            #expect(told.contains(name), "\(Self.page): add a row, built or partly, that names `\(name)`")
        }
    }

    @Test func `the page of storage parity claims nothing that the operation table does not have`() {
        for line in lines {
            #expect(line.state != "partly" || !line.note.isEmpty, "\(line.names): say what is missing")
            for name in line.names {
                let isTrue =
                    line.state == "501" ? unbuilt.contains(name) && !built.contains(name) : built.contains(name)
                #expect(isTrue, "\(Self.page): `\(name)` is not \(line.state)")
            }
        }
    }
}
