// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Kernel
import Store

/// The next paths of a container with a hierarchical namespace, each directory before what it holds: a walk that is
/// resumed behind any path, passes by what does not open, and holds one page.
struct TreeWalk {
    private let container: Container
    private let domain: Domain
    private let limit: Int
    /// The last state that was dealt with; nil at the beginning.
    private let last: AccountWalk.Last?
    private var after: String? { last?.name }
    /// Whether the snapshots of a file come behind it.
    private let withSnapshots: Bool
    /// Paths of one directory read at a time: those behind a directory are read again after it.
    private static let batch = 64

    init(
        _ container: Container,
        after last: AccountWalk.Last?,
        withSnapshots: Bool,
        limit: Int,
        in domain: Domain
    ) {
        self.container = container
        self.last = last
        self.withSnapshots = withSnapshots
        self.limit = limit
        self.domain = domain
    }

    /// At most `limit` paths that begin with one of some prefixes, none of which is within another; fewer only at the end.
    func page(_ prefixes: [String], _ scope: some Scope) async throws(ServiceError) -> [BlobSpot] {
        let first = after.flatMap { after in prefixes.firstIndex { after.utf8.starts(with: $0.utf8) } }
        var spots: [BlobSpot] = []
        for (index, prefix) in prefixes.enumerated() where index >= first ?? 0 && spots.count < limit {
            guard var part = try await beginning(of: prefix, scope) else { continue }
            if index == first, let after {
                let rest = String(decoding: after.utf8.dropFirst(part.path.utf8.count), as: UTF8.self)
                part.rest = PathName.pieces(rest)[...]
            }
            try await visit(part, into: &spots, scope)
        }
        return spots
    }

    /// A directory that is gone over, from a place in it on.
    private struct Part {
        let directory: UUID
        /// What the paths in it begin with.
        let path: String
        /// What names in it begin with.
        var leaf = ""
        /// The names, from here, of the last path that was dealt with.
        var rest: ArraySlice<String> = []
    }

    /// The directory a prefix leads into; nil where there is none, or no path begins so.
    private func beginning(of prefix: String, _ scope: some Scope) async throws(ServiceError) -> Part? {
        var parents = PathName.pieces(prefix)
        let leaf = prefix.utf8.last == 47 ? "" : parents.popLast() ?? ""
        guard prefix.utf8.elementsEqual((parents.map { $0 + "/" }.joined() + leaf).utf8) else { return nil }
        var (directory, home) = (container.root, "")
        for name in parents {
            guard let known = try? BlobName(name),
                let id = try await record(at: BlobPlace(directory, known), scope)?.directory
            else { return nil }
            directory = id
            home += name + "/"
        }
        return Part(directory: directory, path: home, leaf: leaf)
    }
    /// What lies somewhere; nil where nothing does, or what does not open.
    private func record(at place: BlobPlace, _ scope: some Scope) async throws(ServiceError) -> Blob? {
        let key = StorageKey.blob(place)
        return try await scope.readable(Blob.self, KeyRange(from: key, to: key.next), in: domain, limit: 1).first?.1
    }

    private func visit(_ part: Part, into spots: inout [BlobSpot], _ scope: some Scope) async throws(ServiceError) {
        let base = StorageKey.blobs(part.directory)
        var range = KeyRange(
            from: StorageKey.start(of: part.leaf, under: base),
            to: StorageKey.end(of: part.leaf, under: base)
        )
        if let name = part.rest.first {
            range.from = max(range.from, base.appending(name).next)
            // What was dealt with last lies in here, or is this directory.
            let leaf = try? BlobName(name)
            if part.rest.count == 1, let leaf {
                let place = BlobPlace(part.directory, leaf)
                try await addSnapshots(of: place, part.path + name, after: last?.ticks, to: &spots, scope)
            }
            if let leaf, let id = try await record(at: BlobPlace(part.directory, leaf), scope)?.directory {
                let below = Part(directory: id, path: part.path + name + "/", rest: part.rest.dropFirst())
                try await visit(below, into: &spots, scope)
            }
        }
        while spots.count < limit, range.from < range.to {
            let size = min(Self.batch, limit - spots.count)
            let rows = try await scope.readable(Blob.self, range, in: domain, limit: size)
            for (key, state) in rows where spots.count < limit {
                var reader = KeyReader(key, after: base)
                guard let name = reader.string(), let leaf = try? BlobName(name) else {
                    throw .unavailable("a path's key does not hold its name")
                }
                let path = part.path + name
                let place = BlobPlace(part.directory, leaf)
                spots.append(BlobSpot(place: place, path: path, ticks: nil, state: state))
                if state?.snapshots ?? 0 > 0 { try await addSnapshots(of: place, path, to: &spots, scope) }
                guard let id = state?.directory else { continue }
                try await visit(Part(directory: id, path: path + "/"), into: &spots, scope)
            }
            guard rows.count == size, let last = rows.last else { return }
            range.from = last.0.next
        }
    }
    /// The past states of a place behind one of them, as far as the page goes.
    private func addSnapshots(
        of place: BlobPlace,
        _ path: String,
        after ticks: Int64? = nil,
        to spots: inout [BlobSpot],
        _ scope: some Scope
    ) async throws(ServiceError) {
        guard withSnapshots, spots.count < limit else { return }
        let base = StorageKey.past(place)
        let range = KeyRange(from: ticks.map { base.appending($0).next } ?? base.children.from, to: base.afterChildren)
        for (key, state) in try await scope.readable(Blob.self, range, in: domain, limit: limit - spots.count) {
            var reader = KeyReader(key, after: base)
            spots.append(BlobSpot(place: place, path: path, ticks: reader.integer(), state: state))
        }
    }
}
