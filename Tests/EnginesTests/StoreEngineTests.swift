// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Store
import StoreMemory
import StoreRocksDB
import Suites
import Testing

@Suite struct StoreEngineTests {
    @Test(arguments: StoreSuite.all)
    func `the memory store keeps every promise of a store`(check: StoreSuite.Check) async throws {
        try await check.run { MemoryStore() }
    }

    @Test(arguments: StoreSuite.all)
    func `the memory store keeps every promise while it forgets as soon as it may`(
        check: StoreSuite.Check
    ) async throws {
        try await check.run { MemoryStore(versionsKept: 0) }
    }

    @Test(arguments: StoreSuite.all)
    func `the RocksDB store keeps every promise of a store`(check: StoreSuite.Check) async throws {
        try await withStoreFolder { folder in
            try await check.run { try RocksDBStore(path: "\(folder)/\(SystemEntropy().uuid().lowercaseText)") }
        }
    }

    @Test func `a memory store that is peeked at shows what is committed`() async throws {
        let store = MemoryStore()
        _ = try await store.commit(Commit(readVersion: 0, writes: [Key("a"): [1], Key("b"): [2]]))
        #expect(store.peek(Key("a")) == [1])
        #expect(store.peek(KeyRange(from: Key(), to: Key(bytes: [0xFF])), limit: 9).map(\.value) == [[1], [2]])
    }
}

/// Runs `body` with a folder of its own and removes it.
func withStoreFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.path + "/lazuli-store-\(SystemEntropy().uuid().lowercaseText)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}
