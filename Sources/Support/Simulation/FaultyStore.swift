// SPDX-License-Identifier: Apache-2.0
import Base
package import Store
import Synchronization

/// One process's way to a store that outlives it: slow, sometimes refusing or silent, and dead with the process.
package final class FaultyStore: StoreEngine {
    private let engine: any StoreEngine
    private let simulation: Simulation
    private let process: Process
    private let faults: Faults
    private let closed = Mutex(false)

    /// Wraps the store that is the disk; without `faults` the world's seed draws them.
    package init(_ engine: any StoreEngine, _ simulation: Simulation, _ process: Process, faults: Faults? = nil) {
        self.engine = engine
        self.simulation = simulation
        self.process = process
        self.faults = faults ?? Faults(drawnFrom: simulation)
    }

    /// The store's snapshot, whose reads have the same faults.
    package func snapshot() async throws(StoreError) -> any StoreSnapshot {
        try await step()
        let snapshot = FaultySnapshot(try await engine.snapshot(), self)
        // The answer takes its time too: what it shows may be old when it arrives.
        try await survive()
        return snapshot
    }
    /// Commits, or one of the faults: refused, in conflict, or answered by silence after it stands or not.
    package func commit(_ commit: Commit) async throws(StoreError) -> Version {
        try await step()
        if simulation.chance(faults.conflictPercent) { throw .conflict }
        if simulation.chance(faults.lostPercent) {
            if simulation.chance(50) { _ = try? await engine.commit(commit) }
            try await survive()
            throw .unknownResult
        }
        let version = try await engine.commit(commit)
        // A death here leaves a commit that stands and was never acknowledged.
        try await survive()
        return version
    }
    /// As the store below.
    package func checkpoint(to folder: String) async throws(StoreError) {
        try await step()
        try await engine.checkpoint(to: folder)
    }
    /// Closes this process's way; the store below stays open, as a disk does.
    package func close() async { closed.withLock { $0 = true } }
    /// As the store below.
    package var health: String { get async { await engine.health } }

    /// The way in: takes time, and refuses a closed, a dead and sometimes any caller.
    fileprivate func step() async throws(StoreError) {
        if closed.withLock({ $0 }) { throw .unavailable("the store is closed") }
        try await survive()
        if simulation.chance(faults.unavailablePercent) { throw .unavailable("a simulated refusal") }
    }
    /// The way back.
    private func survive() async throws(StoreError) {
        guard await faults.step(simulation, process) else { throw .unavailable("the process was stopped") }
    }
}

private struct FaultySnapshot: StoreSnapshot {
    private let snapshot: any StoreSnapshot
    private let store: FaultyStore
    var version: Version { snapshot.version }

    init(_ snapshot: any StoreSnapshot, _ store: FaultyStore) {
        self.snapshot = snapshot
        self.store = store
    }
    func get(_ key: Key) async throws(StoreError) -> [UInt8]? {
        try await store.step()
        return try await snapshot.get(key)
    }
    func getOften(_ key: Key) async throws(StoreError) -> [UInt8]? {
        try await store.step()
        return try await snapshot.getOften(key)
    }
    func range(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(StoreError) -> [Pair] {
        try await store.step()
        return try await snapshot.range(keys, limit: limit, reverse: reverse)
    }
}
