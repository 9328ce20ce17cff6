// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

extension StorageProvider {
    /// Query Entities (`GET /table()`).
    func queryEntities(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        return try await entities(in: try table.tableName, table, scope)
    }
    /// The answer to a query of a table's entities: one page.
    func entities(
        in name: TableName,
        _ table: TableCall,
        _ scope: some Scope
    ) async throws(ServiceError) -> Reply {
        try table.refuseOptions(["$filter", "$select", "$top"])
        let level = try table.level
        let query = try checked { () throws(StorageFault) in try EntityQuery(table.head.query) }
        let record = try await table.table(name, scope)
        let prefix = TableKey.entities(record.id)
        var plan = TablePlan(query.filter, under: prefix, window: table.call.caller.window(of: record)).ranges
        if let from = query.from {
            let start = TablePlan.window(from: from, to: nil, under: prefix).from
            plan = plan.filter { start < $0.to }.map { KeyRange(from: max($0.from, start), to: $0.to) }
        }
        var page = EntityPage(query, table.wire(record, level, query.selected), record.id)
        try await page.fill(plan, table.domain, scope)
        var reply = table.json(200, level, page.finished)
        if let next = page.next {
            reply.set("x-ms-continuation-NextPartitionKey", ContinuationToken.text(next.partition))
            reply.set("x-ms-continuation-NextRowKey", ContinuationToken.text(next.row))
        }
        return reply
    }
}

/// One page of a query: walks through the ranges of its plan and writes what fits, bounded by what it shows, by what it
/// looks at and by the length of its body.
private struct EntityPage {
    private let query: EntityQuery
    private let wire: EntityWire
    private let table: UUID
    private var body: [UInt8]
    private var shown = 0
    private var scanned = 0
    /// The first entity the next page looks at.
    private(set) var next: EntityKey?

    /// Entities read at once: few at first, more as they turn out small.
    private static let batchFirst = 32
    private static let batchMax = 1000
    /// What one batch may weigh, in bytes.
    private static let batchBytes = 2 << 20

    init(_ query: EntityQuery, _ wire: EntityWire, _ table: UUID) {
        self.query = query
        self.wire = wire
        self.table = table
        body = wire.listStart
    }
    var finished: [UInt8] { body + EntityWire.listEnd }

    mutating func fill(_ ranges: [KeyRange], _ domain: Domain, _ scope: some Scope) async throws(ServiceError) {
        var batch = Self.batchFirst
        for range in ranges {
            var rest = range
            while rest.from < rest.to {
                let limit = query.filter == nil ? min(batch, query.limit - shown + 1) : batch
                let found = try await scope.list(TableEntity.self, in: domain, keys: rest, limit: limit)
                for item in found {
                    guard try take(item) else { return }
                }
                guard found.count == limit, let last = found.last else { break }
                rest.from = last.key.next
                batch = Self.next(batch, found)
            }
        }
    }
    /// Looks at one entity; false when the page ends before it.
    private mutating func take(_ item: Item<TableEntity>) throws(ServiceError) -> Bool {
        let key = try TableKey.keys(item.key, of: table)
        guard shown < query.limit, scanned < EntityQuery.scannedMax, body.count < EntityQuery.bodyBytesMax else {
            next = key
            return false
        }
        scanned += 1
        let named = NamedEntity(key: key, entity: item.value)
        if query.filter?.matches(named.value) ?? true {
            wire.append(named, to: &body)
            shown += 1
        }
        return true
    }
    private static func next(_ batch: Int, _ found: [Item<TableEntity>]) -> Int {
        let bytes = found.reduce(0) { sum, item in
            item.value.properties.reduce(sum + 64) { $0 + 8 + $1.value.size }
        }
        return max(1, min(batch * 4, batchMax, batchBytes * found.count / max(1, bytes)))
    }
}
