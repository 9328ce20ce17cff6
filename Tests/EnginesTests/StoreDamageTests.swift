// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Store
import StoreRocksDB
import Testing

@Suite struct StoreDamageTests {
    /// A way to harm one file of a closed store.
    enum Harm: String, CaseIterable, Sendable {
        case `a table cut short`, `a table's end overwritten`, `a missing table`, `a byte flipped inside the log`
        case `CURRENT missing`, `CURRENT overwritten`, `CURRENT emptied`, `the manifest missing`
        case `the manifest overwritten`
    }

    @Test(arguments: Harm.allCases)
    func `a damaged store is refused with the file's name and the way out`(harm: Harm) async throws {
        try await withStoreFolder { folder in
            try await makeStore(folder)
            let file = try apply(harm, to: folder)
            let error = #expect(throws: StoreError.self) { try RocksDBStore(path: folder) }
            guard case .corrupt(let text) = error else {
                Issue.record("refused as \(String(describing: error))")
                return
            }
            #expect(text.contains(file))
            #expect(text.contains("restore the whole region from a backup"))
            #expect(!text.contains("\n"))
        }
    }

    @Test func `a byte flipped inside a table is found by the read that meets it`() async throws {
        try await withStoreFolder { folder in
            try await makeStore(folder)
            let table = try #require(try files(of: folder, ending: ".sst").first)
            try flip(table, at: 5000)
            let store = try RocksDBStore(path: folder)
            let everything = KeyRange(from: Key(), to: Key(bytes: [0xFF]))
            let error = await #expect(throws: StoreError.self) {
                _ = try await store.snapshot().range(everything, limit: 1000, reverse: false)
            }
            guard case .corrupt(let text) = error else {
                Issue.record("answered \(String(describing: error))")
                return
            }
            #expect(text.contains(table))
            await store.close()
        }
    }

    @Test func `a record cut short at the end of the log is passed over, and what stands before it is kept`()
        async throws
    {
        try await withStoreFolder { folder in
            try await makeStore(folder)
            let log = try #require(try files(of: folder, ending: ".log").last)
            let bytes = try Data(contentsOf: URL(filePath: log))
            try bytes.dropLast(100).write(to: URL(filePath: log))
            let store = try RocksDBStore(path: folder)
            let snapshot = try await store.snapshot()
            #expect(try await snapshot.get(Key("log", Int64(98))) != nil)
            #expect(try await snapshot.get(Key("log", Int64(99))) == nil)
            await store.close()
        }
    }

    /// A closed store with a table, and a log that is not yet in one.
    private func makeStore(_ folder: String) async throws {
        for part in ["table", "log"] {
            let store = try RocksDBStore(path: folder)
            for row in 0..<100 {
                let key = Key(part, Int64(row))
                _ = try await store.commit(Commit(readVersion: 0, writes: [key: [UInt8](repeating: 7, count: 1300)]))
            }
            await store.close()
        }
    }

    /// Does the harm and tells the name that the refusal has to contain.
    private func apply(_ harm: Harm, to folder: String) throws -> String {
        let table = try #require(try files(of: folder, ending: ".sst").first)
        let log = try #require(try files(of: folder, ending: ".log").last)
        let manifest = try #require(try files(of: folder, ending: "").first { $0.contains("MANIFEST") })
        let current = "\(folder)/CURRENT"
        let garbage = Data(repeating: 0xA5, count: 200)
        switch harm {
        case .`a table cut short`:
            try Data(contentsOf: URL(filePath: table)).dropLast(500).write(to: URL(filePath: table))
            return table
        case .`a table's end overwritten`:
            let bytes = try Data(contentsOf: URL(filePath: table))
            try (bytes.dropLast(200) + garbage).write(to: URL(filePath: table))
            return table
        case .`a missing table`:
            try FileManager.default.removeItem(atPath: table)
            return table
        case .`a byte flipped inside the log`:
            try flip(log, at: 30_000)
            return log
        case .`CURRENT missing`:
            try FileManager.default.removeItem(atPath: current)
            return current
        case .`CURRENT overwritten`:
            try garbage.write(to: URL(filePath: current))
            return current
        case .`CURRENT emptied`:
            try Data().write(to: URL(filePath: current))
            return current
        case .`the manifest missing`:
            try FileManager.default.removeItem(atPath: manifest)
            return manifest
        case .`the manifest overwritten`:
            try garbage.write(to: URL(filePath: manifest))
            return manifest
        }
    }

    private func files(of folder: String, ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { $0.hasSuffix(ending) }
            .map { "\(folder)/\($0)" }
    }
    private func flip(_ file: String, at offset: Int) throws {
        var bytes = try Data(contentsOf: URL(filePath: file))
        bytes[offset] ^= 0x01
        try bytes.write(to: URL(filePath: file))
    }
}
