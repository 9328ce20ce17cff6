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
        let listing = BlobListing(endpoint: endpoint(blob), container: try blob.containerName, query: query)
        var source = BlobPage.Source.scan(BlobScan(query, container.root, tier: blob.place.tier, now: scope.now))
        if blob.place.isHierarchical {
            // Whole, for an access list below may refuse it.
            let (lines, next) = try await listHierarchy(query, container, blob, scope)
            source = .lines(lines[...], next: next)
        }
        let page = BlobPage(listing, source, blob.domain, scope)
        return blob.reply(200, ["Content-Type": "application/xml"], content: try await page.content())
    }
}

/// A page of List Blobs that is read and written while the client takes it: however long it is, a portion is in memory.
private actor BlobPage {
    enum Source {
        case scan(BlobScan)
        case lines(ArraySlice<BlobListing.Line>, next: ListMarker?)
    }
    private var listing: BlobListing
    private var source: Source
    private let domain: Domain
    private let scope: ReadScope
    private var isAtEnd = false
    /// Bytes that leave together.
    private static let portion = 64 << 10

    init(_ listing: BlobListing, _ source: Source, _ domain: Domain, _ scope: ReadScope) {
        self.listing = listing
        self.source = source
        self.domain = domain
        self.scope = scope
    }
    /// The body: bytes where they are few, else what brings them portion by portion.
    func content() async throws(ServiceError) -> Reply.Content {
        guard let first = try await next() else { return .bytes([]) }
        if isAtEnd { return .bytes(first) }
        let rest = Reply.Stream { () async throws(ServiceError) in try await self.next() }
        return .stream(rest.beginning(with: first))
    }
    private func next() async throws(ServiceError) -> [UInt8]? {
        if isAtEnd { return nil }
        while listing.count < Self.portion {
            await scope.giveWay()
            let (lines, next) = try await lines()
            for line in lines { listing.add(line) }
            guard lines.isEmpty else { continue }
            isAtEnd = true
            return try checked { () throws(StorageFault) in try listing.end(next: next) }
        }
        return try checked { () throws(StorageFault) in try listing.take() }
    }
    /// Some lines, or none and what the next page begins with.
    private func lines() async throws(ServiceError) -> (some: ArraySlice<BlobListing.Line>, next: ListMarker?) {
        switch source {
        case .scan(var scan):
            let lines = try await scan.some(domain, scope)
            source = .scan(scan)
            return (lines[...], scan.next.map { ListMarker(.blobs, $0.fields) })
        case .lines(let lines, let next):
            source = .lines(lines.dropFirst(BlobScan.linesAtOnce), next: next)
            return (lines.prefix(BlobScan.linesAtOnce), next)
        }
    }
}

/// One page of a listing: walks through blobs, past states and names that have only uncommitted blocks, in the order of
/// their names, and jumps over what a delimiter folds, so that the work is bounded by the page and not by the container.
private struct BlobScan {
    private let query: ListQuery
    private let prefix: String
    private let tier: String
    private let now: Timestamp
    private var blobs: NameCursor<Blob>
    private var past: NameCursor<Blob>?
    private var tables: NameCursor<BlockTable>?
    /// Lines met and not yet handed out, and how many there were before them.
    private var lines: [BlobListing.Line] = []
    private var given = 0
    /// What the next page begins with, once this one is at its end.
    private(set) var next: ListPosition?
    private var bytes = 0
    /// The last name that was shown for its versions alone.
    private var orphan: String?
    private let directory: UUID

    /// Records read for one page; then the page ends where it is, even if it is empty.
    private static let fetchedMax = 20_000
    /// Names and metadata of one page, in bytes.
    private static let bytesMax = 8 << 20
    /// Lines handed out together: some tenth of a millisecond.
    static let linesAtOnce = 16

    init(_ query: ListQuery, _ directory: UUID, tier: String, now: Timestamp) {
        self.query = query
        self.tier = tier
        self.now = now
        self.directory = directory
        prefix = query.prefix ?? ""
        // A name's past states come before what is current.
        let start = query.start.map { ListPosition($0, Moment(ticks: 0)) }
        let from = [ListPosition(query.marker), start].compactMap(\.self).max()
        let batch = query.delimiter == nil ? query.pageSize + 1 : NameCursor<Blob>.batchMin
        blobs = NameCursor(StorageKey.blobs(directory), prefix: prefix, from: from, batch: batch)
        if query.include.contains(.uncommittedBlobs) {
            tables = NameCursor(StorageKey.tables(directory), prefix: prefix, from: from, batch: batch)
        }
        if !query.include.isDisjoint(with: [.snapshots, .versions, .deleted, .deletedWithVersions]) {
            let base = StorageKey.past(directory)
            past = NameCursor(base, prefix: prefix, from: from, batch: batch, hasMoments: true)
        }
    }

    /// The page's next lines; none at its end.
    mutating func some(_ domain: Domain, _ scope: ReadScope) async throws(ServiceError) -> [BlobListing.Line] {
        try await run(domain, scope)
        defer {
            given += lines.count
            lines.removeAll(keepingCapacity: true)
        }
        return lines
    }
    private mutating func run(_ domain: Domain, _ scope: ReadScope) async throws(ServiceError) {
        while lines.count < Self.linesAtOnce {
            let blob = try await blobs.peek(domain, scope)
            let old = try await past?.peek(domain, scope)
            let table = try await tables?.peek(domain, scope)
            guard let position = [blob?.position, old?.position, table?.position].compactMap(\.self).min() else {
                return
            }
            if let end = query.end, !position.name.utf8.lexicographicallyPrecedes(end.utf8) { return }
            let fetched = blobs.fetched + (past?.fetched ?? 0) + (tables?.fetched ?? 0)
            guard given + lines.count < query.pageSize, fetched <= Self.fetchedMax, bytes < Self.bytesMax else {
                next = position
                return
            }
            let isCurrent = blob?.position.name.utf8.elementsEqual(position.name.utf8) == true
            if let old, old.position == position {
                try await meet(old.value, position.name, isCurrent: isCurrent, domain, scope)
                continue
            }
            guard try !foldAway(position.name) else { continue }
            if let blob, blob.position == position {
                try append(position.name, blob.value)
                blobs.pop()
            } else {
                try append(position.name, nil)
            }
            if let table, table.position == position { tables?.pop() }
        }
    }

    /// A past state at the cursor.
    private mutating func meet(
        _ state: Blob,
        _ name: String,
        isCurrent: Bool,
        _ domain: Domain,
        _ scope: ReadScope
    ) async throws(ServiceError) {
        let showsOrphans = query.include.contains(.deletedWithVersions) && !query.include.contains(.versions)
        if showsOrphans, !isCurrent, orphan?.utf8.elementsEqual(name.utf8) != true {
            orphan = name
            if let version = try await newestVersion(of: name, domain, scope), try !foldAway(name) {
                try append(name, version, hasVersionsOnly: true)
            }
        }
        guard !query.include.isDisjoint(with: [.snapshots, .versions, .deleted]) else {
            past?.skip(name: name)
            return
        }
        guard shows(state) else {
            past?.pop()
            return
        }
        guard try !foldAway(name) else { return }
        try append(name, state, isShadowed: isCurrent)
        past?.pop()
    }
    /// Among the last states of a name: what deletes leave with versioning is a version.
    private func newestVersion(
        of name: String,
        _ domain: Domain,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Blob? {
        let prefix = StorageKey.past(directory).appending(name)
        let last = try await scope.list(Blob.self, in: domain, under: prefix, limit: 16, reverse: true)
        return last.map(\.value).first { $0.past?.kind == .version && !$0.isDeleted }
    }
    /// Whether the listing asks for a past state.
    private func shows(_ state: Blob) -> Bool {
        guard let past = state.past else { return false }
        let wanted: ListQuery.Inclusion? =
            switch past.kind {
            case .snapshot: .snapshots
            case .version: .versions
            case .base: nil
            }
        return wanted.map(query.include.contains) ?? true && (past.deleted == nil || query.include.contains(.deleted))
    }
    /// Whether a name was folded into what it shares with others up to the delimiter.
    private mutating func foldAway(_ name: String) throws(ServiceError) -> Bool {
        guard let folded = fold(name) else { return false }
        bytes += folded.utf8.count
        lines.append(.prefix(folded))
        blobs.skip(folded)
        past?.skip(folded)
        tables?.skip(folded)
        return true
    }
    /// What the delimiter folds a name into; nil when it stands for itself.
    private func fold(_ name: String) -> String? {
        guard let delimiter = query.delimiter else { return nil }
        let rest = Array(name.utf8.dropFirst(prefix.utf8.count))
        guard let found = rest.firstRange(of: Array(delimiter.utf8)) else { return nil }
        return prefix + String(decoding: rest[..<found.upperBound], as: UTF8.self)
    }
    private mutating func append(
        _ text: String,
        _ blob: Blob?,
        isShadowed: Bool = false,
        hasVersionsOnly: Bool = false
    ) throws(ServiceError) {
        let name = try checked { () throws(StorageFault) in try BlobName(text) }
        bytes += text.utf8.count
        guard let blob else {
            lines.append(.blob(BlobEntry(name: name)))
            return
        }
        var entry = BlobEntry(name, blob, at: now, inferred: tier, query.include)
        // Behind a blob that came later, a deleted one can only be had as a snapshot.
        if isShadowed, let past = blob.past, past.kind == .base { entry.snapshot = past.moment.text }
        entry.hasVersionsOnly = hasVersionsOnly
        for item in (entry.metadata?.items ?? []) + (entry.tags ?? []) {
            bytes += item.name.utf8.count + item.value.utf8.count
        }
        lines.append(.blob(entry))
    }
}
