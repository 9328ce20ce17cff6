// SPDX-License-Identifier: Apache-2.0

/// How many blocks may wait for one list, counted in shares: each put counts in one of them, so that those that come at
/// once are not in each other's way, and no more are ever allowed than may wait (docs/decisions/0034).
package struct BlockQuota: Sendable {
    /// The most blocks.
    package let limit: Int
    /// What every share may count from the beginning.
    package let first: Int
    /// What a share is given more at a time.
    package let grant: Int

    /// Shares of a table: as many puts count at once without a conflict.
    package static let shares = 16
    /// REST "Put Block": at most 100,000 uncommitted blocks.
    package static let uncommitted = BlockQuota(limit: BlobLimits.uncommittedBlocksMax)

    /// Some two thirds are shared out from the beginning, the rest is given as it is asked for.
    package init(limit: Int) {
        self.limit = limit
        first = limit * 2 / 3 / Self.shares
        grant = max(1, limit / 200)
    }
    /// What is given to shares that have none left, of a table with `waiting` blocks in no share, whose shares begin with
    /// `first`.
    package func pool(besides waiting: Int, first: Int) -> BlockCount {
        BlockCount(allowed: max(0, limit - waiting - Self.shares * first), used: 0)
    }
    /// Moves from the pool to a share what it is given; false when the pool has none.
    package func give(to share: inout BlockCount, from pool: inout BlockCount) -> Bool {
        let given = min(grant, pool.left)
        pool.used += given
        share.allowed += given
        return given > 0
    }
}

/// How many blocks a share may count, and has counted.
package struct BlockCount: Hashable, Sendable {
    /// How many it may count.
    package var allowed: Int
    /// How many it has counted.
    package var used: Int
    /// How many it may count yet.
    package var left: Int { allowed - used }

    package init(allowed: Int, used: Int) {
        self.allowed = allowed
        self.used = used
    }
    /// Takes half of what another has left; false when that has none.
    package mutating func take(from other: inout BlockCount) -> Bool {
        let taken = (other.left + 1) / 2
        other.allowed -= taken
        allowed += taken
        return taken > 0
    }
}
