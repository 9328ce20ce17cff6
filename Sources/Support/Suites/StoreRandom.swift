// SPDX-License-Identifier: Apache-2.0
import Base
import Store

/// An engine and a model walk the same random steps and must answer the same.
extension StoreSuite {
    static let random = [
        Check(description: "over 3,000 random steps it answers as the model does") { make in
            try await closing(try await make()) { engine in
                let seed = SystemEntropy().upTo(.max)
                var walk = Walk(engine: engine, seed: seed)
                do { try await walk.run(steps: 3000) } catch {
                    throw Violation(description: "seed \(seed): \(error)")
                }
            }
        }
    ]
}

/// The plainest thing that keeps the contract: every version's whole content, kept for good.
private struct Model {
    private(set) var versions: [[Key: [UInt8]]] = [[:]]
    var newest: [Key: [UInt8]] { versions[versions.count - 1] }

    /// False when something that was read is among what was written since.
    mutating func commit(_ commit: Commit, writtenSince: Set<Key>) -> Bool {
        let isChanged = writtenSince.contains { key in
            commit.reads.contains(key) || commit.readRanges.contains { $0.contains(key) }
        }
        guard !isChanged else { return false }
        if !commit.writes.isEmpty {
            var next = newest
            for (key, value) in commit.writes { next[key] = value }
            versions.append(next)
        }
        return true
    }
    func range(_ keys: KeyRange, limit: Int, reverse: Bool, at index: Int) -> [Pair] {
        let inside = versions[index].filter { keys.contains($0.key) }.map { Pair(key: $0.key, value: $0.value) }
        return Array(inside.sorted { reverse ? $1.key < $0.key : $0.key < $1.key }.prefix(limit))
    }
}

/// One random walk.
private struct Walk {
    /// A snapshot of the engine, and the model's version it has to equal.
    private struct Held {
        let snapshot: any StoreSnapshot
        let index: Int
        /// Keys written after it, by anybody.
        var writtenSince: Set<Key> = []
    }
    private let engine: any StoreEngine
    private var state: UInt64
    private var model = Model()
    private var held: [Held] = []

    init(engine: any StoreEngine, seed: UInt64) {
        self.engine = engine
        state = seed
    }

    mutating func run(steps: Int) async throws {
        for step in 0..<steps {
            do {
                switch held.isEmpty ? 0 : upTo(10) {
                case 0, 1: try await hold()
                case 2: held.remove(at: upTo(held.count))
                case 3, 4: try await read()
                case 5, 6: try await readRange()
                default: try await commit()
                }
            } catch { throw StoreSuite.Violation(description: "step \(step): \(error)") }
        }
    }

    private mutating func hold() async throws {
        if held.count > 8 { held.removeFirst() }
        held.append(Held(snapshot: try await engine.snapshot(), index: model.versions.count - 1))
    }
    private mutating func read() async throws {
        let (view, key) = (held[upTo(held.count)], randomKey())
        let promised = model.versions[view.index][key]
        // Some keys more often, so that an engine that keeps them has them changed under its hands.
        guard upTo(2) == 0 else {
            return try StoreSuite.check(try await view.snapshot.getOften(key), promised, "get \(key) often")
        }
        try StoreSuite.check(try await view.snapshot.get(key), promised, "get \(key)")
    }
    private mutating func readRange() async throws {
        let (view, keys, limit, reverse) = (held[upTo(held.count)], randomRange(), 1 + upTo(12), upTo(2) == 0)
        let seen = try await view.snapshot.range(keys, limit: limit, reverse: reverse)
        let promised = model.range(keys, limit: limit, reverse: reverse, at: view.index)
        try StoreSuite.check(seen, promised, "range \(keys.from)..<\(keys.to) limit \(limit) reverse \(reverse)")
    }
    private mutating func commit() async throws {
        let view = held[upTo(held.count)]
        var commit = Commit(readVersion: view.snapshot.version, writes: [:])
        for _ in 0..<upTo(3) { commit.reads.insert(randomKey()) }
        for _ in 0..<upTo(2) { commit.readRanges.append(randomRange()) }
        for _ in 0..<upTo(5) { commit.writes.updateValue(upTo(3) == 0 ? nil : randomValue(), forKey: randomKey()) }
        let promised = model.commit(commit, writtenSince: view.writtenSince)
        var stands = true
        do throws(StoreError) { _ = try await engine.commit(commit) } catch {
            guard error == .conflict else { throw error }
            stands = false
        }
        try StoreSuite.check(stands, promised, "whether the commit stands")
        guard stands else { return }
        for i in held.indices { held[i].writtenSince.formUnion(commit.writes.keys) }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): the seed alone decides the walk.
    private mutating func upTo(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
    /// Few keys, so that they meet; some are prefixes of others.
    private mutating func randomKey() -> Key {
        let key = Key("k", Int64(upTo(24)))
        return upTo(4) == 0 ? key.appending("child") : key
    }
    private mutating func randomRange() -> KeyRange {
        let (a, b) = (randomKey(), randomKey())
        return upTo(6) == 0 ? a.children : KeyRange(from: min(a, b), to: max(a, b))
    }
    private mutating func randomValue() -> [UInt8] { [UInt8](repeating: UInt8(upTo(256)), count: upTo(200)) }
}
