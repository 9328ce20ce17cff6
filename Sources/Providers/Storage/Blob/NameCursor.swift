// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Kernel
import Store

/// Where a listing stands: at a name, and there at a past state or (without one) at what is current.
///
/// Past states of a name come by their time, what is current comes last.
struct ListPosition: Comparable {
    let name: String
    let past: Moment?

    static func < (a: ListPosition, b: ListPosition) -> Bool {
        if !a.name.utf8.elementsEqual(b.name.utf8) { return a.name.utf8.lexicographicallyPrecedes(b.name.utf8) }
        guard let past = a.past else { return false }
        return b.past.map { past < $0 } ?? true
    }
    static func == (a: ListPosition, b: ListPosition) -> Bool {
        a.past == b.past && a.name.utf8.elementsEqual(b.name.utf8)
    }

    init(_ name: String, _ past: Moment?) {
        self.name = name
        self.past = past
    }
    /// What a marker says.
    init?(_ marker: ListMarker?) {
        guard let fields = marker?.fields, let name = fields.first else { return nil }
        self.init(name, fields.dropFirst().first.flatMap { Int64($0) }.map { Moment(ticks: $0) })
    }
    /// The fields of a marker.
    var fields: [String] { [name] + (past.map { [String($0.ticks)] } ?? []) }
}

/// Walks through records by name, or by name and moment, some at a time.
struct NameCursor<Value: Stored> {
    private let base: Key
    private let hasMoments: Bool
    private var range: KeyRange
    private var batch: Int
    private var buffer: [Item<Value>] = []
    private var index = 0
    private var isAtEnd = false
    /// Records read so far.
    private(set) var fetched = 0

    static var batchMin: Int { 16 }
    /// Enough to make little of a search's beginning; what is read lies in memory until the client has taken it.
    private static var batchMax: Int { 128 }

    /// Begins at a position; `hasMoments` says that the keys below `base` hold a moment behind the name.
    init(_ base: Key, prefix: String, from: ListPosition?, batch: Int, hasMoments: Bool = false) {
        self.base = base
        self.hasMoments = hasMoments
        self.batch = min(batch, Self.batchMax)
        range = KeyRange(from: StorageKey.start(of: prefix, under: base), to: StorageKey.end(of: prefix, under: base))
        guard let from else { return }
        var first = base.appending(from.name)
        if hasMoments { first = from.past.map { first.appending($0.ticks) } ?? first.afterChildren }
        range.from = max(range.from, first)
    }
    /// The record at the cursor; nil at the end.
    mutating func peek(
        _ domain: Domain,
        _ scope: some Scope
    ) async throws(ServiceError) -> (position: ListPosition, value: Value)? {
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
        let moment = hasMoments ? reader.integer().map { Moment(ticks: $0) } : nil
        return (ListPosition(name, moment), buffer[index].value)
    }
    /// Goes on behind the record at the cursor.
    mutating func pop() { index += 1 }
    /// Goes on behind all names that begin with `text`.
    mutating func skip(_ text: String) { skip(to: StorageKey.end(of: text, under: base)) }
    /// Goes on behind one name.
    mutating func skip(name: String) { skip(to: base.appending(name).afterChildren) }
    private mutating func skip(to end: Key) {
        while index < buffer.count, buffer[index].key < end { index += 1 }
        guard index == buffer.count, range.from < end else { return }
        range.from = end
        batch = Self.batchMin
    }
}
