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
            try containerEncryption(blob),
            blob.place,
            scope
        )
        return blob.changed(201, container.etag, container.modified, encrypted: false)
    }
    /// What a request says of the scopes of a new container's blobs; a signature's scope must be the only one, if there is one.
    func containerEncryption(_ blob: BlobCall) throws(ServiceError) -> ScopeChoice.Home {
        try checked { () throws(StorageFault) in
            let encryption = try ScopeChoice.Home(blob.head)
            if let signed = blob.call.caller.signature?.grant.encryptionScope, encryption.isFixed,
                signed != encryption.shown
            {
                throw .forbiddenByContainerEncryption
            }
            return encryption
        }
    }
    /// A new container of an account, for both surfaces.
    func makeContainer(
        _ name: ContainerName,
        _ metadata: Metadata,
        _ publicAccess: PublicAccess?,
        _ encryption: ScopeChoice.Home,
        _ place: AccountPlace,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Container {
        let key = StorageKey.container(name)
        guard try await scope.get(Container.self, in: place.domain, at: key) == nil else {
            throw ServiceError(.containerAlreadyExists)
        }
        if publicAccess != nil { try await checkPublicAccess(place, scope) }
        try name.refuseMaking()
        if let standard = encryption.standard {
            _ = try await scope.secret(ofEncryptionScope: standard, in: place.domain)
        }
        var container = Container(scope, metadata: metadata, publicAccess: publicAccess)
        container.encryption = encryption
        try await scope.put(container, in: place.domain, at: key)
        try await scope.keepPlace(of: container, name, in: place.domain)
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
        reply.set("x-ms-default-encryption-scope", container.encryption.shown)
        reply.set("x-ms-deny-encryption-scope-override", String(container.deniesScopeOverride))
        return reply
    }

    /// Set Container Metadata (`PUT /{container}?restype=container&comp=metadata`).
    func setContainerMetadata(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let metadata = try checked { () throws(StorageFault) in try Metadata(blob.headers) }
        return try await setMetadata(metadata, blob, scope)
    }
    /// A container's metadata, replaced for both surfaces.
    func setMetadata(
        _ metadata: Metadata,
        _ blob: BlobCall,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        var container = try await blob.container(scope)
        try blob.admit(container, .look, for: .write)
        container.metadata = metadata
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
    /// List Containers (`GET /?comp=list`).
    func listContainers(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let query = try checked { () throws(StorageFault) in try ListQuery(blob.head.query, for: .containers) }
        let (found, next) = try await page(of: query, blob.domain, scope)
        let entries = found.map { name, container in
            container.entry(name, at: scope.now, metadata: query.include.contains(.metadata))
        }
        let endpoint = endpoint(blob)
        return try blob.xml { () throws(StorageFault) in
            try ContainerListing(endpoint: endpoint, query: query, containers: entries, next: next).body()
        }
    }
    /// One page of containers, with those soft delete keeps if they are asked for: these come first, by their time.
    func page(
        of query: ListQuery,
        _ domain: Domain,
        _ scope: ReadScope
    ) async throws(ServiceError) -> ([(ContainerName, Container)], ListMarker?) {
        let (prefix, from) = (query.prefix ?? "", ListPosition(query.marker))
        let batch = query.pageSize + 1
        var current = NameCursor<Container>(StorageKey.containers, prefix: prefix, from: from, batch: batch)
        var deleted: NameCursor<Container>?
        if query.include.contains(.deleted) {
            let base = StorageKey.deletedContainers
            deleted = NameCursor(base, prefix: prefix, from: from, batch: batch, hasMoments: true)
        }
        var found: [(ContainerName, Container)] = []
        while true {
            let here = try await current.peek(domain, scope)
            let gone = try await deleted?.peek(domain, scope)
            guard let position = [here?.position, gone?.position].compactMap(\.self).min() else { return (found, nil) }
            guard found.count < query.pageSize else { return (found, ListMarker(.containers, position.fields)) }
            let name = try checked { () throws(StorageFault) in try ContainerName(position.name) }
            let isShown = !name.isHidden || query.include.contains(.system)
            if let gone, gone.position == position {
                if isShown { found.append((name, gone.value)) }
                deleted?.pop()
            } else if let here {
                if isShown { found.append((name, here.value)) }
                current.pop()
            }
        }
    }
    /// The account's address as the client came by it, with its slash at the end.
    func endpoint(_ blob: BlobCall) -> String {
        let request = blob.call.request
        let host = request.port.map { "\(request.host):\($0)" } ?? request.host
        return hostAccount(request) == nil ? "https://\(host)/\(blob.target.account)/" : "https://\(host)/"
    }
}
