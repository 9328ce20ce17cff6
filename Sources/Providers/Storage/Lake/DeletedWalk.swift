// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Walks through the paths soft delete keeps below a directory that is there: what a deleted directory held comes back with
/// it, and is not told apart.
struct DeletedWalk {
    /// What the walk came to.
    enum Step {
        case deleted(String, Blob)
        /// A directory that is there, whose own paths are not walked through.
        case directory(String)
        /// Where the next page goes on.
        case pause(ListMarker)
    }
    private struct Level {
        let prefix: String
        let directory: UUID
        var living: NameCursor<Blob>
        var past: NameCursor<Blob>
        var fetched: Int { living.fetched + past.fetched }

        init(_ directory: UUID, prefix: String, leaf: String = "", from: ListPosition? = nil) {
            self.prefix = prefix
            self.directory = directory
            let batch = NameCursor<Blob>.batchMin
            living = NameCursor(StorageKey.blobs(directory), prefix: leaf, from: from, batch: batch)
            past = NameCursor(StorageKey.past(directory), prefix: leaf, from: from, batch: batch, hasMoments: true)
        }
    }
    private let domain: Domain
    private let isRecursive: Bool
    private let leaf: String
    private var levels: [Level]
    /// Records read at levels that are done with.
    private var finished = 0

    /// Begins in a directory whose paths begin with `prefix`, at names that begin with `leaf`.
    init(_ directory: UUID, prefix: String, leaf: String, isRecursive: Bool, in domain: Domain) {
        self.domain = domain
        self.isRecursive = isRecursive
        self.leaf = leaf
        levels = [Level(directory, prefix: prefix, leaf: leaf)]
    }
    /// Goes to where a page ended, or to the first behind it.
    mutating func resume(_ marker: ListMarker, from directory: UUID, _ scope: ReadScope) async throws(ServiceError) {
        guard let at = ListPosition(marker), let prefix = levels.first?.prefix,
            at.name.utf8.starts(with: prefix.utf8)
        else { return }
        var (below, directory) = (prefix, directory)
        var names = PathName.pieces(String(decoding: at.name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))[...]
        levels = []
        while let name = names.popFirst() {
            let leaf = levels.isEmpty ? leaf : ""
            let from = ListPosition(name, names.isEmpty ? at.past : nil)
            var level = Level(directory, prefix: below, leaf: leaf, from: from)
            guard !names.isEmpty, let item = try await level.living.peek(domain, scope), item.position == from,
                let id = item.value.directory
            else {
                levels.append(level)
                return
            }
            level.living.pop()
            levels.append(level)
            below += name + "/"
            directory = id
        }
    }
    /// What comes next; nil at the end.
    mutating func next(limit: Int, _ scope: ReadScope) async throws(ServiceError) -> Step? {
        while let last = levels.indices.last {
            let living = try await levels[last].living.peek(domain, scope)
            let past = try await levels[last].past.peek(domain, scope)
            let prefix = levels[last].prefix
            guard let position = [living?.position, past?.position].compactMap(\.self).min() else {
                finished += levels[last].fetched
                levels.removeLast()
                continue
            }
            let path = prefix + position.name
            if limit == 0 || levels.reduce(finished, { $0 + $1.fetched }) > PathWalk.fetchedMax {
                return .pause(ListMarker(.blobs, ListPosition(path, position.past).fields))
            }
            if let past, past.position == position {
                levels[last].past.pop()
                guard past.value.past?.kind == .base, past.value.isDeleted else { continue }
                return .deleted(path, past.value)
            }
            levels[last].living.pop()
            guard let directory = living?.value.directory else { continue }
            guard isRecursive else { return .directory(path) }
            levels.append(Level(directory, prefix: path + "/"))
        }
        return nil
    }
}

/// `showonly` of a listing (REST "List Blobs"): what alone it shows of a hierarchical namespace.
enum ShownPaths: String {
    case deleted
    case files
    case directories

    /// What a request names.
    static func read(_ query: QueryItems) throws(StorageFault) -> Set<ShownPaths> {
        var shown: Set<ShownPaths> = []
        for word in query.values("showonly").flatMap({ $0.split(separator: ",") }) {
            guard let kind = ShownPaths(rawValue: word.lowercased()) else {
                throw .invalidQueryParameterValue("showonly", String(word))
            }
            shown.insert(kind)
        }
        return shown
    }
}

extension Set<ShownPaths> {
    /// Whether a path is of a kind that is shown.
    func admits(_ record: Blob) -> Bool {
        guard contains(.files) != contains(.directories) else { return true }
        return contains(.directories) == (record.directory != nil)
    }
}

extension StorageProvider {
    /// One page of what soft delete keeps (`showonly=deleted`); roles alone open it, as past states have no lists.
    func listDeleted(
        _ query: ListQuery,
        _ shown: Set<ShownPaths>,
        below directory: UUID,
        _ prefix: (folder: String, leaf: String),
        _ blob: BlobCall,
        _ scope: ReadScope
    ) async throws(ServiceError) -> (lines: [BlobListing.Line], next: ListMarker?) {
        guard !query.include.contains(.deleted) else {
            throw ServiceError(.invalidQueryParameterValue("include", "deleted", "showonly=deleted says it already."))
        }
        guard blob.listers.isEmpty else { throw .permissionMismatch(detail: "access lists open nothing deleted") }
        var walk = DeletedWalk(
            directory,
            prefix: prefix.folder,
            leaf: prefix.leaf,
            isRecursive: query.delimiter == nil,
            in: blob.domain
        )
        if let marker = query.marker { try await walk.resume(marker, from: directory, scope) }
        var lines: [BlobListing.Line] = []
        while let step = try await walk.next(limit: query.pageSize - lines.count, scope) {
            switch step {
            case .pause(let marker): return (lines, marker)
            case .directory(let path): lines.append(.prefix(path + "/"))
            case .deleted(let path, let record):
                guard shown.admits(record), let past = record.past else { continue }
                let name = try checked { () throws(StorageFault) in try BlobName(path) }
                var entry = BlobEntry(name, record, at: scope.now, inferred: blob.place.tier, query.include)
                entry.deletionID = String(past.moment.fileTime)
                lines.append(.blob(entry))
            }
        }
        return (lines, nil)
    }
}

extension Moment {
    private static let fileTimeOfEpoch: Int64 = 116_444_736_000_000_000
    /// Ticks of 100 ns since 1601, as Windows counts: a deleted path's id.
    var fileTime: Int64 { ticks + Self.fileTimeOfEpoch }
    init?(fileTime: Int64) {
        guard fileTime >= Self.fileTimeOfEpoch else { return nil }
        self.init(ticks: fileTime - Self.fileTimeOfEpoch)
    }
}
