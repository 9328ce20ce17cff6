// SPDX-License-Identifier: Apache-2.0
import Base
import Store
import Synchronization
import Testing

@Suite struct TransactionTests {
    private static let all = KeyRange(from: Key("a"), to: Key("z"))

    @Test func `a transaction sees its own writes and does not protect what it wrote itself`() async throws {
        let engine = ScriptedEngine(["a": [1], "b": [2]])
        let transaction = Transaction(try await engine.snapshot())
        transaction.set(Key("a"), [9])
        transaction.clear(Key("b"))
        #expect(try await transaction.get(Key("a")) == [9])
        #expect(try await transaction.get(Key("b")) == nil)
        #expect(try await transaction.get(Key("c")) == nil)
        #expect(transaction.pending.reads == [Key("c")])
    }

    @Test(arguments: [false, true])
    func `a range shows own writes and removals in order, as many as were asked for`(reverse: Bool) async throws {
        let engine = ScriptedEngine(["b": [1], "d": [1], "f": [1], "h": [1]])
        let transaction = Transaction(try await engine.snapshot())
        transaction.clear(Key("d"))
        transaction.set(Key("c"), [2])
        transaction.set(Key("h"), [2])
        let expected: [(String, [UInt8])] = [("b", [1]), ("c", [2]), ("f", [1]), ("h", [2])]
        for limit in 1...5 {
            let page = try await transaction.range(Self.all, limit: limit, reverse: reverse)
            let promised = (reverse ? expected.reversed() : expected).prefix(limit)
            #expect(page == promised.map { Pair(key: Key($0.0), value: $0.1) })
        }
    }

    @Test func `a full page protects what was seen, a short one the whole range, an unprotected one nothing`()
        async throws
    {
        let engine = ScriptedEngine(["b": [1], "d": [1], "f": [1]])
        let transaction = Transaction(try await engine.snapshot())
        _ = try await transaction.range(Self.all, limit: 2)
        _ = try await transaction.range(Self.all, limit: 2, reverse: true)
        _ = try await transaction.range(Self.all, limit: 9)
        _ = try await transaction.range(Self.all, limit: 9, protected: false)
        #expect(
            transaction.pending.readRanges == [
                KeyRange(from: Key("a"), to: Key("d").next), KeyRange(from: Key("d"), to: Key("z")), Self.all,
            ]
        )
    }

    @Test func `conflicts are tried again until the commit stands, with waits in between`() async throws {
        let engine = ScriptedEngine([:], commits: [.conflict, .conflict, nil])
        let clock = CountingClock()
        var runs = 0
        try await store(engine, clock).transact(witness: nil) { (_) throws(Abort<Never>) in runs += 1 }
        #expect(runs == 3)
        #expect(clock.sleeps == 2)
    }

    @Test func `attempts are bounded`() async throws {
        let engine = ScriptedEngine([:], commits: Array(repeating: .conflict, count: 100))
        var runs = 0
        let error = await #expect(throws: Abort<Never>.self) {
            try await store(engine).transact(witness: nil) { (_) throws(Abort<Never>) in runs += 1 }
        }
        guard case .store(.conflict) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(runs == Store.attemptsMax)
    }

    @Test func `a body that refuses commits nothing and is not tried again`() async throws {
        struct Refusal: Error {}
        let engine = ScriptedEngine([:])
        let error = await #expect(throws: Abort<Refusal>.self) {
            try await store(engine).transact(witness: nil) { (transaction) throws(Abort<Refusal>) in
                transaction.set(Key("a"), [1])
                throw .reason(Refusal())
            }
        }
        guard case .reason = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(engine.committed == 0)
    }

    @Test func `a lost answer is settled by the witness, and the body does not run again`() async throws {
        let engine = ScriptedEngine([:], commits: [.unknownResult], keepsLost: true)
        var runs = 0
        try await store(engine).transact(witness: Key("done")) { (transaction) throws(Abort<Never>) in
            runs += 1
            transaction.set(Key("done"), [1])
        }
        #expect(runs == 1)
    }

    @Test func `a lost answer whose commit does not stand is tried again`() async throws {
        let engine = ScriptedEngine([:], commits: [.unknownResult, nil], keepsLost: false)
        var runs = 0
        try await store(engine).transact(witness: Key("done")) { (transaction) throws(Abort<Never>) in
            runs += 1
            transaction.set(Key("done"), [1])
        }
        #expect(runs == 2)
    }

    @Test func `a lost answer may be settled by the caller's own look`() async throws {
        let engine = ScriptedEngine([:], commits: [.unknownResult], keepsLost: true)
        let look: (any StoreSnapshot) async throws(StoreError) -> Bool = { (snapshot) throws(StoreError) in
            try await snapshot.get(Key("moved")) == [1]
        }
        var runs = 0
        try await store(engine).transact(witness: Key("done"), settled: look) { (transaction) throws(Abort<Never>) in
            runs += 1
            transaction.set(Key("moved"), [1])
        }
        #expect(runs == 1)
    }

    @Test(arguments: [StoreError.unavailable("full"), .corrupt("file")])
    func `an engine that cannot is reported at once`(failure: StoreError) async throws {
        let engine = ScriptedEngine([:], commits: [failure, nil])
        let error = await #expect(throws: Abort<Never>.self) {
            try await store(engine).transact(witness: nil) { (_) throws(Abort<Never>) in }
        }
        guard case .store(let reported) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(reported == failure)
    }

    private func store(_ engine: ScriptedEngine, _ clock: CountingClock = CountingClock()) -> Store {
        Store(engine, world: World(clock: clock, entropy: SystemEntropy()))
    }
}

/// Counts sleeps and does not sleep.
private final class CountingClock: WallClock {
    private let count = Mutex(0)
    var sleeps: Int { count.withLock { $0 } }
    var now: Timestamp { Timestamp(seconds: 0) }
    func sleep(for duration: Duration) async throws { count.withLock { $0 += 1 } }
}

/// An engine that answers commits from a list; nil stands for success, as does the end of the list.
private final class ScriptedEngine: StoreEngine {
    private struct State {
        var rows: [Key: [UInt8]]
        var answers: [StoreError?]
        var committed = 0
    }
    private let state: Mutex<State>
    /// Whether a commit whose answer is lost stands.
    private let keepsLost: Bool
    var committed: Int { state.withLock { $0.committed } }

    init(_ rows: [String: [UInt8]], commits: [StoreError?] = [], keepsLost: Bool = false) {
        let keyed = Dictionary(uniqueKeysWithValues: rows.map { (Key($0.key), $0.value) })
        state = Mutex(State(rows: keyed, answers: commits))
        self.keepsLost = keepsLost
    }
    func snapshot() async throws(StoreError) -> any StoreSnapshot {
        state.withLock { Frozen(version: Version($0.committed), rows: $0.rows) }
    }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        let answer = state.withLock { state in
            let answer = state.answers.isEmpty ? nil : state.answers.removeFirst()
            if answer == nil || (answer == .unknownResult && keepsLost) {
                state.committed += 1
                for (key, value) in commit.writes { state.rows[key] = value }
            }
            return answer
        }
        if let answer { throw answer }
        return Version(committed)
    }
    func checkpoint(to folder: String) async throws(StoreError) {}
    func close() async {}
    var health: String { "scripted" }
}

private struct Frozen: StoreSnapshot {
    let version: Version
    let rows: [Key: [UInt8]]
    func get(_ key: Key) async throws(StoreError) -> [UInt8]? { rows[key] }
    func range(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(StoreError) -> [Pair] {
        let inside = rows.filter { keys.contains($0.key) }.map { Pair(key: $0.key, value: $0.value) }
        return Array(inside.sorted { reverse ? $1.key < $0.key : $0.key < $1.key }.prefix(limit))
    }
}
