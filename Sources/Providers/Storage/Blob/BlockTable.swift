// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// The uncommitted blocks of one blob's name.
///
/// The blocks lie under the table's id, so that a commit ends all of them by removing this one record, and later blocks
/// begin a new table.
struct BlockTable: Stored {
    let id: UUID
    /// All ids of a blob have one length.
    let idBytes: Int
    /// About when the last block came: its row in the region's waiting list.
    var touched: Timestamp

    /// The hash of the key a customer provided for all of its blocks.
    var customerKeyHash: [UInt8]?
    /// The encryption scope of all of its blocks.
    var encryptionScope: String?
    /// What each share of its blocks may count from the beginning; nil where an earlier release began the table and counted
    /// none.
    var share: Int?

    static let format: UInt8 = 4
    init(
        id: UUID,
        idBytes: Int,
        touched: Timestamp,
        customerKeyHash: [UInt8]? = nil,
        encryptionScope: String? = nil,
        share: Int?
    ) {
        self.share = share
        self.customerKeyHash = customerKeyHash
        self.encryptionScope = encryptionScope
        self.id = id
        self.idBytes = idBytes
        self.touched = touched
    }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(id)
        writer.number(UInt64(idBytes))
        writer.time(touched)
        writer.optional(customerKeyHash)
        writer.optional(encryptionScope)
        writer.integer(Int64(share ?? -1))
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        id = try reader.uuid()
        idBytes = Int(try reader.number())
        touched = try reader.time()
        customerKeyHash = format > 1 ? try reader.optionalData() : nil
        encryptionScope = format > 2 ? try reader.optionalText() : nil
        let share = format > 3 ? Int(truncatingIfNeeded: try reader.integer()) : -1
        self.share = share < 0 ? nil : share
    }
}

/// An uncommitted block.
struct Block: Stored {
    let content: Content
    static let format: UInt8 = 1
    init(_ content: Content) { self.content = content }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.content(content)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        content = try reader.content()
    }
}

/// A table in the region's list of tables by age.
struct WaitingTable: Stored, Codable {
    var tenant: TenantID
    var account: UUID
    var container: UUID
    var name: String
}

extension Scope {
    /// Blocks of a table in the order of their ids, at most `limit`.
    func blocks(
        _ table: UUID,
        in domain: Domain,
        limit: Int
    ) async throws(ServiceError) -> [(id: BlockID, content: Content)] {
        let prefix = StorageKey.blocks(table)
        var blocks: [(id: BlockID, content: Content)] = []
        var after: Key?
        while blocks.count < limit {
            let wanted = min(limit - blocks.count, Self.blocksAtOnce)
            let page = try await list(Block.self, in: domain, under: prefix, after: after, limit: wanted)
            for item in page {
                var reader = KeyReader(item.key, after: prefix)
                guard let bytes = reader.bytes(), let id = BlockID(bytes.base64) else {
                    throw .unavailable("a block of table \(table) has no id")
                }
                blocks.append((id, item.value.content))
            }
            guard page.count == wanted, let last = page.last else { break }
            after = last.key
        }
        return blocks
    }
    private static var blocksAtOnce: Int { 2000 }
}

extension AccountData {
    /// How long blocks wait for their list (REST "Put Block": a week after the last one).
    static let waitMax = Duration.seconds(7 * 24 * 3600)
    /// A table's age is brought up to date once in this time, not with every block.
    static let touchedEvery = Duration.seconds(3600)

    func table(_ place: BlobPlace) async throws(ServiceError) -> BlockTable? {
        try await scope.get(BlockTable.self, in: domain, at: StorageKey.table(place))
    }
    /// The table for a block that came in, new or brought up to date.
    func table(
        _ place: BlobPlace,
        for block: BlockID,
        under seal: BlobSeal,
        _ quota: BlockQuota
    ) async throws(ServiceError) -> BlockTable {
        var table: BlockTable
        if let known = try await self.table(place) {
            guard known.idBytes == block.bytes.count else { throw ServiceError(.invalidBlobOrBlock) }
            try checked { () throws(StorageFault) in
                try CustomerKey.check(seal.customerKey, against: known.customerKeyHash)
                try ScopeChoice.check(seal.scope, against: known.encryptionScope)
            }
            let isStale = known.touched + Self.touchedEvery < scope.now
            guard isStale || known.share == nil else { return known }
            table = known
            if table.share == nil { try await adopt(&table, quota) }
            if isStale {
                try await scope.remove(in: .region, at: StorageKey.waiting(known.touched, known.id))
                table.touched = scope.now
            }
        } else {
            table = BlockTable(
                id: scope.entropy.uuid(),
                idBytes: block.bytes.count,
                touched: scope.now,
                customerKeyHash: seal.customerKey?.hash,
                encryptionScope: seal.scope,
                share: quota.first
            )
        }
        try await scope.put(table, in: domain, at: StorageKey.table(place))
        let waiting = WaitingTable(tenant: scope.tenant, account: id, container: place.directory, name: place.name.text)
        try await scope.put(waiting, in: .region, at: StorageKey.waiting(table.touched, table.id))
        return table
    }
    /// Ends the uncommitted blocks of a name, if there are any.
    ///
    /// `taken` are places, in the order of block ids, whose contents now belong to a list; `count` is how many blocks
    /// there are, when the caller knows.
    func end(
        table place: BlobPlace,
        taken: TakenPlaces? = nil,
        atOnce: Bool = true
    ) async throws(ServiceError) {
        guard let table = try await table(place) else { return }
        try await scope.remove(in: domain, at: StorageKey.table(place))
        try await end(blocksOf: table, taken: taken, atOnce: atOnce)
    }
    /// Ends the blocks of a table whose record is gone.
    func end(blocksOf table: BlockTable, taken: TakenPlaces?, atOnce: Bool) async throws(ServiceError) {
        try await scope.remove(in: .region, at: StorageKey.waiting(table.touched, table.id))
        let blocks = atOnce ? try await scope.blocks(table.id, in: domain, limit: Self.atOnceMax + 1) : []
        guard atOnce, blocks.count <= Self.atOnceMax else {
            if let taken { try await scope.put(taken, in: domain, at: StorageKey.taken(table.id)) }
            _ = try await scope.start(BlockPurge.self, BlockPurge.state(account: id, table: table.id), caller: caller)
            return
        }
        for (place, block) in blocks.enumerated() {
            try await scope.remove(in: domain, at: StorageKey.block(table.id, block.id))
            if taken?.contains(place) != true { try await scope.discard(block.content, in: domain) }
        }
        try await endShares(of: table.id)
    }
}

/// Removes the blocks of an ended table, and discards those that no list took.
struct BlockPurge: Saga {
    static let kind = "storage.blockPurge"
    static let frees = true
    /// Blocks in one step: up to three writes each.
    private static let blocksAtOnce = 250

    static func state(account: UUID, table: UUID) -> JSON {
        ["account": .string(account.lowercaseText), "table": .string(table.lowercaseText), "place": 0]
    }

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let table = state.uuid("table") else { return .done(result: nil) }
        let domain = Domain.account(account)
        let taken = try await scope.get(TakenPlaces.self, in: domain, at: StorageKey.taken(table))
        let blocks = try await scope.blocks(table, in: domain, limit: Self.blocksAtOnce)
        guard !blocks.isEmpty else {
            try await scope.remove(in: domain, at: StorageKey.taken(table))
            try await AccountData(account, scope, caller: .region(Self.kind)).endShares(of: table)
            return .done(result: nil)
        }
        let first = Int(state["place"]?.integer ?? 0)
        for (index, block) in blocks.enumerated() {
            try await scope.remove(in: domain, at: StorageKey.block(table, block.id))
            if taken?.contains(first + index) != true { try await scope.discard(block.content, in: domain) }
        }
        var next = state.object ?? [:]
        next["place"] = .integer(Int64(first + blocks.count))
        return .again(.object(next))
    }
}

/// Ends block tables nobody committed in time, in all tenants.
struct UncommittedBlocks: DueWork {
    let name = "blocks.expire"
    let namespace = StorageProvider.namespace

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        let before = Timestamp(microseconds: scope.now.microseconds - AccountData.waitMicroseconds)
        let range = KeyRange(
            from: key?.next ?? StorageKey.waiting.children.from,
            to: StorageKey.waiting.appending(before)
        )
        return try await scope.keys(in: .region, range, limit: limit)
    }
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let waiting = try await scope.get(WaitingTable.self, in: .region, at: key) else { return }
        try await scope.remove(in: .region, at: key)
        guard let name = try? BlobName(waiting.name) else { return }
        let data = AccountData(waiting.account, scope.of(waiting.tenant), caller: .region("storage.expiry"))
        try await data.end(table: BlobPlace(waiting.container, name), atOnce: false)
    }
}

extension AccountData {
    fileprivate static var waitMicroseconds: Int64 { waitMax.components.seconds * 1_000_000 }
}
