// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// The way from a container's root to a path of a hierarchical namespace.
struct PathWay {
    /// The directories below the root, from above.
    var parents: [Blob] = []
    /// The id of the last of them.
    var directory: UUID
    /// Names on the way where nothing is.
    var missing: [BlobName] = []
    /// A file whose time is over and that still lies at the first of them.
    var expired: Blob?
    /// Whether a file is on the way.
    var isBlocked = false
    /// The ids of all directories on the way.
    var ids: Set<UUID>
}

extension Scope {
    /// Walks to where a path of a container lies: one read for each directory.
    func way(to path: PathName, in container: Container, of domain: Domain) async throws(ServiceError) -> PathWay {
        var way = PathWay(directory: container.root, ids: [container.root])
        let parents = path.names.dropLast()
        for (index, name) in parents.enumerated() {
            let key = StorageKey.blob(BlobPlace(way.directory, name))
            let record = try await get(Blob.self, in: domain, at: key)
            let isOver = record?.hasExpired(at: now, under: container.retention) ?? false
            guard let record, !isOver else {
                way.missing = Array(parents[index...])
                way.expired = record
                return way
            }
            guard let id = record.directory else {
                way.isBlocked = true
                return way
            }
            way.parents.append(record)
            way.directory = id
            way.ids.insert(id)
        }
        return way
    }
    /// The root directory of a container: a record of its own once something was changed about it.
    func rootDirectory(of container: Container, in domain: Domain) async throws(ServiceError) -> Blob {
        let key = StorageKey.rootDirectory(container.root)
        if let known = try await get(Blob.self, in: domain, at: key) { return known }
        let nothing = Content(id: container.root.bytes, length: 0, extents: [])
        var root = Blob(
            etag: container.etag,
            created: container.modified,
            modified: container.modified,
            length: 0,
            body: .whole(nothing)
        )
        root.directory = container.root
        root.access = .root
        return root
    }
    /// Where a blob of any container lies; nil when there is no way to it.
    func place(
        of name: BlobName,
        in container: Container,
        of account: AccountPlace
    ) async throws(ServiceError) -> BlobPlace? {
        guard account.isHierarchical else { return BlobPlace(container.root, name) }
        let path = try checked { () throws(StorageFault) in try PathName(name) }
        guard let leaf = path.names.last else { return nil }
        let way = try await way(to: path, in: container, of: account.domain)
        return way.isBlocked || !way.missing.isEmpty ? nil : BlobPlace(way.directory, leaf)
    }
}

extension StorageKey {
    /// The record of a container's root directory.
    static func rootDirectory(_ root: UUID) -> Key { Key("root-directory", root) }
}

extension BlobCall {
    /// The place of a path, see `site`.
    func site(
        of path: PathName,
        in container: Container,
        _ scope: some Scope,
        makes: Bool
    ) async throws(ServiceError) -> BlobSite {
        guard let leaf = path.names.last else { throw ServiceError(.invalidURI) }
        var way = try await scope.way(to: path, in: container, of: domain)
        if way.isBlocked { throw ServiceError(makes ? .resourceTypeMismatch : .blobNotFound) }
        if !way.missing.isEmpty {
            guard makes else { throw ServiceError(.blobNotFound) }
            if let scope = scope as? WriteScope {
                try await make(&way, scope)
            } else {
                // Before the change nothing is there, nor will anything be found under an id that was never used.
                way.directory = scope.entropy.uuid()
            }
        }
        return BlobSite(container: container, place: BlobPlace(way.directory, leaf), way: way)
    }
    /// Makes the directories that are missing on the way.
    private func make(_ way: inout PathWay, _ scope: WriteScope) async throws(ServiceError) {
        let data = AccountData(place.id, scope, caller: call.caller)
        if let name = way.missing.first, let over = way.expired {
            try await BlobStates(self, BlobPlace(way.directory, name), scope).expire(over)
            way.expired = nil
        }
        for name in way.missing {
            var made = try await Blob.directory(scope, replacing: nil, in: domain)
            let parent = try await access(atEndOf: way, scope)
            made.access = access(ofNew: true, in: parent)
            try await data.put(made, at: BlobPlace(way.directory, name), was: nil)
            guard let id = made.directory else { continue }
            way.parents.append(made)
            way.directory = id
            way.ids.insert(id)
        }
        way.missing = []
    }
    /// The access to the directory a path lies in.
    func access(atEndOf way: PathWay, _ scope: some Scope) async throws(ServiceError) -> AccessControl {
        if let access = way.parents.last?.access { return access }
        return try await scope.rootDirectory(of: try await container(scope), in: domain).access ?? .root
    }
    /// Refuses to put a file where a directory is, and a directory where a file is.
    func refuseOtherKind(than old: Blob) throws(ServiceError) {
        guard (old.directory != nil) == makesDirectory else {
            throw ServiceError(.resourceTypeMismatch)
        }
    }
    /// Refuses what is done to contents where a directory is: it has none.
    func refuseDirectory(_ record: Blob) throws(ServiceError) {
        guard record.directory != nil, !Self.forDirectories.contains(StorageNeeds.plain(call.operation)) else { return }
        throw ServiceError(.resourceTypeMismatch)
    }
    private static let forDirectories: Set<String> = [
        "blob.get", "blob.getProperties", "blob.getMetadata", "blob.setMetadata", "blob.setProperties", "blob.delete",
        "blob.lease", "blob.getTags", "blob.setTags", "path.read", "path.getProperties", "path.getStatus",
        "path.getAccessControl", "path.checkAccess",
        "path.setProperties", "path.setAccessControl", "path.setAccessControlRecursive", "path.lease", "path.delete",
    ]
}

extension Blob {
    /// A new directory, or the same with other properties.
    static func directory(
        _ scope: WriteScope,
        replacing old: Blob?,
        in domain: Domain,
        headers: ContentHeaders = ContentHeaders(),
        metadata: Metadata = .none
    ) async throws(ServiceError) -> Blob {
        let nothing = try await scope.keep(short: [], in: domain)
        var new = Blob(
            scope,
            replacing: old,
            length: 0,
            body: .whole(nothing),
            headers: headers,
            metadata: metadata.withoutDirectoryMark
        )
        new.directory = old?.directory ?? scope.entropy.uuid()
        if let old { new.created = old.created }
        return new
    }
}

extension StorageProvider {
    /// Operations of the Blob surface that hierarchical namespaces do not have (learn.microsoft.com "Blob Storage feature
    /// support", "Known issues with Azure Data Lake Storage": page blobs, searches by tags, incremental copies).
    static func refuseFlat(_ operation: String, _ head: RequestHead) throws(StorageFault) {
        let name = StorageNeeds.plain(operation)
        if flatOnly.contains(name) { throw .notForHierarchicalNamespaces }
    }
    private static let flatOnly: Set<String> = [
        "blobService.findByTags", "container.findByTags", "blob.putPage",
        "blob.putPageFromURL", "blob.getPageRanges", "blob.incrementalCopy", "blob.setImmutability",
        "blob.deleteImmutability", "blob.setLegalHold",
    ]
}
