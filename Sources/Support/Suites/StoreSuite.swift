// SPDX-License-Identifier: Apache-2.0
import Base
package import Store

/// What every `StoreEngine` promises, as checks that throw a `Violation` where the promise is broken.
package enum StoreSuite {
    /// Opens a fresh, empty engine.
    package typealias Factory = @Sendable () async throws -> any StoreEngine

    /// One promise.
    package struct Check: Sendable, CustomStringConvertible {
        /// The promise as a sentence.
        package let description: String
        /// Tries it on a fresh engine.
        package let run: @Sendable (Factory) async throws -> Void
    }

    /// A broken promise.
    package struct Violation: Error, CustomStringConvertible {
        /// What was seen, and what was promised.
        package let description: String
    }

    /// Every promise.
    package static let all: [Check] = reading + conflicts + transactions + random

    private static let reading = [
        Check(description: "a snapshot keeps showing what was there when it was taken") { make in
            try await closing(try await make()) { engine in
                let before = try await put(engine, ["a": [1], "b": [2]])
                let old = try await engine.snapshot()
                try check(old.version, before, "a snapshot after a commit has its version")
                try await put(engine, ["a": [9], "b": nil, "c": [3]])
                try check(try await old.get(Key("a")), [1], "the old value")
                try check(try await old.get(Key("b")), [2], "the removed value")
                try check(try await old.get(Key("c")), nil, "a later key")
                try check(try await names(old.range(whole, limit: 9, reverse: false)), ["a", "b"], "the old range")
                let new = try await engine.snapshot()
                try check(try await names(new.range(whole, limit: 9, reverse: false)), ["a", "c"], "the new range")
                try check(new.version > old.version, true, "versions grow")
            }
        },
        Check(description: "a commit is seen as a whole or not at all") { make in
            try await closing(try await make()) { engine in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for round in 1...100 {
                            try await put(engine, ["left": [UInt8(round)], "right": [UInt8(round)]])
                        }
                    }
                    for _ in 0..<3 {
                        group.addTask {
                            for _ in 0..<200 {
                                let snapshot = try await engine.snapshot()
                                let left = try await snapshot.get(Key("left"))
                                try check(left, try await snapshot.get(Key("right")), "both halves of one commit")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        },
        Check(description: "a range is read in key order, in both directions, with its limit and its bounds") { make in
            try await closing(try await make()) { engine in
                try await put(engine, ["a": [1], "b": [2], "c": [3], "d": [4]])
                let snapshot = try await engine.snapshot()
                let middle = KeyRange(from: Key("b"), to: Key("d"))
                try check(try await names(snapshot.range(whole, limit: 3, reverse: false)), ["a", "b", "c"], "first")
                try check(try await names(snapshot.range(whole, limit: 3, reverse: true)), ["d", "c", "b"], "last")
                try check(try await names(snapshot.range(middle, limit: 9, reverse: false)), ["b", "c"], "inside")
                try check(try await names(snapshot.range(middle, limit: 9, reverse: true)), ["c", "b"], "backwards")
                try check(try await names(snapshot.range(middle, limit: 1, reverse: true)), ["c"], "the last alone")
            }
        },
        Check(description: "an empty or upside-down range holds nothing") { make in
            try await closing(try await make()) { engine in
                try await put(engine, ["a": [1], "b": [2]])
                let snapshot = try await engine.snapshot()
                for range in [
                    KeyRange(from: Key("a"), to: Key("a")), KeyRange(from: Key("b"), to: Key("a")),
                    KeyRange(from: Key("c"), to: Key("d")),
                ] {
                    for reverse in [false, true] {
                        try check(try await snapshot.range(range, limit: 5, reverse: reverse), [], "nothing inside")
                    }
                }
            }
        },
        Check(description: "empty keys, empty values, long keys and values of a mebibyte come back as they were") {
            make in
            try await closing(try await make()) { engine in
                let long = Key(bytes: [UInt8](repeating: 0xAB, count: Key.bytesMax))
                let big = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let snapshot = try await engine.snapshot()
                let writes: [Key: [UInt8]?] = [Key(): [7], Key("empty"): [], long: [1], Key("big"): big]
                _ = try await engine.commit(Commit(readVersion: snapshot.version, writes: writes))
                let after = try await engine.snapshot()
                for (key, value) in writes { try check(try await after.get(key), value, "the value of \(key)") }
                let everything = KeyRange(from: Key(), to: Key(bytes: [0xFF]))
                let pairs = try await after.range(everything, limit: 9, reverse: false)
                try check(pairs.map(\.key), writes.keys.sorted(), "all keys in order")
                try check(try await after.get(Key("absent")), nil, "an absent key")
            }
        },
        Check(description: "a key that was set once is gone when it is removed as such, and can be set anew") { make in
            try await closing(try await make()) { engine in
                let (key, everything) = (Key("once"), KeyRange(from: Key(), to: Key(bytes: [0xFF])))
                for value: UInt8 in 1...3 {
                    _ = try await engine.commit(Commit(readVersion: 0, writes: [key: [value], Key("beside"): [value]]))
                    let there = try await engine.snapshot()
                    var removal = Commit(readVersion: 0, writes: [key: nil])
                    removal.setOnce = [key]
                    _ = try await engine.commit(removal)
                    let gone = try await engine.snapshot()
                    try check(try await there.get(key), [value], "the value before its removal")
                    try check(try await gone.get(key), nil, "the value after its removal")
                    let left = try await gone.range(everything, limit: 9, reverse: false)
                    try check(left.map(\.key), [Key("beside")], "the keys after the removal")
                }
            }
        },
        Check(description: "a closed engine refuses every call as unavailable") { make in
            let engine = try await make()
            try await put(engine, ["a": [1]])
            let snapshot = try await engine.snapshot()
            await engine.close()
            await engine.close()
            try await refused("a snapshot") { () throws(StoreError) in _ = try await engine.snapshot() }
            try await refused("a read") { () throws(StoreError) in _ = try await snapshot.get(Key("a")) }
            try await refused("a commit") { () throws(StoreError) in
                _ = try await engine.commit(Commit(readVersion: 0, writes: [Key("a"): [2]]))
            }
        },
    ]

    private static func refused(_ what: String, _ call: () async throws(StoreError) -> Void) async throws {
        do throws(StoreError) { try await call() } catch {
            guard case .unavailable = error else { throw Violation(description: "\(what) after close: \(error)") }
            return
        }
        throw Violation(description: "\(what) after close was answered")
    }
}
