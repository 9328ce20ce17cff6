// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// What the short rows of a page table lie under besides the account's key, as far as it takes to cut them.
enum PageSeal {
    case none
    case key(Secret)
    /// There is a key, but nobody brought it: what would be cut to size is kept whole, and looked at in part.
    case withheld

    init(_ key: Secret?) { self = key.map { .key($0) } ?? .none }
    var secret: Secret? { if case .key(let secret) = self { secret } else { nil } }
    var isWithheld: Bool { if case .withheld = self { true } else { false } }
}

/// Changes one page table within a commit.
struct PageStore {
    /// Rows cut in the change itself: up to four writes each, far from the 1,000 a commit may have.
    static let rowsAtOnce = 150

    private let data: AccountData
    private let id: UUID
    private let seal: PageSeal
    private(set) var table: PageTable
    private var scope: WriteScope { data.scope }
    private var domain: Domain { data.domain }

    /// The table of a blob; `seal` matters to what writes and clears.
    init(_ data: AccountData, _ id: UUID, under seal: PageSeal = .none) async throws(ServiceError) {
        self.data = data
        self.seal = seal
        self.id = id
        table = try await data.scope.pageTable(id, in: data.domain)
    }
    /// A new table, without pages.
    static func create(_ data: AccountData) async throws(ServiceError) -> UUID {
        let id = data.scope.entropy.uuid()
        try await data.scope.put(PageTable(), in: data.domain, at: StorageKey.pageTable(id))
        return id
    }
    private func save() async throws(ServiceError) {
        try await scope.put(table, in: domain, at: StorageKey.pageTable(id))
    }

    // MARK: Writing

    /// Writes what was received, at most 4 MiB, in the place of what was there.
    mutating func write(_ received: Received, at start: Int64) async throws(ServiceError) {
        try await clear(start..<start + received.content.length)
        if received.content.isInline {
            try await insert(try await scope.shortBytes(of: received, in: domain, under: seal.secret), at: start)
        } else {
            let content = try await scope.keep(received, in: domain)
            try await put(PageRow(content, length: content.length), at: start)
        }
    }
    /// Takes away what is there; the table may come to know of it before its rows do.
    mutating func clear(_ window: Range<Int64>) async throws(ServiceError) {
        let rows = try await scope.pageRows(id, table, in: domain, window, limit: Self.rowsAtOnce + 1)
        guard rows.count > Self.rowsAtOnce else {
            for row in rows { try await cut(row, under: window) }
            return
        }
        guard table.clears.count < PageTable.clearsMax else { throw ServiceError(.serverBusy) }
        table.now += 1
        table.clears.append(PageClear(window, at: table.now))
        try await save()
        _ = try await scope.start(
            PageClearing.self,
            PageClearing.state(
                account: data.id,
                table: id,
                at: table.now,
                from: window.lowerBound,
                isSealed: seal.secret != nil || seal.isWithheld
            ),
            caller: data.caller
        )
    }
    /// Another table's bytes, by reference.
    func share(_ row: PageRow, _ bytes: Range<Int64>, offset: Int64) async throws(ServiceError) {
        let content = try await scope.share(row.content, in: domain)
        try await put(
            PageRow(content, offset: offset, length: bytes.upperBound - bytes.lowerBound),
            at: bytes.lowerBound
        )
    }

    private func put(_ row: PageRow, at start: Int64) async throws(ServiceError) {
        try await scope.put(row, in: domain, at: StorageKey.page(id, start, table.now))
    }

    /// Short bytes join short neighbours that are no longer than they are, so that many small writes side by side end
    /// as few rows, and no byte is moved more often than its row doubles.
    private func insert(_ bytes: [UInt8], at start: Int64) async throws(ServiceError) {
        var (bytes, start) = (bytes, start)
        // Under a clearing a row may not be what it seems.
        while table.clears.isEmpty, let left = try await neighbour(before: start, of: bytes.count) {
            bytes = try await take(left) + bytes
            start = left.span.bytes.lowerBound
        }
        while table.clears.isEmpty, let right = try await neighbour(behind: start, of: bytes.count) {
            bytes += try await take(right)
        }
        let content = try await scope.keep(short: bytes, in: domain, under: seal.secret)
        try await put(PageRow(content, length: content.length), at: start)
    }
    private func neighbour(before start: Int64, of count: Int) async throws(ServiceError) -> PlacedRow? {
        let prefix = StorageKey.pages(id)
        let keys = KeyRange(from: prefix.children.from, to: prefix.appending(start))
        let row = try await scope.rows(prefix, in: domain, keys, limit: 1, reverse: true).first
        return row.flatMap { $0.span.bytes.upperBound == start && mayJoin($0, count) ? $0 : nil }
    }
    private func neighbour(behind start: Int64, of count: Int) async throws(ServiceError) -> PlacedRow? {
        let prefix = StorageKey.pages(id)
        let next = start + Int64(count)
        let keys = KeyRange(from: prefix.appending(next), to: prefix.appending(next + 1))
        let row = try await scope.rows(prefix, in: domain, keys, limit: 1).first
        return row.flatMap { mayJoin($0, count) ? $0 : nil }
    }
    private func mayJoin(_ row: PlacedRow, _ count: Int) -> Bool {
        row.span.born == table.now && row.row.content.isInline && row.row.length <= Int64(count)
            && row.row.length + Int64(count) <= Content.inlineMax
    }
    /// Takes a short row away and answers its bytes.
    private func take(_ row: PlacedRow) async throws(ServiceError) -> [UInt8] {
        let bytes = try await scope.shortBytes(row.row.content, in: domain, under: seal.secret)
        try await scope.discard(row.row.content, in: domain)
        try await scope.remove(in: domain, at: row.key)
        return Array(bytes[Int(row.row.offset)..<Int(row.row.offset + row.row.length)])
    }

    // MARK: Cutting

    /// Cuts a row where something came over it: `window` now, or a clearing before.
    func cut(_ placed: PlacedRow, under window: Range<Int64>?) async throws(ServiceError) {
        let parts = table.time.parts(of: placed.span, under: window)
        guard parts.map(\.fate) != [.stays] else { return }
        let left = parts.filter { $0.fate != .gone }
        if parts.first?.fate != .stays { try await scope.remove(in: domain, at: placed.key) }
        guard !left.isEmpty else { return try await scope.discard(placed.row.content, in: domain) }
        for (index, part) in left.enumerated() {
            let row = try await slice(placed, part, isFirst: index == 0)
            if case .past = part.fate {
                let key = StorageKey.pastPage(id, part.bytes.lowerBound, placed.span.born)
                try await scope.put(row, in: domain, at: key)
            } else {
                let key = StorageKey.page(id, part.bytes.lowerBound, placed.span.born)
                try await scope.put(row, in: domain, at: key)
            }
        }
    }
    /// The row of one part: the first keeps the content, others get a reference, or their share of short bytes.
    private func slice(_ placed: PlacedRow, _ part: PagePart, isFirst: Bool) async throws(ServiceError) -> PageRow {
        let offset = placed.row.offset + part.bytes.lowerBound - placed.span.bytes.lowerBound
        let length = part.bytes.upperBound - part.bytes.lowerBound
        var died: Int64?
        if case .past(let generation) = part.fate { died = generation }
        let content = placed.row.content
        if isFirst { return PageRow(content, offset: offset, length: length, died: died) }
        guard content.isInline, !seal.isWithheld else {
            let shared = try await scope.share(content, in: domain)
            return PageRow(shared, offset: offset, length: length, died: died)
        }
        let bytes = try await scope.shortBytes(content, in: domain, under: seal.secret)
        let part = Array(bytes[Int(offset)..<Int(offset + length)])
        let own = try await scope.keep(short: part, in: domain, under: seal.secret)
        return PageRow(own, length: length, died: died)
    }

    /// Takes the next rows of a clearing away; answers where to go on, and nil at its end.
    mutating func carryOut(_ clear: PageClear, from start: Int64) async throws(ServiceError) -> Int64? {
        let window = start..<clear.bytes.upperBound
        let rows = try await scope.pageRows(id, table, in: domain, window, limit: Self.rowsAtOnce)
        for row in rows where row.span.born < clear.at { try await cut(row, under: nil) }
        if rows.count == Self.rowsAtOnce, let last = rows.last { return last.span.bytes.lowerBound }
        table.clears.removeAll { $0 == clear }
        try await save()
        return nil
    }

    // MARK: Generations

    /// Another look at the table: at the generation given, or at what is there now, which ends its generation.
    ///
    /// Answers the generation it sees from now on.
    mutating func hold(_ generation: Int64?) async throws(ServiceError) -> Int64 {
        let seen = generation ?? table.now
        if generation == nil {
            table.now += 1
            table.kept = seen
        }
        table.references += 1
        let key = StorageKey.pageMark(id, seen)
        let mark = try await scope.get(PageMark.self, in: domain, at: key)
        try await scope.put(PageMark(count: (mark?.count ?? 0) + 1), in: domain, at: key)
        try await save()
        return seen
    }
    /// Ends a reference: the blob's own, or a look at a generation.
    mutating func release(_ generation: Int64?, atOnce: Bool) async throws(ServiceError) {
        table.references -= 1
        guard table.references > 0 else { return try await end(atOnce: atOnce) }
        if let generation { try await unmark(generation) }
        try await save()
    }
    private mutating func unmark(_ generation: Int64) async throws(ServiceError) {
        let key = StorageKey.pageMark(id, generation)
        let count = (try await scope.get(PageMark.self, in: domain, at: key)?.count ?? 1) - 1
        guard count == 0 else { return try await scope.put(PageMark(count: count), in: domain, at: key) }
        try await scope.remove(in: domain, at: key)
        let prefix = StorageKey.pageMarks(id)
        let last = try await scope.list(PageMark.self, in: domain, under: prefix, limit: 1, reverse: true).first
        table.kept = last.flatMap { item in
            var reader = KeyReader(item.key, after: prefix)
            return reader.integer()
        }
        let state = PageSweep.state(account: data.id, table: id, generation: generation)
        _ = try await scope.start(PageSweep.self, state, caller: data.caller)
    }
    private func end(atOnce: Bool) async throws(ServiceError) {
        try await save()
        let purge = PagePurge()
        if atOnce, try await purge.rows(data, id, limit: Self.rowsAtOnce + 1).count <= Self.rowsAtOnce {
            _ = try await purge.step(data, id)
        } else {
            _ = try await scope.start(PagePurge.self, PagePurge.state(account: data.id, table: id), caller: data.caller)
        }
    }
}
