// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// What the headers of Put Blob say.
private struct BlobUpload {
    let headers: ContentHeaders
    let metadata: Metadata
    let incoming: Incoming

    /// The body alone, for who reads the rest later.
    static func incoming(_ blob: BlobCall, _ type: String?) throws(StorageFault) -> Incoming {
        guard let type else { throw .missingRequiredHeader("x-ms-blob-type") }
        switch type.lowercased() {
        case "blockblob": break
        default: throw .invalidHeaderValue("x-ms-blob-type", type)
        }
        return try Incoming(blob, limit: BlobLimits.putBlobBytesMax(blob.version))
    }
    init(_ blob: BlobCall, _ type: String?) throws(StorageFault) {
        incoming = try Self.incoming(blob, type)
        headers = try ContentHeaders(blob.headers, from: .putBlob)
        metadata = try Metadata(blob.headers)
    }
}

extension StorageProvider {
    /// Put Blob (`PUT /{container}/{blob}`), first phase: what can be refused is refused before a long body is taken in.
    func receiveBlob(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await openPlain(call, scope)
        if blob.isMarkedDirectory { return try await checkMarkedDirectory(blob, scope) }
        let type = blob.headers[StorageHeader.blobType]
        if try emptyKind(blob, type) != nil { return _ = try await checkOverwrite(blob, .create, scope) }
        let (container, incoming) =
            intake.isShort
            ? try await glance(blob, type, scope) : try await checkUpload(blob, type, scope)
        let seal = try await blob.seal(in: container, scope)
        let limit = BlobLimits.putBlobBytesMax(blob.version)
        try await takeIn(incoming, blob, limit: limit, md5: true, under: seal, scope, intake)
    }
    /// What a short body needs to be taken in; the rest is asked in the second phase alone.
    private func glance(
        _ blob: BlobCall,
        _ type: String?,
        _ scope: ReadScope
    ) async throws(ServiceError) -> (Container, Incoming) {
        let incoming = try checked { () throws(StorageFault) in try BlobUpload.incoming(blob, type) }
        let key = StorageKey.container(try blob.containerName)
        guard let container = try await scope.get(Container.self, in: blob.domain, at: key) else {
            // Which of several mistakes is told first does not depend on the length.
            return try await checkUpload(blob, type, scope)
        }
        return (container, incoming)
    }
    /// Everything that the second phase asks for as well.
    private func checkUpload(
        _ blob: BlobCall,
        _ type: String?,
        _ scope: ReadScope
    ) async throws(ServiceError) -> (Container, Incoming) {
        let upload = try checked { () throws(StorageFault) in try BlobUpload(blob, type) }
        let (site, _) = try await checkOverwrite(blob, .create, scope)
        return (site.container, upload.incoming)
    }
    /// Put Blob, second phase.
    func putBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        if blob.isMarkedDirectory { return try await putMarkedDirectory(blob, scope) }
        let type = blob.headers[StorageHeader.blobType]
        if let kind = try emptyKind(blob, type) { return try await putEmptyBlob(blob, kind, scope) }
        let upload = try checked { () throws(StorageFault) in try BlobUpload(blob, type) }
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        guard let received = scope.received else { throw .unavailable("a blob's body was not taken in") }
        let checksums = BodyChecksums(received)
        try checksums.check(upload.incoming.checksum)
        // The blob's own MD5, where the client gives one, is also one of this body.
        if let announced = upload.headers.md5 { try checksums.check(.md5(announced)) }
        let content = try await scope.keep(received, in: blob.domain)
        var headers = upload.headers
        headers.md5 = checksums.md5
        let new = Blob(
            scope,
            replacing: old,
            length: content.length,
            body: .whole(content),
            headers: headers,
            metadata: upload.metadata
        )
        let stored = try await replace(old, with: new, blob, site, scope)
        var reply = blob.changed(201, stored)
        upload.incoming.tell(checksums, in: &reply)
        reply.set("Content-MD5", checksums.md5.base64)
        return reply
    }

    /// The container and what has the blob's name now, when the request may put a blob there.
    func checkOverwrite(
        _ blob: BlobCall,
        _ purpose: Conditions.Purpose,
        _ scope: some Scope
    ) async throws(ServiceError) -> (BlobSite, Blob?) {
        try blob.refusePast()
        let site = try await blob.site(scope, makes: true)
        let old = try await blob.blob(site, scope)
        try blob.admit(old, for: purpose)
        if let old {
            try blob.refuseOtherKind(than: old)
            try blob.refusePendingCopy(old)
            // An incremental copy is checked against what it made before.
            if StorageNeeds.plain(blob.call.operation) != "blob.incrementalCopy" { try blob.refuseIncremental(old) }
        }
        try blob.refuseOverwrite(old)
        return (site, old)
    }
    /// Puts a blob in the place of what has its name, uncommitted blocks included, and answers it as it is stored now.
    func replace(
        _ old: Blob?,
        with new: Blob,
        _ blob: BlobCall,
        _ site: BlobSite,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Blob {
        var new = new
        try await dress(&new, blob, site, scope)
        return try await BlobStates(blob, site.place, scope).replace(old, with: new)
    }

    /// Set Blob Properties (`PUT /{container}/{blob}?comp=properties`).
    func setBlobProperties(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let isResize = PageRange.isResize(blob.headers)
        var (site, record) = try await changeable(blob, scope)
        let old = record
        // Length and number alone leave the content's properties as they are (REST "Set Blob Properties", remarks).
        if !isResize || ContentHeaders.areSet(by: blob.headers) {
            record.headers = try checked { () throws(StorageFault) in
                try ContentHeaders(blob.headers, from: .explicit).cleared
            }
        }
        if isResize { try await resize(&record, blob, scope) }
        record.touch(scope)
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        try await data.put(record, at: site.place, was: old, as: .describe)
        var reply = blob.changed(200, record)
        if record.kind == .page { reply.set("x-ms-blob-sequence-number", String(record.sequenceNumber)) }
        return reply
    }
    /// Set Blob Metadata (`PUT /{container}/{blob}?comp=metadata`).
    func setBlobMetadata(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        var (site, record) = try await changeable(blob, scope)
        _ = try await blob.admitSeal(record, in: site.container, scope)
        let old = record
        record.metadata = try checked { () throws(StorageFault) in try Metadata(blob.headers) }
        if record.directory != nil {
            record.metadata = record.metadata.withoutDirectoryMark
        } else if blob.place.isHierarchical, record.metadata.marksDirectory {
            // A file stays one, whatever is said of it.
            throw ServiceError(.resourceTypeMismatch)
        }
        record.touch(scope)
        record = try await BlobStates(blob, site.place, scope).change(old, to: record, as: .amend)
        return blob.changed(200, record)
    }
    /// The blob, when the request may change what is said of it.
    private func changeable(_ blob: BlobCall, _ scope: WriteScope) async throws(ServiceError) -> (BlobSite, Blob) {
        try blob.refusePast()
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        try blob.refusePendingCopy(record)
        try record.refuseArchived(at: scope.now)
        return (site, record)
    }
}
