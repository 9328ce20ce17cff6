// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Kernel
import Store

/// Walks through the paths below a directory, each directory before what it holds; snapshots, where they are asked for,
/// before the file they are of.
struct PathWalk {
    private struct Level {
        /// What the paths of this directory begin with.
        let prefix: String
        let directory: UUID
        var cursor: NameCursor<Blob>
        var past: NameCursor<Blob>?
        var fetched: Int { cursor.fetched + (past?.fetched ?? 0) }

        init(
            _ directory: UUID,
            prefix: String,
            leaf: String = "",
            from: ListPosition? = nil,
            batch: Int = NameCursor<Blob>.batchMin,
            withSnapshots: Bool
        ) {
            self.prefix = prefix
            self.directory = directory
            cursor = NameCursor(StorageKey.blobs(directory), prefix: leaf, from: from, batch: batch)
            guard withSnapshots else { return }
            past = NameCursor(StorageKey.past(directory), prefix: leaf, from: from, batch: batch, hasMoments: true)
        }
    }
    private let domain: Domain
    private let isRecursive: Bool
    private let withSnapshots: Bool
    /// What the names of the first directory begin with.
    private let leaf: String
    private var levels: [Level]
    /// What is in force for the container.
    private let retention: Retention
    /// Those whose lists must let into every directory below the first.
    var askers: [AccessAsker] = []
    /// Whether a directory was passed by that they may not list.
    private(set) var isRefused = false
    /// Records read at levels that are done with.
    private var finished = 0
    /// Records read so far.
    var fetched: Int { finished + levels.reduce(0) { $0 + $1.fetched } }
    /// Whether as much was read as one page may read: it ends where it is.
    var isFull: Bool { fetched > Self.fetchedMax }
    /// Records read for one page.
    static let fetchedMax = 20_000

    /// Begins in a directory whose paths begin with `prefix`, at names that begin with `leaf`.
    init(
        _ directory: UUID,
        prefix: String,
        leaf: String = "",
        isRecursive: Bool,
        size: Int,
        withSnapshots: Bool = false,
        under retention: Retention,
        in domain: Domain
    ) {
        self.domain = domain
        self.retention = retention
        self.isRecursive = isRecursive
        self.withSnapshots = withSnapshots
        self.leaf = leaf
        levels = [Level(directory, prefix: prefix, leaf: leaf, batch: size + 1, withSnapshots: withSnapshots)]
    }
    /// Goes to any path, or to the first behind it, as the walk goes; `past` is a snapshot of it.
    mutating func begin(
        at path: String,
        _ past: Moment? = nil,
        from directory: UUID,
        _ scope: some Scope
    ) async throws(ServiceError) {
        guard let prefix = levels.first?.prefix else { return }
        let (wanted, first) = (PathPosition(path), PathPosition(prefix))
        if path.utf8.starts(with: prefix.utf8), wanted > first {
            try await resume(at: wanted.text, past, from: directory, scope)
        } else if wanted > first {
            levels = []
        }
    }
    /// Goes to a path that came up before, or to the first behind it.
    mutating func resume(
        at path: String,
        _ past: Moment? = nil,
        from directory: UUID,
        _ scope: some Scope
    ) async throws(ServiceError) {
        guard let prefix = levels.first?.prefix, path.utf8.starts(with: prefix.utf8) else { return }
        var directory = directory
        var below = prefix
        let rest = String(decoding: path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        var names = PathName.pieces(rest)[...]
        levels = []
        while let name = names.popFirst() {
            let from = ListPosition(name, names.isEmpty ? past : nil)
            var level = Level(
                directory,
                prefix: below,
                leaf: levels.isEmpty ? leaf : "",
                from: from,
                withSnapshots: withSnapshots
            )
            // A marker is no right to what it names.
            guard !names.isEmpty, let item = try await level.cursor.peek(domain, scope), item.position == from,
                let id = item.value.directory, mayEnter(item.value)
            else {
                levels.append(level)
                return
            }
            level.cursor.pop()
            levels.append(level)
            below += name + "/"
            directory = id
        }
    }
    /// The path at hand; nil at the end.
    ///
    /// What is not there any more is passed by, for as long as a page may read; behind that the page has to end at what is
    /// at hand, whatever it is.
    mutating func peek(_ scope: some Scope) async throws(ServiceError) -> (path: String, record: Blob)? {
        while let last = levels.indices.last {
            if let old = try await levels[last].past?.peek(domain, scope),
                try await levels[last].cursor.peek(domain, scope).map({ old.position < $0.position }) ?? true
            {
                guard isFull || old.value.past?.kind == .snapshot && !old.value.isDeleted else {
                    levels[last].past?.pop()
                    continue
                }
                return (levels[last].prefix + old.position.name, old.value)
            }
            if let item = try await levels[last].cursor.peek(domain, scope) {
                guard isFull || !item.value.hasExpired(at: scope.now, under: retention) else {
                    levels[last].cursor.pop()
                    continue
                }
                return (levels[last].prefix + item.position.name, item.value)
            }
            finished += levels[last].fetched
            levels.removeLast()
        }
        return nil
    }
    /// Goes on behind the path that `peek` answered.
    mutating func pop(_ path: String, _ record: Blob) {
        guard let last = levels.indices.last else { return }
        guard record.past == nil else {
            levels[last].past?.pop()
            return
        }
        levels[last].cursor.pop()
        guard isRecursive, let directory = record.directory, mayEnter(record) else { return }
        levels.append(Level(directory, prefix: path + "/", withSnapshots: withSnapshots))
    }
    private mutating func mayEnter(_ directory: Blob) -> Bool {
        guard !directory.lets([.read, .execute], askers) else { return true }
        isRefused = true
        return false
    }
    /// Where the path lies that `peek` answered.
    func place(of path: String) throws(ServiceError) -> BlobPlace? {
        guard let last = levels.last else { return nil }
        let leaf = String(decoding: path.utf8.dropFirst(last.prefix.utf8.count), as: UTF8.self)
        return BlobPlace(last.directory, try checked { () throws(StorageFault) in try BlobName(leaf) })
    }
}
