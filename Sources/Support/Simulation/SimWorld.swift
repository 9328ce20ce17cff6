// SPDX-License-Identifier: Apache-2.0
package import Base
import Synchronization

/// A small, fast generator whose whole state is its seed: SplitMix64 (Steele, Lea, Flood 2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64
    /// The stream of a seed.
    package init(seed: UInt64) { state = seed }
    /// The next number of the stream.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Chance that a seed repeats; safe to use from any thread.
package final class SimEntropy: Entropy {
    private let generator: Mutex<SplitMix64>
    /// The stream of a seed.
    package init(seed: UInt64) { generator = Mutex(SplitMix64(seed: seed)) }
    /// The next bytes of the stream.
    package func bytes(_ count: Int) -> [UInt8] {
        generator.withLock { generator in
            (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        }
    }
}

/// A clock that begins at 2026-01-01T00:00:00Z and shows a simulated world's virtual time.
package struct SimClock: WallClock {
    /// Where every simulated world begins.
    package static let epoch = Timestamp(seconds: 1_767_225_600)
    private let simulation: Simulation
    /// The clock of a world.
    package init(_ simulation: Simulation) { self.simulation = simulation }
    /// The epoch and the virtual time since.
    package var now: Timestamp { Self.epoch + simulation.elapsed }
    /// Suspends in virtual time; throws `CancellationError` when the task is cancelled first.
    package func sleep(for duration: Duration) async throws { try await simulation.sleep(for: duration) }
}
