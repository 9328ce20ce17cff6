// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// What the doorkeeper read of a request.
struct OpenedRequest: Sendable {
    let head: RequestHead
    let target: StorageTarget
    let place: AccountPlace
}

/// One call on the blob surface, read: what it names and where that lies.
struct BlobCall {
    let call: Call
    let head: RequestHead
    let target: BlobTarget
    let version: ServiceVersion
    let place: AccountPlace
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
    /// The blob of a container; nil when there is none.
    ///
    /// Snapshots and versions are never there.
    func blob(_ container: Container, _ scope: some Scope) async throws(ServiceError) -> Blob? {
        guard target.snapshot == nil, target.version == nil else { return nil }
        return try await scope.get(Blob.self, in: domain, at: StorageKey.blob(container.id, try blobName))
    }
    /// The blob, or 404.
    func existingBlob(_ scope: some Scope) async throws(ServiceError) -> (Container, Blob) {
        let container = try await container(scope)
        guard let blob = try await blob(container, scope) else { throw ServiceError(.blobNotFound) }
        return (container, blob)
    }
    /// Refuses a lease id: nothing is leased here.
    func refuseLease(onBlob: Bool) throws(ServiceError) {
        let lease = try checked { () throws(StorageFault) in try LeaseID(head) }
        if lease != nil { throw ServiceError(onBlob ? .leaseNotPresentWithBlob : .leaseNotPresentWithContainer) }
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
        for (name, value) in fields { reply.set(name, value) }
        reply.headers[StorageHeader.version] = version.text
        return reply
    }
    /// An XML answer.
    func xml(_ body: () throws(StorageFault) -> [UInt8]) throws(ServiceError) -> Reply {
        reply(200, ["Content-Type": "application/xml"], content: .bytes(try checked(body)))
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
            try Self.refuseUnbuilt(opened.head)
            return try ServiceVersion(head: opened.head)
        }
        // A reader looks at the version the doorkeeper saw; a change must notice an account that went meanwhile.
        if !(scope is ReadScope) {
            let place = try await place(opened.target.account, scope)
            guard place?.id == opened.place.id else { throw ServiceError(.resourceNotFound) }
        }
        return BlobCall(call: call, head: opened.head, target: target, version: version, place: opened.place)
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

    /// Request headers of features that are not built: ignoring them would break a promise.
    private static func refuseUnbuilt(_ head: RequestHead) throws(StorageFault) {
        for (name, feature) in unbuiltHeaders where head.headers.contains(name) {
            throw .notImplemented("\(feature) (header \(name)).")
        }
    }
    private static let unbuiltHeaders = [
        ("x-ms-encryption-key", "customer-provided keys"), ("x-ms-encryption-scope", "encryption scopes"),
        ("x-ms-source-encryption-key", "customer-provided keys"), ("x-ms-tags", "blob tags"),
        ("x-ms-if-tags", "conditions on blob tags"), ("x-ms-source-if-tags", "conditions on blob tags"),
        ("x-ms-immutability-policy-until-date", "immutability policies"), ("x-ms-legal-hold", "legal holds"),
        ("x-ms-structured-body", "structured bodies"), ("x-ms-access-tier", "setting access tiers"),
        ("x-ms-rehydrate-priority", "setting access tiers"), ("x-ms-default-encryption-scope", "encryption scopes"),
        ("x-ms-seal-blob", "append blobs"), ("x-ms-expiry-option", "expiry times"),
    ].map { (StorageHeader.name($0), $1) }
}
