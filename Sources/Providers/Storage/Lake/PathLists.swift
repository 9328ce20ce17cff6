// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Path - List (`GET /{filesystem}?resource=filesystem&recursive=…`).
    func listPaths(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let query = try checked { () throws(StorageFault) in try PathQuery(blob.head.query, for: .paths) }
        _ = try blob.flag("upn")
        let container = try await blob.container(scope)
        var (directory, prefix) = (container.root, "")
        if let name = query.directory, !name.isRoot {
            let site = try await blob.site(of: name, in: container, scope, makes: false)
            let key = StorageKey.blob(site.place)
            guard let record = try await scope.get(Blob.self, in: blob.domain, at: key) else {
                throw ServiceError(.blobNotFound)
            }
            guard let id = record.directory else { throw ServiceError(.resourceTypeMismatch) }
            (directory, prefix) = (id, name.text + "/")
        }
        var walk = PathWalk(
            directory,
            prefix: prefix,
            isRecursive: query.isRecursive,
            size: query.pageSize,
            under: container.retention,
            in: blob.domain
        )
        walk.askers = blob.listers
        if let path = query.marker?.fields.first ?? query.begin.map({ prefix + $0 }) {
            try await walk.resume(at: path, from: directory, scope)
        }
        if walk.isRefused { throw .permissionMismatch(detail: "a directory below may not be listed") }
        var found: [JSON] = []
        while let (path, record) = try await walk.peek(scope) {
            guard found.count < query.pageSize, !walk.isFull else {
                return page(blob, "paths", found, ListMarker(.paths, [path]))
            }
            found.append(Self.line(path, record))
            walk.pop(path, record)
            if walk.isRefused { throw .permissionMismatch(detail: "a directory below may not be listed") }
        }
        return page(blob, "paths", found, nil)
    }
    /// An entry as the service writes it: texts throughout.
    private static func line(_ path: String, _ record: Blob) -> JSON {
        var line: [String: JSON] = [
            "name": .string(path), "etag": .string(record.etag.text),
            "lastModified": .string(record.modified.httpDate), "contentLength": .string(String(record.length)),
            "creationTime": .string(String(record.created.fileTime)),
        ]
        if record.directory != nil { line["isDirectory"] = "true" }
        if let expiry = record.expiry { line["expiryTime"] = .string(String(expiry.fileTime)) }
        if let scope = record.encryptionScope { line["EncryptionScope"] = .string(scope) }
        if let context = record.encryptionContext { line["EncryptionContext"] = .string(context) }
        if let access = record.access {
            line["owner"] = .string(access.owner)
            line["group"] = .string(access.group)
            line["permissions"] = .string(access.permissions)
        }
        return .object(line)
    }

    /// List Blobs in a container with a hierarchical namespace.
    ///
    /// With a delimiter directories are prefixes, without one they are blobs of their own; names come directory by
    /// directory.
    func listHierarchy(
        _ query: ListQuery,
        _ container: Container,
        _ blob: BlobCall,
        _ scope: ReadScope
    ) async throws(ServiceError) -> (lines: [BlobListing.Line], next: ListMarker?) {
        if let delimiter = query.delimiter, delimiter != "/" {
            throw ServiceError(.invalidQueryParameterValue("delimiter", delimiter, "Only '/' separates names here."))
        }
        let shown = try checked { () throws(StorageFault) in try ShownPaths.read(blob.head.query) }
        let prefix = query.prefix ?? ""
        let cut = prefix.utf8.lastIndex(of: 47).map { prefix.utf8.index(after: $0) } ?? prefix.startIndex
        let (folder, leaf) = (String(prefix[..<cut]), String(prefix[cut...]))
        let directory = try await directory(folder, container, blob, scope)
        if shown.contains(.deleted) {
            guard let directory else { return ([], nil) }
            return try await listDeleted(query, shown, below: directory, (folder, leaf), blob, scope)
        }
        try checkInclusion(query.include, blob)
        guard let directory else { return ([], nil) }
        var walk = PathWalk(
            directory,
            prefix: folder,
            leaf: leaf,
            isRecursive: query.delimiter == nil,
            size: query.pageSize,
            withSnapshots: query.include.contains(.snapshots),
            under: container.retention,
            in: blob.domain
        )
        walk.askers = blob.listers
        // A file's snapshots come before it.
        let start = query.start.map { ListPosition(PathPosition($0).text, Moment(ticks: 0)) }
        let starts = [ListPosition(query.marker), start].compactMap(\.self)
        if let first = starts.max(by: { PathPosition($0.name) < PathPosition($1.name) }) {
            try await walk.begin(at: first.name, first.past, from: directory, scope)
        }
        if walk.isRefused { throw .permissionMismatch(detail: "a directory below may not be listed") }
        let end = query.end.map(PathPosition.init)
        var lines: [BlobListing.Line] = []
        while let (path, record) = try await walk.peek(scope) {
            if let end, PathPosition(path) >= end { return (lines, nil) }
            guard lines.count < query.pageSize, !walk.isFull else {
                return (lines, ListMarker(.blobs, ListPosition(path, record.past?.moment).fields))
            }
            if !shown.admits(record) {
                // Not of the kind that is asked for.
            } else if record.directory != nil, query.delimiter != nil {
                lines.append(.prefix(path + "/"))
            } else {
                let name = try checked { () throws(StorageFault) in try BlobName(path) }
                lines.append(
                    .blob(BlobEntry(name, record, at: scope.now, inferred: blob.place.tier, query.include))
                )
            }
            walk.pop(path, record)
            if walk.isRefused { throw .permissionMismatch(detail: "a directory below may not be listed") }
        }
        return (lines, nil)
    }
    private func checkInclusion(_ include: Set<ListQuery.Inclusion>, _ blob: BlobCall) throws(ServiceError) {
        for kept in [ListQuery.Inclusion.versions, .deleted, .deletedWithVersions] where include.contains(kept) {
            throw ServiceError(.notImplemented("listing with include=\(kept.rawValue) in a hierarchical namespace."))
        }
        guard !include.contains(.snapshots) || blob.listers.isEmpty else {
            throw .permissionMismatch(detail: "access lists open no snapshots")
        }
    }
    private func directory(
        _ folder: String,
        _ container: Container,
        _ blob: BlobCall,
        _ scope: ReadScope
    ) async throws(ServiceError) -> UUID? {
        guard !folder.isEmpty else { return container.root }
        let name = try checked { () throws(StorageFault) in try BlobName(folder) }
        let path = try checked { () throws(StorageFault) in try PathName(name) }
        guard !path.isRoot else { return nil }
        guard let place = try await scope.place(of: name, in: container, of: blob.place) else { return nil }
        return try await scope.get(Blob.self, in: blob.domain, at: StorageKey.blob(place))?.directory
    }
}

extension Timestamp {
    /// Ticks of 100 ns since 1601, as Windows counts.
    var fileTime: Int64 { Moment(self).fileTime }
}
