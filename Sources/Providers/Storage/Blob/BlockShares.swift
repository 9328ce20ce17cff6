// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store
import Synchronization

/// One share of the blocks that may wait for a list (docs/decisions/0034).
struct BlockShare: Stored {
    var count: BlockCount
    static let format: UInt8 = 1
    init(_ count: BlockCount) { self.count = count }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.integer(Int64(count.allowed))
        writer.integer(Int64(count.used))
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        count = BlockCount(
            allowed: Int(truncatingIfNeeded: try reader.integer()),
            used: Int(truncatingIfNeeded: try reader.integer())
        )
    }
}

/// Which share a put counts in: those of one process go round.
final class BlockTurns: Sendable {
    let quota: BlockQuota
    private let turn = Atomic<UInt64>(0)
    init(_ quota: BlockQuota) { self.quota = quota }
    func next() -> Int64 {
        Int64(turn.add(1, ordering: .relaxed).newValue % UInt64(BlockQuota.shares))
    }
}

extension StorageKey {
    static func blockShares(_ table: UUID) -> Key { Key("block-share", table) }
    static func blockShare(_ table: UUID, _ number: Int64) -> Key { blockShares(table).appending(number) }
    /// What is left to be shared out, behind all shares.
    static func blockPool(_ table: UUID) -> Key { blockShare(table, Int64(BlockQuota.shares)) }
}

extension AccountData {
    /// Keeps a block that waits for its list; one of the same id is given up, another is counted.
    func keep(
        _ content: Content,
        as id: BlockID,
        in table: BlockTable,
        _ turns: BlockTurns
    ) async throws(ServiceError) {
        let key = StorageKey.block(table.id, id)
        if let former = try await scope.get(Block.self, in: domain, at: key) {
            try await scope.discard(former.content, in: domain)
        } else {
            try await countBlock(of: table, turns)
        }
        try await scope.put(Block(content), in: domain, at: key)
    }
    /// Counts one block more, or refuses it when as many wait as may.
    private func countBlock(of table: BlockTable, _ turns: BlockTurns) async throws(ServiceError) {
        let number = turns.next()
        var own = try await share(number, of: table)
        if own.left <= 0 { try await extend(&own, number, of: table, turns.quota) }
        own.used += 1
        try await scope.put(BlockShare(own), in: domain, at: StorageKey.blockShare(table.id, number))
    }
    /// What is stored of a share, or what it begins with.
    private func share(_ number: Int64, of table: BlockTable) async throws(ServiceError) -> BlockCount {
        let key = StorageKey.blockShare(table.id, number)
        return try await scope.get(BlockShare.self, in: domain, at: key)?.count
            ?? BlockCount(allowed: table.share ?? 0, used: 0)
    }
    /// Gives a share more to count: from what is left of all, then from the share that has most left.
    ///
    /// Only who has none left comes here, so that others' puts are no conflict before.
    private func extend(
        _ own: inout BlockCount,
        _ number: Int64,
        of table: BlockTable,
        _ quota: BlockQuota
    ) async throws(ServiceError) {
        let key = StorageKey.blockPool(table.id)
        var pool =
            try await scope.get(BlockShare.self, in: domain, at: key)?.count
            ?? quota.pool(besides: 0, first: table.share ?? 0)
        if quota.give(to: &own, from: &pool) {
            return try await scope.put(BlockShare(pool), in: domain, at: key)
        }
        var richest: (number: Int64, left: Int)?
        let known = try await shares(of: table)
        for other in 0..<Int64(BlockQuota.shares) where other != number {
            let left = known[other]?.left ?? table.share ?? 0
            if left > richest?.left ?? 0 { richest = (other, left) }
        }
        guard let richest else { throw ServiceError(.blockCountExceedsLimit) }
        var other = try await share(richest.number, of: table)
        guard own.take(from: &other) else { throw .unavailable("a share of blocks went meanwhile") }
        try await scope.put(BlockShare(other), in: domain, at: StorageKey.blockShare(table.id, richest.number))
    }
    /// The shares there are; of the one that is taken from a change meanwhile is a conflict.
    private func shares(of table: BlockTable) async throws(ServiceError) -> [Int64: BlockCount] {
        let prefix = StorageKey.blockShares(table.id)
        let rows = try await scope.loose.list(
            BlockShare.self,
            in: domain,
            under: prefix,
            limit: BlockQuota.shares + 1
        )
        var shares: [Int64: BlockCount] = [:]
        for row in rows {
            var reader = KeyReader(row.key, after: prefix)
            if let number = reader.integer() { shares[number] = row.value.count }
        }
        return shares
    }
    /// Counts the blocks of a table that an earlier release began, which counted none: once.
    func adopt(_ table: inout BlockTable, _ quota: BlockQuota) async throws(ServiceError) {
        let waiting = try await scope.loose.countBlocks(table.id, in: domain, atMost: quota.limit)
        table.share = 0
        let pool = quota.pool(besides: waiting, first: 0)
        try await scope.put(BlockShare(pool), in: domain, at: StorageKey.blockPool(table.id))
    }
    /// Forgets how many blocks a table had.
    func endShares(of table: UUID) async throws(ServiceError) {
        let prefix = StorageKey.blockShares(table)
        let keys = KeyRange(from: prefix.children.from, to: prefix.afterChildren)
        // Who counts meanwhile reads the table's record, which is gone in this change or before it.
        for key in try await scope.loose.keys(in: domain, keys, limit: BlockQuota.shares + 1) {
            try await scope.remove(in: domain, at: key)
        }
    }
}

extension Scope {
    /// How many blocks a table has, up to a limit.
    fileprivate func countBlocks(_ table: UUID, in domain: Domain, atMost limit: Int) async throws(ServiceError) -> Int
    {
        let prefix = StorageKey.blocks(table)
        var range = KeyRange(from: prefix.children.from, to: prefix.afterChildren)
        var count = 0
        while count < limit {
            let page = try await keys(in: domain, range, limit: min(limit - count, 2000))
            count += page.count
            guard page.count == 2000, let last = page.last else { break }
            range.from = last.next
        }
        return count
    }
}
