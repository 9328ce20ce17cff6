// SPDX-License-Identifier: Apache-2.0
import Base

/// How a simulated device misbehaves.
///
/// Each seed draws its own mix (swarm testing: leaving some faults out finds bugs that a mix of everything hides).
package struct Faults: Sendable {
    /// Every step of a call takes up to this long.
    package var latencyMax = Duration.milliseconds(2)
    /// Calls of a hundred that are refused with nothing done.
    package var unavailablePercent: UInt64 = 0
    /// Commits of a hundred that are refused as a conflict although there is none.
    package var conflictPercent: UInt64 = 0
    /// Commits of a hundred whose answer is lost; half of them stand.
    package var lostPercent: UInt64 = 0
    /// Steps of a thousand at which the process dies.
    package var deathPerMille: UInt64 = 0

    /// Latency only.
    package init() {}
    /// This world's mix: each kind of fault is there in half of all worlds.
    package init(drawnFrom simulation: Simulation) {
        latencyMax = .microseconds(Int64(1 + simulation.upTo(50_000)))
        if simulation.chance(50) { unavailablePercent = simulation.upTo(10) }
        if simulation.chance(50) { conflictPercent = simulation.upTo(20) }
        if simulation.chance(50) { lostPercent = simulation.upTo(25) }
        if simulation.chance(50) { deathPerMille = simulation.upTo(20) }
    }

    /// One step of a call: takes time, and may be where the process dies.
    ///
    /// False in a dead process.
    package func step(_ simulation: Simulation, _ process: Process) async -> Bool {
        let microseconds = UInt64(max(1, latencyMax / .microseconds(1)))
        await simulation.pause(for: .microseconds(Int64(simulation.upTo(microseconds))))
        if deathPerMille > 0, simulation.upTo(1000) < deathPerMille { process.kill() }
        return !process.isDead
    }
}
