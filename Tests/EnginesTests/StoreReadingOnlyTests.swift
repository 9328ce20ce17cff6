// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Store
import StoreRocksDB
import Testing

@Suite struct StoreReadingOnlyTests {
    @Test func `a store opened for reading only shows everything, takes nothing and leaves its files alone`()
        async throws
    {
        try await withStoreFolder { folder in
            let store = try RocksDBStore(path: folder)
            _ = try await store.commit(Commit(readVersion: 0, writes: [Key("a"): [1]]))
            await store.close()
            let before = try files(folder)
            let reader = try RocksDBStore(readingOnly: folder)
            let snapshot = try await reader.snapshot()
            #expect(try await snapshot.get(Key("a")) == [1])
            await #expect(throws: StoreError.self) {
                try await reader.commit(Commit(readVersion: snapshot.version, writes: [Key("b"): [1]]))
            }
            await reader.close()
            #expect(try files(folder) == before)
            let later = try RocksDBStore(path: folder)
            #expect(try await later.snapshot().get(Key("b")) == nil)
            await later.close()
        }
    }
    @Test func `a folder without a store is not made into one`() async throws {
        try await withStoreFolder { folder in
            #expect(throws: StoreError.self) { try RocksDBStore(readingOnly: "\(folder)/none") }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/none"))
        }
    }

    /// Every file but RocksDB's diary, with its content.
    private func files(_ folder: String) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasPrefix("LOG") {
            found[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
        }
        return found
    }
}
