// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Kernel
import Store

/// Walks through the paths below a directory, each directory before what it holds.
struct PathWalk {
    private struct Level {
        /// What the paths of this directory begin with.
        let prefix: String
        let directory: UUID
        var cursor: NameCursor<Blob>
    }
    private let domain: Domain
    private let isRecursive: Bool
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
    var fetched: Int { finished + levels.reduce(0) { $0 + $1.cursor.fetched } }
    /// Records read for one page; then the page ends where it is.
    static let fetchedMax = 20_000

    /// Begins in a directory whose paths begin with `prefix`, at names that begin with `leaf`.
    init(
        _ directory: UUID,
        prefix: String,
        leaf: String = "",
        isRecursive: Bool,
        size: Int,
        under retention: Retention,
        in domain: Domain
    ) {
        self.domain = domain
        self.retention = retention
        self.isRecursive = isRecursive
        self.leaf = leaf
        let cursor = NameCursor<Blob>(StorageKey.blobs(directory), prefix: leaf, from: nil, batch: size + 1)
        levels = [Level(prefix: prefix, directory: directory, cursor: cursor)]
    }
    /// Goes to any path, or to the first behind it, as the walk goes.
    mutating func begin(at path: String, from directory: UUID, _ scope: some Scope) async throws(ServiceError) {
        guard let prefix = levels.first?.prefix else { return }
        let (wanted, first) = (PathPosition(path), PathPosition(prefix))
        if path.utf8.starts(with: prefix.utf8), wanted > first {
            try await resume(at: wanted.text, from: directory, scope)
        } else if wanted > first {
            levels = []
        }
    }
    /// Goes to a path that came up before, or to the first behind it.
    mutating func resume(at path: String, from directory: UUID, _ scope: some Scope) async throws(ServiceError) {
        guard let prefix = levels.first?.prefix, path.utf8.starts(with: prefix.utf8) else { return }
        var directory = directory
        var below = prefix
        let rest = String(decoding: path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        var names = PathName.pieces(rest)[...]
        levels = []
        while let name = names.popFirst() {
            let from = ListPosition(name, nil)
            let batch = NameCursor<Blob>.batchMin
            var cursor = NameCursor<Blob>(
                StorageKey.blobs(directory),
                prefix: levels.isEmpty ? leaf : "",
                from: from,
                batch: batch
            )
            guard !names.isEmpty else {
                levels.append(Level(prefix: below, directory: directory, cursor: cursor))
                return
            }
            guard let item = try await cursor.peek(domain, scope), item.position == from,
                let id = item.value.directory
            else {
                levels.append(Level(prefix: below, directory: directory, cursor: cursor))
                return
            }
            // A marker is no right to what it names.
            guard mayEnter(item.value) else {
                levels.append(Level(prefix: below, directory: directory, cursor: cursor))
                return
            }
            cursor.pop()
            levels.append(Level(prefix: below, directory: directory, cursor: cursor))
            below += name + "/"
            directory = id
        }
    }
    /// The path at hand; nil at the end.
    mutating func peek(_ scope: some Scope) async throws(ServiceError) -> (path: String, record: Blob)? {
        while let last = levels.indices.last {
            if let item = try await levels[last].cursor.peek(domain, scope) {
                guard !item.value.hasExpired(at: scope.now, under: retention) else {
                    levels[last].cursor.pop()
                    continue
                }
                return (levels[last].prefix + item.position.name, item.value)
            }
            finished += levels[last].cursor.fetched
            levels.removeLast()
        }
        return nil
    }
    /// Goes on behind the path that `peek` answered.
    mutating func pop(_ path: String, _ record: Blob) {
        guard let last = levels.indices.last else { return }
        levels[last].cursor.pop()
        guard isRecursive, let directory = record.directory, mayEnter(record) else { return }
        let cursor = NameCursor<Blob>(
            StorageKey.blobs(directory),
            prefix: "",
            from: nil,
            batch: NameCursor<Blob>.batchMin
        )
        levels.append(Level(prefix: path + "/", directory: directory, cursor: cursor))
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
