// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Create Container (`PUT /{container}?restype=container`).
    func createContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let (metadata, access) = try checked { () throws(StorageFault) in
            (try Metadata(blob.headers), try PublicAccess(blob.head))
        }
        let container = try await makeContainer(
            try blob.containerName,
            metadata,
            access,
            blob.place,
            scope
        )
        return blob.changed(201, container.etag, container.modified, encrypted: false)
    }
    /// A new container of an account, for both surfaces.
    func makeContainer(
        _ name: ContainerName,
        _ metadata: Metadata,
        _ publicAccess: PublicAccess?,
        _ place: AccountPlace,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Container {
        let key = StorageKey.container(name)
        guard try await scope.get(Container.self, in: place.domain, at: key) == nil else {
            throw ServiceError(.containerAlreadyExists)
        }
        if publicAccess != nil { try await checkPublicAccess(place, scope) }
        let container = Container(scope, metadata: metadata, publicAccess: publicAccess)
        try await scope.put(container, in: place.domain, at: key)
        return container
    }
    /// Containers may be made public only where the account says so.
    func checkPublicAccess(_ place: AccountPlace, _ scope: some Scope) async throws(ServiceError) {
        guard try await account(place, scope).allowsPublicAccess else { throw ServiceError(.publicAccessNotPermitted) }
    }

    /// Get Container Properties (`GET|HEAD /{container}?restype=container`); with `comp=metadata` Get Container Metadata.
    func getContainer(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        if let comp = blob.head.query["comp"], comp.lowercased() != "metadata", !comp.isEmpty {
            throw ServiceError(.invalidQueryParameterValue("comp", comp))
        }
        let container = try await blob.container(scope)
        try blob.admit(container, .look, for: nil)
        var reply = blob.changed(200, container.etag, container.modified, encrypted: false)
        for field in container.metadata.headers { reply.headers.append(field) }
        guard blob.head.query["comp"]?.isEmpty ?? true else { return reply }
        reply.set("x-ms-lease-status", container.lease.state(at: scope.now).status)
        reply.set("x-ms-lease-state", container.lease.state(at: scope.now).rawValue)
        reply.set("x-ms-lease-duration", container.lease?.duration(at: scope.now)?.rawValue)
        reply.set("x-ms-blob-public-access", container.publicAccess?.rawValue)
        reply.set("x-ms-has-immutability-policy", String(container.immutability != nil))
        reply.set("x-ms-has-legal-hold", String(!container.legalHolds.isEmpty))
        reply.set("x-ms-immutable-storage-with-versioning-enabled", String(container.hasVersionImmutability))
        reply.set("x-ms-default-encryption-scope", container.encryptionScope ?? ContainerEntry.accountScope)
        reply.set("x-ms-deny-encryption-scope-override", String(container.deniesScopeOverride))
        return reply
    }

    /// Set Container Metadata (`PUT /{container}?restype=container&comp=metadata`).
    func setContainerMetadata(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        var container = try await blob.container(scope)
        try blob.admit(container, .look, for: .write)
        container.metadata = try checked { () throws(StorageFault) in try Metadata(blob.headers) }
        container.touch(scope)
        try await scope.put(container, in: blob.domain, at: StorageKey.container(try blob.containerName))
        return blob.changed(200, container.etag, container.modified, encrypted: false)
    }

    /// Get Container ACL (`GET|HEAD /{container}?restype=container&comp=acl`).
    func getContainerACL(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let container = try await blob.container(scope)
        try blob.admit(container, .look, for: nil)
        var reply = try blob.xml { () throws(StorageFault) in try ContainerPolicies.body(container.policies) }
        reply.set("ETag", container.etag.quoted)
        reply.set("Last-Modified", container.modified.httpDate)
        reply.set("x-ms-blob-public-access", container.publicAccess?.rawValue)
        if call.request.method == .head, case .bytes(let body) = reply.content {
            reply.content = .length(Int64(body.count))
        }
        return reply
    }

    /// Set Container ACL (`PUT /{container}?restype=container&comp=acl`).
    func setContainerACL(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        var container = try await blob.container(scope)
        try blob.admit(container, .look, for: .write)
        (container.publicAccess, container.policies) = try checked { () throws(StorageFault) in
            (try PublicAccess(blob.head), try ContainerPolicies.parse(call.body))
        }
        if container.publicAccess != nil { try await checkPublicAccess(blob.place, scope) }
        container.touch(scope)
        try await scope.put(container, in: blob.domain, at: StorageKey.container(try blob.containerName))
        return blob.changed(200, container.etag, container.modified, encrypted: false)
    }

    /// Delete Container (`DELETE /{container}?restype=container`).
    func deleteContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let container = try await blob.container(scope)
        try blob.admit(container, .change, for: .write)
        try await removeContainer(try blob.containerName, container, blob.place, scope, caller: call.caller)
        return blob.reply(202)
    }
    /// Removes a container at once; its blobs are no longer reachable and are removed by a saga.
    func removeContainer(
        _ name: ContainerName,
        _ container: Container,
        _ place: AccountPlace,
        _ scope: WriteScope,
        caller: Caller
    ) async throws(ServiceError) {
        try await AccountData(place.id, scope, caller: caller).protect(container)
        try await scope.remove(in: place.domain, at: StorageKey.container(name))
        let state: JSON = [
            "account": .string(place.id.lowercaseText), "container": .string(container.id.lowercaseText),
        ]
        _ = try await scope.start(ContainerPurge.self, state, caller: caller)
    }

    /// List Containers (`GET /?comp=list`).
    func listContainers(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let query = try checked { () throws(StorageFault) in try ListQuery(blob.head.query, for: .containers) }
        let prefix = query.prefix ?? ""
        var range = KeyRange(
            from: StorageKey.start(of: prefix, under: StorageKey.containers),
            to: StorageKey.end(of: prefix, under: StorageKey.containers)
        )
        if let from = query.marker?.fields.first {
            range.from = max(range.from, StorageKey.containers.appending(from))
        }
        let found = try await containers(of: blob.place, range, limit: query.pageSize + 1, scope)
        let entries = found.prefix(query.pageSize).map { name, container in
            container.entry(name, at: scope.now, metadata: query.include.contains(.metadata))
        }
        let next = found.count > query.pageSize ? ListMarker(.containers, [found[query.pageSize].0.text]) : nil
        let endpoint = endpoint(blob)
        return try blob.xml { () throws(StorageFault) in
            try ContainerListing(endpoint: endpoint, query: query, containers: Array(entries), next: next).body()
        }
    }
    /// Containers in a range of keys, at most `limit`.
    func containers(
        of place: AccountPlace,
        _ range: KeyRange,
        limit: Int,
        _ scope: some Scope
    ) async throws(ServiceError) -> [(ContainerName, Container)] {
        var found: [(ContainerName, Container)] = []
        for item in try await scope.list(Container.self, in: place.domain, keys: range, limit: limit) {
            var reader = KeyReader(item.key, after: StorageKey.containers)
            guard let text = reader.string(), let name = try? ContainerName(text) else {
                throw .unavailable("a container's key does not hold its name")
            }
            found.append((name, item.value))
        }
        return found
    }
    /// The account's address as the client came by it, with its slash at the end.
    func endpoint(_ blob: BlobCall) -> String {
        let request = blob.call.request
        let host = request.port.map { "\(request.host):\($0)" } ?? request.host
        return hostAccount(request) == nil ? "https://\(host)/\(blob.target.account)/" : "https://\(host)/"
    }
}

/// Removes the blobs and uncommitted blocks of a container that is gone.
struct ContainerPurge: Saga {
    static let kind = "storage.containerPurge"

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let container = state.uuid("container") else {
            return .done(result: nil)
        }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        let more = try await data.purge(
            blobs: StorageKey.blobs(container),
            tables: StorageKey.tables(container)
        )
        guard !more else { return .again(state) }
        try await scope.remove(in: data.domain, at: StorageKey.containerPlace(container))
        try await scope.remove(in: data.domain, at: StorageKey.retention(container))
        return .done(result: nil)
    }
}

extension AccountData {
    /// Blobs or tables removed in one step: up to six writes each, and one for each of ten tags.
    private static let purgedAtOnce = 50

    /// Removes some of the blobs and tables under these keys; false when there were none.
    func purge(blobs: Key, tables: Key) async throws(ServiceError) -> Bool {
        let found = try await scope.list(Blob.self, in: domain, under: blobs, limit: Self.purgedAtOnce)
        for item in found {
            var reader = KeyReader(item.key, after: StorageKey.blobs)
            guard let owner = reader.uuid(), let name = reader.string().flatMap({ try? BlobName($0) }) else {
                throw .unavailable("a blob's key does not hold its place")
            }
            try await release(item.value.body, atOnce: false)
            try await purge(item.value, at: BlobPlace(owner, name))
        }
        guard found.count < Self.purgedAtOnce else { return true }
        let open = try await scope.list(
            BlockTable.self,
            in: domain,
            under: tables,
            limit: Self.purgedAtOnce - found.count
        )
        for item in open {
            var reader = KeyReader(item.key, after: StorageKey.tables)
            guard let owner = reader.uuid(), let name = reader.string().flatMap({ try? BlobName($0) }) else { continue }
            try await end(table: BlobPlace(owner, name), atOnce: false)
        }
        return !found.isEmpty || !open.isEmpty
    }
}
