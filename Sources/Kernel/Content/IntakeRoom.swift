// SPDX-License-Identifier: Apache-2.0
import Bytes
import Synchronization

/// The memory that bodies share while they are taken in: the more there are, the smaller the units they are read in.
///
/// Of each body about three units are in memory: one comes in, one is looked at by the observers, one is sealed and on
/// its way to the disk.
package final class IntakeRoom: Sendable {
    /// All bodies' units together: 32 MiB.
    private static let blocksMax = 512
    private static let blocksOfUnit = BytesLayout.chunkBytes / BytesLayout.blockBytes
    private let bodies = Atomic<Int>(0)

    package init() {}

    /// Runs what takes a body in.
    package func hold<Result>(_ work: () async throws -> Result) async rethrows -> Result {
        bodies.add(1, ordering: .relaxed)
        defer { bodies.subtract(1, ordering: .relaxed) }
        return try await work()
    }
    /// Plain bytes that are to be read next at most: sealed, they are whole blocks, and no more than a writer takes.
    package var unit: Int {
        let share = Self.blocksMax / max(1, bodies.load(ordering: .relaxed))
        return min(max(1, share), Self.blocksOfUnit) * BlockSealing.plainBytes
    }
}
