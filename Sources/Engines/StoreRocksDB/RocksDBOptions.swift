// SPDX-License-Identifier: Apache-2.0

/// What an operator or a test may choose about the embedded store; the defaults suit one region on one machine.
package struct RocksDBOptions: Sendable {
    /// Cache for blocks, indexes and filters.
    ///
    /// With it full, the whole idle region stays under 100 MiB resident.
    package var blockCacheBytes = 64 << 20
    /// Size at which a table in memory is written out.
    ///
    /// Two of them may exist: one filling, one being written.
    package var writeBufferBytes = 32 << 20
    /// Free space below which nothing more is written, so that compaction, the log and the operator keep room to work.
    package var freeSpaceReserveBytes: UInt64 = 64 << 20
    /// Tables held open at once: at 64 MiB each, 16 GiB of hot data.
    ///
    /// A look-up that has to open one again reads its index and filters first, and they throw other blocks out of the cache.
    package var openTablesMax: Int32 = 256
    /// Keys remembered for the conflict check, about 150 bytes each.
    ///
    /// A transaction that more writes than this have overtaken is told `.conflict`.
    package var recentKeysMax = 1 << 16

    /// The defaults.
    package init() {}
}

/// What the store has done since it was opened.
package struct RocksDBStatistics: Sendable, Equatable {
    /// Commits that wrote something and stand.
    package var commits = 0
    /// Synced writes: `commits / batches` commits shared one.
    package var batches = 0
    /// Commits refused because something they had read had changed.
    package var conflicts = 0
}

/// Bounds of the engine that nobody needs to choose.
enum Limits {
    /// Commits waiting for the disk.
    ///
    /// More than this is overload, and waiting would only hide it.
    static let waitingMax = 1 << 14
    /// One batch's bytes: long enough to be worth its sync, short enough that the next commit does not wait for it.
    static let batchBytesMax = 4 << 20
    /// The same while several parties commit: nobody waits long for another's, and some fifty small ones share a sync.
    static let sharedBatchBytesMax = 128 << 10
    /// What closing leaves in the log for the next start to replay: some 30 ms of it.
    static let logLeftBytes: UInt64 = 4 << 20
    /// Room the log takes ahead of what is written: few allocations, and little of the reserve's last eighth.
    static let logAheadBytes: UInt64 = 1 << 20
    /// Room the manifest takes ahead: it grows by some hundred bytes with each table.
    static let manifestAheadBytes = 64 << 10
}
