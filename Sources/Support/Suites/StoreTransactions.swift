// SPDX-License-Identifier: Apache-2.0
import Base
import Store

/// The promises as transactions meet them, and the helpers that all checks share.
extension StoreSuite {
    private enum Refusal: Error {}

    static let transactions = [
        Check(description: "concurrent increments with retries lose none") { make in
            try await closing(try await make()) { engine in
                let store = Store(engine, world: World(clock: SystemClock(), entropy: SystemEntropy()))
                let (writers, rounds) = (8, 25)
                let counter = Key("counter")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<writers {
                        group.addTask {
                            var left = rounds
                            while left > 0 {
                                if try await increments(store, counter) { left -= 1 }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                var reader = KeyReader(Key(bytes: try await engine.snapshot().get(counter) ?? []))
                try check(reader.integer(), Int64(writers * rounds), "the sum")
            }
        },
        Check(description: "a queue read by its range hands out every number once") { make in
            try await closing(try await make()) { engine in
                let store = Store(engine, world: World(clock: SystemClock(), entropy: SystemEntropy()))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<6 {
                        group.addTask {
                            var left = 15
                            while left > 0 {
                                if try await appends(store, writer: writer) { left -= 1 }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let log = try await engine.snapshot().range(Key("log").children, limit: 1000, reverse: false)
                try check(log.map(\.key), (0..<90).map { Key("log", Int64($0)) }, "one entry for each number")
            }
        },
    ]

    /// Adds one; false when every attempt met a conflict.
    private static func increments(_ store: Store, _ counter: Key) async throws -> Bool {
        do throws(Abort<Refusal>) {
            try await store.transact(witness: nil) { (transaction) throws(Abort<Refusal>) in
                do throws(StoreError) {
                    var reader = KeyReader(Key(bytes: try await transaction.get(counter) ?? []))
                    transaction.set(counter, Key((reader.integer() ?? 0) + 1).bytes)
                } catch { throw .store(error) }
            }
        } catch {
            guard case .store(.conflict) = error else { throw error }
            return false
        }
        return true
    }
    /// Appends behind the last entry; false when every attempt met a conflict.
    private static func appends(_ store: Store, writer: Int) async throws -> Bool {
        do throws(Abort<Refusal>) {
            try await store.transact(witness: nil) { (transaction) throws(Abort<Refusal>) in
                do throws(StoreError) {
                    let last = try await transaction.range(Key("log").children, limit: 1, reverse: true).first
                    var next: Int64 = 0
                    if let last {
                        var reader = KeyReader(last.key, after: Key("log"))
                        next = (reader.integer() ?? -1) + 1
                    }
                    transaction.set(Key("log", next), [UInt8(writer)])
                } catch { throw .store(error) }
            }
        } catch {
            guard case .store(.conflict) = error else { throw error }
            return false
        }
        return true
    }

    static let whole = KeyRange(from: Key("a"), to: Key("z"))

    /// Closes the engine when the check is over, so that its files may be removed.
    static func closing(_ engine: any StoreEngine, _ body: (any StoreEngine) async throws -> Void) async throws {
        do { try await body(engine) } catch {
            await engine.close()
            throw error
        }
        await engine.close()
    }
    @discardableResult
    static func put(_ engine: any StoreEngine, _ writes: [String: [UInt8]?]) async throws -> Version {
        let keyed = Dictionary(uniqueKeysWithValues: writes.map { (Key($0.key), $0.value) })
        return try await engine.commit(Commit(readVersion: 0, writes: keyed))
    }
    static func names(_ pairs: [Pair]) -> [String] {
        pairs.compactMap { pair in
            var reader = KeyReader(pair.key)
            return reader.string()
        }
    }
    static func check<T: Equatable>(_ seen: T, _ promised: T, _ what: String) throws {
        if seen != promised { throw Violation(description: "\(what): \(brief(seen)) instead of \(brief(promised))") }
    }
    private static func brief(_ value: Any) -> String { String("\(value)".prefix(200)) }
}
