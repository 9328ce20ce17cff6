// SPDX-License-Identifier: Apache-2.0
package import Ledger
import Synchronization

/// Keeps the log's tiles in memory, for tests and simulation.
///
/// What a call has returned from outlives every crash.
package final class MemoryTiles: TileEngine {
    private let state = Mutex<(tiles: [String: [UInt8]], checkpoint: [UInt8]?)>(([:], nil))

    /// An empty log.
    package init() {}

    package func write(_ tiles: [Tile], replacing: Bool) async throws(TileError) {
        try state.withLock { state throws(TileError) in
            for tile in tiles where !replacing {
                guard state.tiles[tile.path].map({ $0 == tile.bytes }) ?? true else {
                    throw .corrupt("\(tile.path) would change")
                }
            }
            for tile in tiles { state.tiles[tile.path] = tile.bytes }
        }
    }
    package func read(_ path: String) async throws(TileError) -> [UInt8]? { state.withLock { $0.tiles[path] } }
    package func publish(checkpoint: [UInt8]) async throws(TileError) { state.withLock { $0.checkpoint = checkpoint } }
    package func checkpoint() async throws(TileError) -> [UInt8]? { state.withLock { $0.checkpoint } }
    package var health: String { get async { state.withLock { "tiles in memory: \($0.tiles.count) files" } } }
}
