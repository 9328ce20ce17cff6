// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// One process's way to tiles that outlive it: slow, sometimes refusing, and dead with the process, which may leave only
/// some tiles of a call written.
package struct FaultyTiles: TileEngine {
    private let engine: any TileEngine
    private let simulation: Simulation
    private let process: Process
    private let faults: Faults

    /// Wraps the engine that is the disk; without `faults` the world's seed draws them.
    package init(_ engine: any TileEngine, _ simulation: Simulation, _ process: Process, faults: Faults? = nil) {
        self.engine = engine
        self.simulation = simulation
        self.process = process
        self.faults = faults ?? Faults(drawnFrom: simulation)
    }

    /// As the engine below, one tile after the other, each of them perhaps the last.
    package func write(_ tiles: [Tile], replacing: Bool) async throws(TileError) {
        for tile in tiles {
            try await step()
            try await engine.write([tile], replacing: replacing)
        }
        try await survive()
    }
    /// As the engine below, with faults on the way.
    package func read(_ path: String) async throws(TileError) -> [UInt8]? {
        try await step()
        return try await engine.read(path)
    }
    /// As the engine below, with faults on the way.
    package func publish(checkpoint: [UInt8]) async throws(TileError) {
        try await step()
        try await engine.publish(checkpoint: checkpoint)
        try await survive()
    }
    /// As the engine below, with faults on the way.
    package func checkpoint() async throws(TileError) -> [UInt8]? {
        try await step()
        return try await engine.checkpoint()
    }
    /// As the engine below.
    package var health: String { get async { await engine.health } }

    private func step() async throws(TileError) {
        try await survive()
        if simulation.chance(faults.unavailablePercent) { throw .unavailable("a simulated refusal") }
    }
    private func survive() async throws(TileError) {
        guard await faults.step(simulation, process) else { throw .unavailable("the process was stopped") }
    }
}
