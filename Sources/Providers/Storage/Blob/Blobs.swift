// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// What the headers of Put Blob say.
private struct BlobUpload {
    let headers: ContentHeaders
    let metadata: Metadata
    let checksum: ContentChecksum?

    init(_ blob: BlobCall) throws(StorageFault) {
        guard let type = blob.headers[StorageHeader.blobType] else { throw .missingRequiredHeader("x-ms-blob-type") }
        switch type.lowercased() {
        case "blockblob": break
        case "appendblob", "pageblob": throw .notImplemented("\(type)s.")
        default: throw .invalidHeaderValue("x-ms-blob-type", type)
        }
        let limit = BlobLimits.putBlobBytesMax(blob.version)
        guard let length = blob.call.request.body.length else { throw .missingContentLengthHeader }
        guard length <= limit else { throw .requestBodyTooLarge(limit: Int(limit)) }
        headers = try ContentHeaders(blob.headers, from: .putBlob)
        metadata = try Metadata(blob.headers)
        checksum = try ContentChecksum(blob.head)
    }
}

extension StorageProvider {
    /// Put Blob (`PUT /{container}/{blob}`), first phase: what can be refused is refused before the body is taken in.
    func receiveBlob(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await openPlain(call, scope)
        _ = try checked { () throws(StorageFault) in try BlobUpload(blob) }
        _ = try await checkOverwrite(blob, .create, scope)
        try await intake.take(
            into: blob.domain,
            scope,
            observers: [BodyDigests(md5: true)],
            under: try blob.customerKey?.secret
        )
    }
    /// Put Blob, second phase.
    func putBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let upload = try checked { () throws(StorageFault) in try BlobUpload(blob) }
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        guard let received = scope.received else { throw .unavailable("a blob's body was not taken in") }
        let checksums = BodyChecksums(received)
        try checksums.check(upload.checksum)
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
        reply.set("Content-MD5", checksums.md5.base64)
        reply.set("x-ms-content-crc64", checksums.crc64.base64)
        return reply
    }

    /// The container and what has the blob's name now, when the request may put a blob there.
    func checkOverwrite(
        _ blob: BlobCall,
        _ purpose: Conditions.Purpose,
        _ scope: some Scope
    ) async throws(ServiceError) -> (BlobSite, Blob?) {
        try blob.refusePast()
        let site = try await blob.site(scope)
        let old = try await blob.blob(site, scope)
        try blob.admit(old, for: purpose)
        if old != nil, let holder = blob.call.caller.signature, !holder.mayOverwrite(blob) {
            throw ServiceError(.unauthorizedBlobOverwrite)
        }
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
        try await change(call, scope, makesVersion: false) { blob, fields throws(StorageFault) in
            blob.headers = try ContentHeaders(fields, from: .explicit)
        }
    }
    /// Set Blob Metadata (`PUT /{container}/{blob}?comp=metadata`).
    func setBlobMetadata(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await change(call, scope, makesVersion: true) { blob, fields throws(StorageFault) in
            blob.metadata = try Metadata(fields)
        }
    }
    private func change(
        _ call: Call,
        _ scope: WriteScope,
        makesVersion: Bool,
        _ apply: (inout Blob, HTTPFields) throws(StorageFault) -> Void
    ) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        try blob.refusePast()
        let (site, old) = try await blob.existingBlob(scope)
        try blob.admit(old, for: .write)
        try old.refuseArchived(at: scope.now)
        if blob.head.query["comp"]?.lowercased() == "metadata" { try blob.admitKey(old) }
        var record = old
        let fields = blob.headers
        do throws(StorageFault) { try apply(&record, fields) } catch { throw ServiceError(error) }
        record.touch(scope)
        let states = BlobStates(blob, site.place, scope)
        if makesVersion {
            record = try await states.change(old, to: record)
        } else {
            try await states.data.put(record, at: site.place, was: old)
        }
        return blob.changed(200, record)
    }
}
