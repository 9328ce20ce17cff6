// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
// Glibc: one test makes the disk fail under the engine's own file descriptor.
import Glibc
import Store
import StoreRocksDB
import Testing

@Suite struct StoreRocksDBTests {
    private static let value = [UInt8](repeating: 0x5A, count: 1300)
    private static let everything = KeyRange(from: Key(), to: Key(bytes: [0xFF]))

    @Test func `what was acknowledged is there after closing and opening, and versions go on`() async throws {
        try await withStoreFolder { folder in
            let first = try RocksDBStore(path: folder)
            let version = try await fill(first, count: 200)
            await first.close()
            let second = try RocksDBStore(path: folder)
            let snapshot = try await second.snapshot()
            #expect(snapshot.version >= version)
            let count = try await snapshot.range(Self.everything, limit: 1000, reverse: false).count
            #expect(count == 200)
            #expect(try await fill(second, count: 1) > version)
            await second.close()
        }
    }

    @Test func `a checkpoint opens as a store of its own with the same content`() async throws {
        try await withStoreFolder { folder in
            let store = try RocksDBStore(path: "\(folder)/store")
            try await fill(store, count: 300)
            try await store.checkpoint(to: "\(folder)/copy")
            let before = try await store.snapshot().range(Self.everything, limit: 1000, reverse: false)
            _ = try await store.commit(Commit(readVersion: 0, writes: [Key("later"): [1]]))
            let copy = try RocksDBStore(path: "\(folder)/copy")
            let copied = try await copy.snapshot().range(Self.everything, limit: 1000, reverse: false)
            #expect(copied == before)
            await #expect(throws: StoreError.self) { try await store.checkpoint(to: "\(folder)/copy") }
            await copy.close()
            await store.close()
        }
    }

    @Test func `a batch is written in the order of its keys, and of one key in that of its commits`() {
        let shared = Key("shared")
        var commits = (0..<40).map { turn in
            Commit(readVersion: 0, writes: [shared: [UInt8(turn)], Key("own", Int64(40 - turn)): [UInt8(turn)]])
        }
        commits.append(Commit(readVersion: 0, writes: [shared: nil, Key("once"): nil]))
        commits[40].setOnce = [Key("once")]
        let writes = BatchWrite.inOrder(commits)
        #expect(writes.count == 82)
        #expect(zip(writes, writes.dropFirst()).allSatisfy { $0.key <= $1.key })
        #expect(writes.filter { $0.key == shared }.map(\.value) == (0..<40).map { [UInt8($0)] } + [nil])
        #expect(writes.filter(\.isOfKeySetOnce).map(\.key) == [Key("once")])
    }

    @Test func `commits that meet share one sync`() async throws {
        try await withStoreFolder { folder in
            let store = try RocksDBStore(path: folder)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<64 {
                    group.addTask {
                        for round in 0..<20 {
                            let key = Key("writer", Int64(writer), Int64(round))
                            _ = try await store.commit(Commit(readVersion: 0, writes: [key: Self.value]))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let counts = store.statistics
            #expect(counts.commits == 64 * 20)
            #expect(counts.batches * 2 < counts.commits, "\(counts.batches) syncs for \(counts.commits) commits")
            #expect(await store.health.contains("1280 commits in \(counts.batches) syncs"))
            await store.close()
        }
    }

    @Test func `a full disk refuses writes, changes nothing, and still answers reads`() async throws {
        try await withStoreFolder { folder in
            let roomy = try RocksDBStore(path: folder)
            let version = try await fill(roomy, count: 1)
            await roomy.close()
            var options = RocksDBOptions()
            options.freeSpaceReserveBytes = .max
            let full = try RocksDBStore(path: folder, options: options)
            let error = await #expect(throws: StoreError.self) {
                try await full.commit(Commit(readVersion: version, writes: [Key("a"): [1]]))
            }
            #expect("\(String(describing: error))".contains("free space"))
            #expect(try await full.snapshot().get(Key("a")) == nil)
            #expect(try await full.snapshot().get(Key("row", Int64(0))) == Self.value)
            #expect(try await full.commit(Commit(readVersion: version, reads: [Key("a")], writes: [:])) >= version)
            await full.close()
        }
    }

    @Test func `what gives room back may use a part of the reserve`() async throws {
        try await withStoreFolder { folder in
            var status = statvfs()
            let answer = unsafe statvfs(folder, &status)
            try #require(answer == 0)
            let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
            var options = RocksDBOptions()
            options.freeSpaceReserveBytes = free + free / 16
            let store = try RocksDBStore(path: folder, options: options)
            var commit = Commit(readVersion: 0, writes: [Key("a"): [1]])
            await #expect(throws: StoreError.self) { try await store.commit(commit) }
            commit.frees = true
            _ = try await store.commit(commit)
            #expect(try await store.snapshot().get(Key("a")) == [1])
            await store.close()
        }
    }

    @Test func `the first change after a start takes little more room than it writes`() async throws {
        try await withStoreFolder { folder in
            for _ in 0..<2 {
                let store = try RocksDBStore(path: folder)
                try await fill(store, count: 1)
                // Preallocated room lies behind a file's end: its length does not tell of it.
                let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                let taken = names.reduce(0) { $0 + roomOnDisk("\(folder)/\($1)") }
                #expect(taken < 2 << 20, "\(names) take \(taken) bytes of the disk")
                await store.close()
            }
        }
    }

    @Test func `a failed sync leaves its commits unknown and the store refusing until it is opened again`() async throws
    {
        try await withStoreFolder { folder in
            let store = try RocksDBStore(path: folder)
            try await fill(store, count: 5)
            try breakLog(of: folder)
            await #expect(throws: StoreError.unknownResult) {
                try await store.commit(Commit(readVersion: 0, writes: [Key("lost"): [1]]))
            }
            await #expect(throws: StoreError.self) { _ = try await store.snapshot() }
            let error = await #expect(throws: StoreError.self) {
                try await store.commit(Commit(readVersion: 0, writes: [Key("more"): [1]]))
            }
            #expect("\(String(describing: error))".contains("repair the disk, then restart"))
            #expect(await store.health.contains("refuses"))
            await store.close()
            let again = try RocksDBStore(path: folder)
            #expect(try await again.snapshot().get(Key("row", Int64(4))) == Self.value)
            #expect(try await again.snapshot().get(Key("more")) == nil)
            await again.close()
        }
    }

    @Test func `a transaction overtaken by more writes than are remembered meets a conflict`() async throws {
        try await withStoreFolder { folder in
            var options = RocksDBOptions()
            options.recentKeysMax = 10
            let store = try RocksDBStore(path: folder, options: options)
            let old = try await store.snapshot()
            try await fill(store, count: 11)
            let recent = try await store.snapshot()
            await #expect(throws: StoreError.conflict) {
                try await store.commit(Commit(readVersion: old.version, reads: [Key("calm")], writes: [Key("a"): [1]]))
            }
            let calm = Commit(readVersion: recent.version, reads: [Key("calm")], writes: [Key("a"): [1]])
            #expect(try await store.commit(calm) > recent.version)
            #expect(store.statistics.conflicts == 1)
            await store.close()
        }
    }

    @Test func `a store that is open is refused to a second opener by name`() async throws {
        try await withStoreFolder { folder in
            let store = try RocksDBStore(path: folder)
            let error = #expect(throws: StoreError.self) { try RocksDBStore(path: folder) }
            #expect(
                error == .unavailable("another process holds \(folder)/LOCK; stop it, or choose another data folder")
            )
            await store.close()
        }
    }

    @Test func `closing finishes what was queued`() async throws {
        try await withStoreFolder { folder in
            let store = try RocksDBStore(path: folder)
            let acknowledged = await withTaskGroup(of: Bool.self) { group in
                for writer in 0..<200 {
                    group.addTask {
                        let commit = Commit(readVersion: 0, writes: [Key("writer", Int64(writer)): Self.value])
                        return (try? await store.commit(commit)) != nil
                    }
                }
                group.addTask {
                    await store.close()
                    return false
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            let again = try RocksDBStore(path: folder)
            let kept = try await again.snapshot().range(Self.everything, limit: 1000, reverse: false).count
            #expect(kept == acknowledged)
            await again.close()
        }
    }

    @Test func `a close leaves little of a long log to the next start, and all that was in it`() async throws {
        try await withStoreFolder { folder in
            let store = try RocksDBStore(path: folder)
            for row in 0..<8 {
                let value = [UInt8](repeating: UInt8(row), count: 1 << 20)
                _ = try await store.commit(Commit(readVersion: 0, writes: [Key("row", Int64(row)): value]))
            }
            await store.close()
            let logs = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".log") }
            let left = try logs.map { try Data(contentsOf: URL(filePath: "\(folder)/\($0)")).count }.reduce(0, +)
            #expect(left < 1 << 20)
            let again = try RocksDBStore(path: folder)
            #expect(try await again.snapshot().range(Self.everything, limit: 10, reverse: false).count == 8)
            await again.close()
        }
    }

    @discardableResult
    private func fill(_ store: RocksDBStore, count: Int) async throws -> Version {
        var version: Version = 0
        for row in 0..<count {
            version = try await store.commit(Commit(readVersion: 0, writes: [Key("row", Int64(row)): Self.value]))
        }
        return version
    }

    /// Puts /dev/full in the place of the write-ahead log, so that its next write fails as on a full disk.
    private func breakLog(of folder: String) throws {
        let full = unsafe open("/dev/full", O_WRONLY)
        defer { Glibc.close(full) }
        var isBroken = false
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")) ?? ""
            guard target.hasPrefix(folder), target.hasSuffix(".log"), let descriptor = Int32(name) else { continue }
            isBroken = dup2(full, descriptor) == descriptor
        }
        try #require(isBroken, "the log's descriptor was not found")
    }
}
