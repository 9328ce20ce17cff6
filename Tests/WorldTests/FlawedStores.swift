// SPDX-License-Identifier: Apache-2.0
import Store

/// Forgets what a change read, so that nothing is ever in conflict.
struct BlindStore: StoreEngine {
    let engine: any StoreEngine
    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await engine.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        try await engine.commit(Commit(readVersion: commit.readVersion, writes: commit.writes))
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}

/// Says of every commit that it stands, whatever became of it.
struct HastyStore: StoreEngine {
    let engine: any StoreEngine
    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await engine.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        do { return try await engine.commit(commit) } catch { return commit.readVersion }
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}
