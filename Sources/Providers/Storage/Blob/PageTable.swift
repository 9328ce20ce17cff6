// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// The pages of a page blob and of its snapshots.
///
/// What was written lies in rows under the offset of their first byte, so that a write costs what it writes and what it
/// comes over, whatever the blob's length; where there is no row, the blob reads as zeros. A snapshot only ends a
/// generation: rows that it sees are moved aside when something comes over them. A change of more rows than a commit
/// takes is one clearing that is in force at once and carried out by a saga (docs/decisions/0016).
struct PageTable: Stored {
    /// Where a clearing is on the list, so many may wait.
    static let clearsMax = 16

    /// The generation of new writes; the first is 1.
    var now: Int64 = 1
    /// The youngest generation a snapshot looks at.
    var kept: Int64?
    /// How many records and copies in progress refer to the table.
    var references = 1
    /// Clearings that are not carried out to their end.
    var clears: [PageClear] = []

    var time: PageTime { PageTime(now: now, kept: kept, clears: clears) }

    static let format: UInt8 = 1
    init() {}
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.integer(now)
        writer.integer(kept ?? 0)
        writer.number(UInt64(references))
        writer.number(UInt64(clears.count))
        for clear in clears {
            writer.integer(clear.bytes.lowerBound)
            writer.integer(clear.bytes.upperBound - clear.bytes.lowerBound)
            writer.integer(clear.at)
        }
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        now = try reader.integer()
        let kept = try reader.integer()
        self.kept = kept == 0 ? nil : kept
        references = Int(truncatingIfNeeded: try reader.number())
        for _ in 0..<(try reader.count()) {
            let (start, length) = (try reader.integer(), try reader.integer())
            guard start >= 0, length > 0, length <= BlobLimits.pageBlobBytesMax, start <= BlobLimits.pageBlobBytesMax
            else { throw StoredFormatError("a clearing outside of all blobs") }
            clears.append(PageClear(start..<start + length, at: try reader.integer()))
        }
    }
}

/// Bytes of a page blob: a stretch of a content.
struct PageRow: Stored {
    let content: Content
    /// Where in the content they begin.
    let offset: Int64
    let length: Int64
    /// The first generation it is no longer there; nil while it is.
    let died: Int64?

    static let format: UInt8 = 1
    init(_ content: Content, offset: Int64 = 0, length: Int64, died: Int64? = nil) {
        self.content = content
        self.offset = offset
        self.length = length
        self.died = died
    }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.content(content)
        writer.integer(offset)
        writer.integer(length)
        writer.integer(died ?? 0)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        content = try reader.content()
        offset = try reader.integer()
        length = try reader.integer()
        let died = try reader.integer()
        self.died = died == 0 ? nil : died
        guard offset >= 0, length > 0, length <= content.length, offset <= content.length - length else {
            throw StoredFormatError("a page row outside of its content")
        }
    }
}

/// That a snapshot, or a copy in progress, looks at a generation of a table.
struct PageMark: Stored, Codable {
    var count: Int
}

extension StorageKey {
    static let pageTables = Key("page-table")
    static func pageTable(_ id: UUID) -> Key { pageTables.appending(id) }
    /// Rows that are there.
    static func pages(_ table: UUID) -> Key { Key("page", table) }
    static func page(_ table: UUID, _ start: Int64, _ born: Int64) -> Key { pages(table).appending(start, born) }
    /// Rows that only snapshots see.
    static func pastPages(_ table: UUID) -> Key { Key("page-past", table) }
    static func pastPage(_ table: UUID, _ start: Int64, _ born: Int64) -> Key {
        pastPages(table).appending(start, born)
    }
    static func pageMarks(_ table: UUID) -> Key { Key("page-mark", table) }
    static func pageMark(_ table: UUID, _ generation: Int64) -> Key { pageMarks(table).appending(generation) }
}

/// A row where it lies.
struct PlacedRow {
    let span: PageSpan
    let row: PageRow
    let key: Key

    init(_ item: Item<PageRow>, under prefix: Key) throws(ServiceError) {
        var reader = KeyReader(item.key, after: prefix)
        guard let start = reader.integer(), let born = reader.integer() else {
            throw .unavailable("a row of a page table has no place")
        }
        span = PageSpan(start..<start + item.value.length, born: born, died: item.value.died)
        row = item.value
        key = item.key
    }
}

extension Scope {
    /// The table a page blob's record names.
    func pageTable(_ id: UUID, in domain: Domain) async throws(ServiceError) -> PageTable {
        guard let table = try await get(PageTable.self, in: domain, at: StorageKey.pageTable(id)) else {
            throw .unavailable("page table \(id) is missing")
        }
        return table
    }
    /// Rows that are there and touch `window`, at most `limit`, in order.
    func pageRows(
        _ id: UUID,
        _ table: PageTable,
        in domain: Domain,
        _ window: Range<Int64>,
        limit: Int
    ) async throws(ServiceError) -> [PlacedRow] {
        let prefix = StorageKey.pages(id)
        let reaching: [PlacedRow]
        if table.clears.isEmpty {
            // Rows that are there do not overlap: only the last one that begins earlier can reach in.
            let keys = KeyRange(from: prefix.children.from, to: prefix.appending(window.lowerBound))
            reaching = try await rows(prefix, in: domain, keys, limit: 1, reverse: true).filter {
                $0.span.bytes.upperBound > window.lowerBound
            }
        } else {
            // A clearing left rows behind that others lie over.
            reaching = try await rowsReaching(prefix, in: domain, window.lowerBound)
        }
        guard reaching.count < limit else { return Array(reaching.prefix(limit)) }
        let keys = KeyRange(from: prefix.appending(window.lowerBound), to: prefix.appending(window.upperBound))
        return reaching + (try await rows(prefix, in: domain, keys, limit: limit - reaching.count))
    }
    /// Rows that begin before a place and reach over it.
    private func rowsReaching(
        _ prefix: Key,
        in domain: Domain,
        _ place: Int64
    ) async throws(ServiceError) -> [PlacedRow] {
        var reaching: [PlacedRow] = []
        var keys = KeyRange(from: prefix.appending(place - Self.rowBytesMax), to: prefix.appending(place))
        while true {
            let page = try await rows(prefix, in: domain, keys, limit: Self.rowsAtOnce)
            reaching += page.filter { $0.span.bytes.upperBound > place }
            guard page.count == Self.rowsAtOnce, let last = page.last else { return reaching }
            keys.from = last.key.next
        }
    }
    /// Rows from `start` on, as far as they could be read at once; all that touch the bytes up to the answer's end.
    ///
    /// `past` also asks for rows that only snapshots see.
    func pageWindow(
        _ id: UUID,
        _ table: PageTable,
        in domain: Domain,
        _ window: Range<Int64>,
        past: Bool
    ) async throws(ServiceError) -> (rows: [PlacedRow], end: Int64) {
        var end = window.upperBound
        var found = try await pageRows(id, table, in: domain, window, limit: Self.rowsAtOnce)
        if found.count == Self.rowsAtOnce, let last = found.last {
            // Where rows overlap, others may begin where the last one does.
            end = min(end, table.clears.isEmpty ? last.span.bytes.upperBound : last.span.bytes.lowerBound)
        }
        guard past else { return (found, end) }
        let prefix = StorageKey.pastPages(id)
        found += try await rowsReaching(prefix, in: domain, window.lowerBound)
        var keys = KeyRange(from: prefix.appending(window.lowerBound), to: prefix.appending(end))
        while keys.from < keys.to {
            let page = try await rows(prefix, in: domain, keys, limit: Self.rowsAtOnce)
            found += page
            guard page.count == Self.rowsAtOnce, let last = page.last else { break }
            keys.from = last.key.next
            if last.span.bytes.lowerBound > window.lowerBound {
                end = last.span.bytes.lowerBound
                break
            }
        }
        return (found, end)
    }
    /// How many rows are read at once.
    private static var rowsAtOnce: Int { 512 }
    /// Rows of a range of keys.
    func rows(
        _ prefix: Key,
        in domain: Domain,
        _ keys: KeyRange,
        limit: Int,
        reverse: Bool = false
    ) async throws(ServiceError) -> [PlacedRow] {
        var placed: [PlacedRow] = []
        for item in try await list(PageRow.self, in: domain, keys: keys, limit: limit, reverse: reverse) {
            placed.append(try PlacedRow(item, under: prefix))
        }
        return placed
    }
    /// No row is longer than the longest write.
    static var rowBytesMax: Int64 { BlobLimits.putPageBytesMax }
}
