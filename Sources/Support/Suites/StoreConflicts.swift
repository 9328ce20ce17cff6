// SPDX-License-Identifier: Apache-2.0
import Base
import Store

/// The promises about commits that meet.
extension StoreSuite {
    static let conflicts = [
        Check(description: "a key that was read and has changed since is a conflict, and nothing is written") { make in
            try await closing(try await make()) { engine in
                try await put(engine, ["a": [1]])
                let version = try await engine.snapshot().version
                try await put(engine, ["a": [2]])
                try await conflicting(
                    engine,
                    Commit(readVersion: version, reads: [Key("a")], writes: [Key("b"): [9], Key("a"): [9]])
                )
                let now = try await engine.snapshot()
                try check(try await now.get(Key("a")), [2], "the value that won")
                try check(try await now.get(Key("b")), nil, "the write beside it")
            }
        },
        Check(description: "a key that was read as absent and was made or removed since is a conflict") { make in
            try await closing(try await make()) { engine in
                let empty = try await engine.snapshot().version
                try await put(engine, ["a": [1]])
                try await conflicting(engine, Commit(readVersion: empty, reads: [Key("a")], writes: [Key("b"): [1]]))
                let there = try await engine.snapshot().version
                try await put(engine, ["a": nil])
                try await conflicting(engine, Commit(readVersion: there, reads: [Key("a")], writes: [Key("b"): [1]]))
            }
        },
        Check(description: "a key appearing in a range that was read is a conflict, one beside it is not") { make in
            try await closing(try await make()) { engine in
                try await put(engine, ["b": [1], "d": [1]])
                let version = try await engine.snapshot().version
                let range = KeyRange(from: Key("b"), to: Key("d"))
                try await put(engine, ["a": [1], "d": [2]])
                let beside = Commit(readVersion: version, readRanges: [range], writes: [Key("x"): [1]])
                _ = try await engine.commit(beside)
                try await put(engine, ["c": [1]])
                try await conflicting(engine, beside)
            }
        },
        Check(description: "removing or changing a key of a range that was read is a conflict") { make in
            for change: [UInt8]? in [nil, [5]] {
                try await closing(try await make()) { engine in
                    try await put(engine, ["b": [1], "c": [1]])
                    let version = try await engine.snapshot().version
                    try await put(engine, ["c": change])
                    let range = KeyRange(from: Key("b"), to: Key("d"))
                    try await conflicting(engine, Commit(readVersion: version, readRanges: [range], writes: [:]))
                }
            }
        },
        Check(description: "two blind writes of one key are no conflict, the later one stands") { make in
            try await closing(try await make()) { engine in
                let version = try await engine.snapshot().version
                let first = try await engine.commit(Commit(readVersion: version, writes: [Key("a"): [1]]))
                let second = try await engine.commit(Commit(readVersion: version, writes: [Key("a"): [2]]))
                try check(second > first, true, "versions grow")
                try check(try await engine.snapshot().get(Key("a")), [2], "the later write")
            }
        },
        Check(description: "a commit without writes only checks what was read") { make in
            try await closing(try await make()) { engine in
                let version = try await put(engine, ["a": [1]])
                let reads = Commit(readVersion: version, reads: [Key("a")], writes: [:])
                try check(try await engine.commit(reads), version, "nothing moves")
                try await put(engine, ["a": [2]])
                try await conflicting(engine, reads)
            }
        },
        Check(description: "of many commits that read the same state and meet at once, exactly one stands") { make in
            try await closing(try await make()) { engine in
                for round in 0..<20 {
                    let key = Key("prize", Int64(round))
                    let version = try await engine.snapshot().version
                    let winners = try await withThrowingTaskGroup(of: Int.self) { group in
                        for writer in 0..<16 {
                            group.addTask {
                                let commit = Commit(
                                    readVersion: version,
                                    reads: [key],
                                    writes: [key: [UInt8(writer)]]
                                )
                                do throws(StoreError) { _ = try await engine.commit(commit) } catch {
                                    guard error == .conflict else { throw error }
                                    return 0
                                }
                                return 1
                            }
                        }
                        return try await group.reduce(0, +)
                    }
                    try check(winners, 1, "winners of round \(round)")
                }
            }
        },
        Check(description: "what was acknowledged is in the next snapshot, however many write") { make in
            try await closing(try await make()) { engine in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<64 {
                        group.addTask {
                            for round in 0..<8 {
                                let key = Key("writer", Int64(writer), Int64(round))
                                let value = [UInt8](repeating: UInt8(writer), count: 1300)
                                let done = try await engine.commit(Commit(readVersion: 0, writes: [key: value]))
                                let snapshot = try await engine.snapshot()
                                try check(snapshot.version >= done, true, "the snapshot is not behind")
                                try check(try await snapshot.get(key), value, "the acknowledged value")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let all = try await engine.snapshot().range(Key("writer").children, limit: 1000, reverse: false)
                try check(all.count, 64 * 8, "all acknowledged values")
            }
        },
    ]

    private static func conflicting(_ engine: any StoreEngine, _ commit: Commit) async throws {
        do throws(StoreError) { _ = try await engine.commit(commit) } catch {
            return try check(error, .conflict, "the refusal")
        }
        throw Violation(description: "a commit stands that had read what changed since")
    }
}
