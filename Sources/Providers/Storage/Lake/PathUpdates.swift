// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

extension StorageProvider {
    /// Path - Update with `action=append`, first phase.
    func receivePathAppend(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let (blob, incoming) = try await appending(call, scope)
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admitBytes(record)
        guard record.kind == .block else { throw ServiceError(.invalidBlobType) }
        let limit = BlobLimits.blockBytesMax(blob.version)
        let seal = try await blob.admitSeal(record, in: site.container, scope)
        try await takeIn(incoming, blob, limit: limit, md5: incoming.needsMD5, under: seal, scope, intake)
    }
    /// Path - Update with `action=append`: the bytes wait, as an uncommitted block named by its place, until they are flushed.
    func appendPath(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let (blob, incoming) = try await appending(call, scope)
        guard let received = scope.received else { throw .unavailable("an append's body was not taken in") }
        let checksums = BodyChecksums(received)
        try checksums.check(incoming.checksum)
        let position = try blob.position()
        let (site, record) = try await blob.existingBlob(scope)
        let lease = try blob.settleLease(of: record, scope)
        try blob.refusePendingCopy(record)
        guard record.kind == .block else { throw ServiceError(.invalidBlobType) }
        let length = received.content.length
        guard length > 0 else { throw ServiceError(.invalidHeaderValue("Content-Length", "0")) }
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        let seal = try await blob.admitSeal(record, in: site.container, scope)
        let content = try await scope.keep(received, in: blob.domain)
        try await data.stage(content, at: position, of: site.place, under: seal, blockTurns)
        var reply = blob.reply(
            202,
            [
                "x-ms-request-server-encrypted": "true", "x-ms-encryption-scope": seal.scope,
                "x-ms-encryption-key-sha256": seal.customerKey?.hash.base64,
            ]
        )
        if try blob.flag("flush") == true {
            let flushed = try await flush(record, lease, to: position + length, blob, site, scope)
            reply.set("ETag", flushed.etag.quoted)
            reply.set("Last-Modified", flushed.modified.httpDate)
        } else if blob.head.text("x-ms-lease-action") != nil {
            var leased = record
            leased.lease = lease
            try await data.put(leased, at: site.place, was: record)
        }
        incoming.tell(checksums, in: &reply)
        return reply
    }
    private func appending(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> (BlobCall, Incoming) {
        let blob = try await openPath(call, scope)
        _ = try blob.position()
        let incoming = try checked { () throws(StorageFault) in
            try Incoming(blob, limit: BlobLimits.blockBytesMax(blob.version))
        }
        return (blob, incoming)
    }

    /// Path - Update with `action=flush`: what was appended becomes the file's, up to `position`, which is its new length.
    func flushPath(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let position = try blob.position()
        // Events tell whether a client is done with a file; the region sends none.
        _ = try blob.flag("close")
        let (site, record) = try await blob.existingBlob(scope)
        let lease = try blob.settleLease(of: record, scope)
        try blob.admitConditions(record, for: .write)
        try blob.refusePendingCopy(record)
        let flushed = try await flush(record, lease, to: position, blob, site, scope)
        return blob.changed(200, flushed)
    }
    private func flush(
        _ record: Blob,
        _ lease: Lease?,
        to position: Int64,
        _ blob: BlobCall,
        _ site: BlobSite,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Blob {
        guard record.kind == .block else { throw ServiceError(.invalidBlobType) }
        let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
        let keeps = try blob.flag("retainuncommitteddata") ?? false
        let seal = try await blob.admitSeal(record, in: site.container, scope)
        let staged = try await data.takeStaged(
            of: site.place,
            from: record.length,
            to: position,
            keepsRest: keeps,
            under: seal,
            blockTurns
        )
        var new = record
        new.body = try await data.grow(record, by: staged)
        new.length = position
        new.lease = lease
        let headers = try checked { () throws(StorageFault) in
            try ContentHeaders(path: blob.headers, over: record.headers)
        }
        new.headers = headers
        if !staged.isEmpty, headers.md5 == record.headers.md5 { new.headers.md5 = nil }
        new.touch(scope)
        try await data.put(new, at: site.place, was: record, as: .append)
        return new
    }

    /// Path - Update with `action=setProperties`.
    func setPathProperties(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        try blob.refusePendingCopy(record)
        var new = record
        new.headers = try checked { () throws(StorageFault) in
            try ContentHeaders(path: blob.headers, over: record.headers)
        }
        if let metadata = try blob.properties() { new.metadata = metadata.withoutDirectoryMark }
        new.touch(scope)
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        try await data.put(new, at: site.place, was: record)
        return blob.changed(200, new)
    }
}
