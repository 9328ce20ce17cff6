// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// What the doorkeeper read of a request.
struct OpenedRequest: Sendable {
    let head: RequestHead
    let target: StorageTarget
    let place: AccountPlace
    /// Access lists that let in whom no role did; all of them must go on to.
    var appeals: [ListAppeal] = []
    /// A moment of the queues' lanes before any change this request makes began.
    var tick = 0
}

/// One call on the blob surface, read: what it names and where that lies.
struct BlobCall {
    let call: Call
    let head: RequestHead
    let target: BlobTarget
    let version: ServiceVersion
    let place: AccountPlace
    let now: Timestamp
    var domain: Domain { place.domain }
    var headers: HTTPFields { head.headers }

    /// The container the path names; the route sees to it that there is one.
    var containerName: ContainerName {
        get throws(ServiceError) {
            guard let name = target.container else { throw ServiceError(.invalidURI) }
            return name
        }
    }
    /// The blob the path names.
    var blobName: BlobName {
        get throws(ServiceError) {
            guard let name = target.blob else { throw ServiceError(.invalidURI) }
            return name
        }
    }

    /// The container, or 404.
    func container(_ scope: some Scope) async throws(ServiceError) -> Container {
        let name = try containerName
        guard let container = try await scope.get(Container.self, in: domain, at: StorageKey.container(name)) else {
            throw ServiceError(.containerNotFound)
        }
        return container
    }
    /// The container and the place in it that the call names: the only way from a path to a place.
    ///
    /// With a hierarchical namespace the directories on the way must be there, unless the call `makes` what it names: then
    /// a change makes them.
    func site(_ scope: some Scope, makes: Bool = false) async throws(ServiceError) -> BlobSite {
        let container = try await container(scope)
        guard place.isHierarchical else {
            return BlobSite(container: container, place: BlobPlace(container.root, try blobName))
        }
        let path = try checked { () throws(StorageFault) in try PathName(target.blob) }
        if makes { try refuseSlash() }
        return try await site(of: path, in: container, scope, makes: makes)
    }
    /// What the call names: the current state of its place, or the snapshot or version it asks for; nil when there is
    /// none.
    func blob(_ site: BlobSite, _ scope: some Scope) async throws(ServiceError) -> Blob? {
        let state = try await scope.state(of: site.place, target, in: domain)
        if namesDirectory, !makesDirectory, state?.directory == nil { return nil }
        guard let state, state.hasExpired(at: now, under: site.container.retention) else { return state }
        // What is put in its place must find nothing there.
        if let scope = scope as? WriteScope {
            try await BlobStates(self, site.place, scope).expire(state)
        }
        return nil
    }
    /// What the call names, or 404.
    func existingBlob(_ scope: some Scope) async throws(ServiceError) -> (BlobSite, Blob) {
        let site = try await site(scope)
        guard let blob = try await blob(site, scope) else { throw ServiceError(.blobNotFound) }
        try refuseDirectory(blob)
        return (site, blob)
    }
    /// The snapshot or version the call asks for; nil when it means the current blob.
    var pastMoment: Moment? {
        get throws(ServiceError) { try checked { () throws(StorageFault) in try target.moment } }
    }
    /// Refuses to change a snapshot or a version.
    func refusePast() throws(ServiceError) {
        guard try pastMoment != nil else { return }
        let name = target.isSnapshot ? "snapshot" : "versionid"
        throw ServiceError(
            .invalidQueryParameterValue(name, target.snapshot ?? target.version ?? "", "Only the current blob changes.")
        )
    }
    /// Refuses to change what is there to a signature that may only create.
    func refuseOverwrite(_ old: Blob?) throws(ServiceError) {
        if old != nil, let holder = call.caller.signature, !holder.mayOverwrite(self) {
            throw ServiceError(.unauthorizedBlobOverwrite)
        }
    }
    /// Checks the conditional headers.
    func check(_ current: Conditions.Current?, for purpose: Conditions.Purpose) throws(ServiceError) {
        let conditions = try conditions
        try checked { () throws(StorageFault) in try conditions.check(current, for: purpose) }
    }
    var conditions: Conditions {
        get throws(ServiceError) { try checked { () throws(StorageFault) in try Conditions(head.headers) } }
    }

    /// An answer of the blob service.
    ///
    /// `fields` without a value are left out.
    func reply(_ status: Int, _ fields: KeyValuePairs<String, String?> = [:], content: Reply.Content = .none) -> Reply {
        var reply = Reply(status, content: content)
        for case (let name, let value?) in fields { reply.add(name, value) }
        reply.headers.append(HTTPField(name: StorageHeader.version, value: version.text))
        return reply
    }
    /// An XML answer.
    func xml(_ body: () throws(StorageFault) -> [UInt8]) throws(ServiceError) -> Reply {
        reply(200, ["Content-Type": "application/xml"], content: .bytes(try checked(body)))
    }
    /// The answer to a change of a blob.
    func changed(_ status: Int, _ blob: Blob, encrypted: Bool = true) -> Reply {
        var reply = changed(status, blob.etag, blob.modified, encrypted: encrypted)
        reply.set("x-ms-version-id", blob.version?.text)
        reply.set("x-ms-encryption-scope", blob.encryptionScope)
        reply.set("x-ms-encryption-key-sha256", blob.customerKeyHash?.base64)
        return reply
    }
    /// The answer to a change of something with this tag.
    func changed(_ status: Int, _ etag: EntityTag, _ modified: Timestamp, encrypted: Bool = true) -> Reply {
        reply(
            status,
            [
                "ETag": etag.quoted, "Last-Modified": modified.httpDate,
                "x-ms-request-server-encrypted": encrypted ? "true" : nil,
            ]
        )
    }
}

extension Scope {
    /// What a target means at a place: its current state, or the snapshot or version asked for; nil when there is none.
    ///
    /// What soft delete keeps is never there.
    func state(of place: BlobPlace, _ target: BlobTarget, in domain: Domain) async throws(ServiceError) -> Blob? {
        guard let moment = try checked({ () throws(StorageFault) in try target.moment }) else {
            return try await get(Blob.self, in: domain, at: StorageKey.blob(place))
        }
        if let past = try await get(Blob.self, in: domain, at: StorageKey.past(place, moment)) {
            let isMeant = past.past?.kind == (target.isSnapshot ? .snapshot : .version)
            return isMeant && !past.isDeleted ? past : nil
        }
        guard !target.isSnapshot else { return nil }
        let current = try await get(Blob.self, in: domain, at: StorageKey.blob(place))
        return current?.version == moment ? current : nil
    }
}

extension RequestHead {
    init(_ request: Request) throws(StorageFault) {
        self = try RequestHead(
            method: request.method,
            path: request.path,
            query: request.query.raw,
            headers: request.headers
        )
    }
}

extension StorageProvider {
    /// Reads a call of the blob surface, beginning with what the doorkeeper read.
    func open(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> BlobCall {
        guard let opened = call.opened as? OpenedRequest, let target = opened.target.blob else {
            throw .unavailable("\(call.operation) came past the doorkeeper")
        }
        let version = try checked { () throws(StorageFault) in
            if opened.place.isHierarchical { try Self.refuseFlat(call.operation, opened.head) }
            try Self.refuseForeignKeys(opened.head, call.operation)
            return try ServiceVersion(head: opened.head)
        }
        // The region writes it, everybody else may read.
        if target.container == .changeFeed, !Self.onlyLooks(call) { throw ServiceError(.systemContainer) }
        // A reader looks at the version the doorkeeper saw; a change must notice an account that went meanwhile.
        if !(scope is ReadScope) {
            let place = try await place(opened.target.account, scope)
            guard place?.id == opened.place.id else { throw ServiceError(.resourceNotFound) }
            try await confirm(opened, target, call, scope)
        }
        return BlobCall(
            call: call,
            head: opened.head,
            target: target,
            version: version,
            place: opened.place,
            now: scope.now
        )
    }
    /// Reads a call that carries no `comp`: an unknown one must not be taken for a plain read or write.
    func openPlain(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> BlobCall {
        let blob = try await open(call, scope)
        if let comp = blob.head.query["comp"], !comp.isEmpty {
            throw ServiceError(.invalidQueryParameterValue("comp", comp))
        }
        return blob
    }
    /// Where an account lies; nil when there is none of that name.
    func place(_ name: AccountName, _ scope: some Scope) async throws(ServiceError) -> AccountPlace? {
        try await scope.get(AccountPlace.self, in: .region, at: StorageKey.place(name))
    }
    /// The account a host name stands for; nil for path style.
    func hostAccount(_ request: Request) -> AccountName? {
        guard let destination = hostPlan.destination(of: request.host) else { return nil }
        return destination.label.flatMap { AccountName($0) }
    }

    private static func onlyLooks(_ call: Call) -> Bool {
        [.get, .head].contains(call.request.method) || StorageNeeds.plain(call.operation) == "blob.query"
    }
    /// Operations that know what to do with a customer's key or an encryption scope, or with the key of a source; the
    /// others refuse it, for ignoring it would break a promise.
    private static func refuseForeignKeys(_ head: RequestHead, _ operation: String) throws(StorageFault) {
        for (name, operations) in keyHeaders where head.text(name) != nil {
            let operation = StorageNeeds.plain(operation)
            if !operations.contains(operation) { throw .notImplemented("the header \(name) for \(operation).") }
        }
    }
    private static let keyHeaders: [(String, Set<String>)] = [
        ("x-ms-encryption-key", sealingWrites.union(keyedReads)), ("x-ms-encryption-scope", sealingWrites),
        ("x-ms-source-encryption-key", copyingWrites),
        ("x-ms-default-encryption-scope", ["container.create", "filesystem.create"]),
        ("x-ms-expiry-option", ["blob.setExpiry", "blob.put", "path.createFile", "path.createDirectory"]),
    ]
    private static let copyingWrites: Set<String> = [
        "blob.copy", "blob.putBlockFromURL", "blob.appendBlockFromURL", "blob.putPageFromURL",
    ]
    private static let sealingWrites = copyingWrites.union([
        "blob.put", "blob.putBlock", "blob.putBlockList", "blob.setMetadata", "blob.setProperties", "blob.appendBlock",
        "blob.snapshot", "blob.putPage", "path.createFile", "path.createDirectory", "path.append",
        "path.flush",
    ])
    /// What reads under a key, or moves what lies under one.
    private static let keyedReads: Set<String> = [
        "path.rename", "blob.get", "blob.getProperties", "blob.getMetadata", "blob.query", "path.read",
        "path.getProperties",
    ]
}
