// SPDX-License-Identifier: Apache-2.0
package import Bytes

/// One process's way to extents that outlive it: slow, sometimes refusing, and dead with the process.
///
/// When the process has died, the test tells the disk (`MemoryBytes.crash()`), which forgets what was not finished.
package struct FaultyBytes: BytesEngine {
    private let engine: any BytesEngine
    private let device: FaultyDevice

    /// Wraps the engine that is the disk; without `faults` the world's seed draws them.
    package init(_ engine: any BytesEngine, _ simulation: Simulation, _ process: Process, faults: Faults? = nil) {
        self.engine = engine
        device = FaultyDevice(
            simulation: simulation,
            process: process,
            faults: faults ?? Faults(drawnFrom: simulation)
        )
    }

    /// As the engine below, with faults on the way; the writer has them too.
    package func reserve(_ length: Int64) async throws(BytesError) -> any ExtentWriter {
        try await device.step()
        return FaultyWriter(writer: try await engine.reserve(length), device: device)
    }
    /// As the engine below, with faults on the way; the reader has them too.
    package func open(_ extent: Extent) async throws(BytesError) -> any ExtentReader {
        try await device.step()
        return FaultyReader(reader: try await engine.open(extent), device: device)
    }
    /// As the engine below, with faults on the way.
    package func release(_ extent: Extent) async throws(BytesError) {
        try await device.step()
        try await engine.release(extent)
        try await device.survive()
    }
    /// As the engine below, with faults on the way.
    package func verify(_ extent: Extent) async throws(BytesError) {
        try await device.step()
        try await engine.verify(extent)
    }
    /// As the engine below.
    package func unsettledSegments() async -> [Int64] { await engine.unsettledSegments() }
    /// As the engine below, with faults on the way.
    package func settle(_ segment: Int64, keeping kept: [Extent]) async throws(BytesError) {
        try await device.step()
        try await engine.settle(segment, keeping: kept)
    }
    /// Does nothing: the disk stays.
    package func close() async {}
    /// As the engine below.
    package var health: String { get async { await engine.health } }
}

private struct FaultyDevice: Sendable {
    let simulation: Simulation
    let process: Process
    let faults: Faults

    func step() async throws(BytesError) {
        try await survive()
        if simulation.chance(faults.unavailablePercent) { throw .unavailable("a simulated refusal") }
    }
    func survive() async throws(BytesError) {
        guard await faults.step(simulation, process) else { throw .unavailable("the process was stopped") }
    }
}

private struct FaultyWriter: ExtentWriter {
    let writer: any ExtentWriter
    let device: FaultyDevice

    func write(_ bytes: [UInt8]) async throws(BytesError) {
        // The contract gives the room back after an error of the writer, so a refusal here does so as well.
        do throws(BytesError) { try await device.step() } catch { try await giveUp(error) }
        try await writer.write(bytes)
    }
    func finish() async throws(BytesError) -> Extent {
        do throws(BytesError) { try await device.step() } catch { try await giveUp(error) }
        let extent = try await writer.finish()
        // A death here leaves an extent that nothing refers to.
        try await device.survive()
        return extent
    }
    func abandon() async {
        if !device.process.isDead { await writer.abandon() }
    }

    private func giveUp(_ error: BytesError) async throws(BytesError) -> Never {
        await abandon()
        throw error
    }
}

private struct FaultyReader: ExtentReader {
    let reader: any ExtentReader
    let device: FaultyDevice

    func read(_ range: Range<Int64>) async throws(BytesError) -> [UInt8] {
        try await device.step()
        return try await reader.read(range)
    }
}
