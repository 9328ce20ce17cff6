// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

extension StorageProvider {
    /// List Blobs (`GET /{container}?restype=container&comp=list`).
    func listBlobs(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let query = try checked { () throws(StorageFault) in try ListQuery(blob.head.query, for: .blobs) }
        let container = try await blob.container(scope)
        var scan = BlobScan(query, container.root, tier: blob.place.tier, now: scope.now)
        try await scan.run(blob.domain, scope)
        let name = try blob.containerName
        let endpoint = endpoint(blob)
        return try blob.xml { () throws(StorageFault) in
            try BlobListing(
                endpoint: endpoint,
                container: name,
                query: query,
                lines: scan.lines,
                next: scan.next.map { ListMarker(.blobs, [$0]) }
            ).body()
        }
    }
}

/// One page of a listing: walks through blobs (and names that have only uncommitted blocks) in the order of their names,
/// and jumps over what a delimiter folds, so that the work is bounded by the page and not by the container.
private struct BlobScan {
    private let query: ListQuery
    private let prefix: String
    private let tier: String
    private let now: Timestamp
    private var blobs: NameCursor<Blob>
    private var tables: NameCursor<BlockTable>?
    private(set) var lines: [BlobListing.Line] = []
    /// The name the next page begins with.
    private(set) var next: String?
    private var bytes = 0

    /// Records read for one page; then the page ends where it is.
    private static let fetchedMax = 20_000
    /// Names and metadata of one page, in bytes.
    private static let bytesMax = 8 << 20

    init(_ query: ListQuery, _ directory: UUID, tier: String, now: Timestamp) {
        self.query = query
        self.tier = tier
        self.now = now
        prefix = query.prefix ?? ""
        let from = query.marker?.fields.first
        let batch = query.delimiter == nil ? query.pageSize + 1 : NameCursor<Blob>.batchMin
        blobs = NameCursor(StorageKey.blobs(directory), prefix: prefix, from: from, batch: batch)
        if query.include.contains(.uncommittedBlobs) {
            tables = NameCursor(StorageKey.tables(directory), prefix: prefix, from: from, batch: batch)
        }
    }

    mutating func run(_ domain: Domain, _ scope: ReadScope) async throws(ServiceError) {
        while true {
            let blob = try await blobs.peek(domain, scope)
            let table = try await tables?.peek(domain, scope)
            guard let name = Self.first(blob?.name, table?.name) else { return }
            let fetched = blobs.fetched + (tables?.fetched ?? 0)
            guard lines.count < query.pageSize, fetched <= Self.fetchedMax || lines.isEmpty, bytes < Self.bytesMax
            else {
                next = name
                return
            }
            bytes += name.utf8.count
            if let folded = fold(name) {
                lines.append(.prefix(folded))
                blobs.skip(folded)
                tables?.skip(folded)
                continue
            }
            if let blob, blob.name.utf8.elementsEqual(name.utf8) {
                try append(name, blob.value)
                blobs.pop()
            } else {
                try append(name, nil)
            }
            if let table, table.name.utf8.elementsEqual(name.utf8) { tables?.pop() }
        }
    }

    private static func first(_ a: String?, _ b: String?) -> String? {
        guard let a, let b else { return a ?? b }
        return b.utf8.lexicographicallyPrecedes(a.utf8) ? b : a
    }
    /// What the delimiter folds a name into; nil when it stands for itself.
    private func fold(_ name: String) -> String? {
        guard let delimiter = query.delimiter else { return nil }
        let rest = Array(name.utf8.dropFirst(prefix.utf8.count))
        guard let found = rest.firstRange(of: Array(delimiter.utf8)) else { return nil }
        return prefix + String(decoding: rest[..<found.upperBound], as: UTF8.self)
    }
    private mutating func append(_ text: String, _ blob: Blob?) throws(ServiceError) {
        let name = try checked { () throws(StorageFault) in try BlobName(text) }
        guard let blob else {
            lines.append(.blob(BlobEntry(name: name)))
            return
        }
        let entry = BlobEntry(name, blob, at: now, inferred: tier, query.include)
        for item in (entry.metadata?.items ?? []) + (entry.tags ?? []) {
            bytes += item.name.utf8.count + item.value.utf8.count
        }
        lines.append(.blob(entry))
    }
}

/// Walks through records by name, some at a time.
private struct NameCursor<Value: Stored> {
    private let base: Key
    private var range: KeyRange
    private var batch: Int
    private var buffer: [Item<Value>] = []
    private var index = 0
    private var isAtEnd = false
    /// Records read so far.
    private(set) var fetched = 0

    static var batchMin: Int { 16 }
    private static var batchMax: Int { 1000 }

    init(_ base: Key, prefix: String, from: String?, batch: Int) {
        self.base = base
        self.batch = min(batch, Self.batchMax)
        range = KeyRange(from: StorageKey.start(of: prefix, under: base), to: StorageKey.end(of: prefix, under: base))
        if let from { range.from = max(range.from, base.appending(from)) }
    }
    /// The record at the cursor; nil at the end.
    mutating func peek(_ domain: Domain, _ scope: ReadScope) async throws(ServiceError) -> (name: String, value: Value)?
    {
        if index == buffer.count {
            guard !isAtEnd, range.from < range.to else { return nil }
            buffer = try await scope.list(Value.self, in: domain, keys: range, limit: batch)
            index = 0
            fetched += buffer.count
            isAtEnd = buffer.count < batch
            guard let last = buffer.last else { return nil }
            range.from = last.key.next
            batch = min(batch * 2, Self.batchMax)
        }
        var reader = KeyReader(buffer[index].key, after: base)
        guard let name = reader.string() else { throw .unavailable("a record's key does not hold its name") }
        return (name, buffer[index].value)
    }
    /// Goes on behind the record at the cursor.
    mutating func pop() { index += 1 }
    /// Goes on behind all names that begin with `text`.
    mutating func skip(_ text: String) {
        let end = StorageKey.end(of: text, under: base)
        while index < buffer.count, buffer[index].key < end { index += 1 }
        guard index == buffer.count, range.from < end else { return }
        range.from = end
        batch = Self.batchMin
    }
}
