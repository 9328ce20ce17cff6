// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// What the request of Put Page says.
private struct PageUpload {
    let bytes: Range<Int64>
    let isClear: Bool
    let sequence: SequenceConditions

    init(_ blob: BlobCall) throws(StorageFault) {
        let name = "x-ms-page-write"
        guard let text = blob.headers[StorageHeader.name(name)] else { throw .missingRequiredHeader(name) }
        switch text.lowercased() {
        case "update": isClear = false
        case "clear": isClear = true
        default: throw .invalidHeaderValue(name, text)
        }
        bytes = try PageRange.required(blob.head)
        sequence = try SequenceConditions(blob.head)
    }
    var length: Int64 { bytes.upperBound - bytes.lowerBound }

    /// What is brought in; nil where pages are cleared.
    func incoming(_ blob: BlobCall) throws(StorageFault) -> Incoming? {
        guard !isClear else {
            let sent = blob.call.request.body.length ?? 0
            guard sent == 0 else { throw .invalidHeaderValue("Content-Length", String(sent)) }
            return nil
        }
        guard length <= BlobLimits.putPageBytesMax else {
            throw .requestBodyTooLarge(limit: Int(BlobLimits.putPageBytesMax))
        }
        let incoming = try Incoming(blob, limit: BlobLimits.putPageBytesMax)
        guard incoming.length.map({ $0 == length }) ?? true else {
            throw incoming.isFromURL
                ? .invalidHeaderValue("x-ms-source-range", blob.call.request.header("x-ms-source-range") ?? "")
                : .invalidHeaderValue("Content-Length", String(incoming.length ?? 0))
        }
        return incoming
    }
}

extension StorageProvider {
    /// Put Page and Put Page From URL (`PUT /{container}/{blob}?comp=page`), first phase.
    func receivePages(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await open(call, scope)
        let (upload, incoming) = try checked { () throws(StorageFault) in
            let upload = try PageUpload(blob)
            return (upload, try upload.incoming(blob))
        }
        let (site, record, _) = try await writable(blob, upload, scope)
        let seal = try await blob.admitSeal(record, in: site.container, scope)
        guard let incoming else { return }
        try await takeIn(
            incoming,
            blob,
            limit: BlobLimits.putPageBytesMax,
            exactly: upload.length,
            md5: incoming.needsMD5,
            under: seal,
            scope,
            intake
        )
    }
    /// Put Page, second phase.
    func putPages(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let (upload, incoming) = try checked { () throws(StorageFault) in
            let upload = try PageUpload(blob)
            return (upload, try upload.incoming(blob))
        }
        var (site, record, table) = try await writable(blob, upload, scope)
        let seal = try await blob.admitSeal(record, in: site.container, scope)
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        let old = record
        var pages = try await PageStore(data, table, under: PageSeal(seal.secret))
        var checksums: BodyChecksums?
        if let incoming {
            guard let received = scope.received else { throw .unavailable("a page's body was not taken in") }
            let computed = BodyChecksums(received)
            try computed.check(incoming.checksum)
            try await pages.write(received, at: upload.bytes.lowerBound)
            checksums = computed
        } else {
            try await pages.clear(upload.bytes)
        }
        record.headers.md5 = nil
        record.touch(scope)
        try await data.put(record, at: site.place, was: old)
        var reply = blob.changed(201, record)
        reply.set("x-ms-blob-sequence-number", String(record.sequenceNumber))
        if let incoming, let checksums { incoming.tell(checksums, in: &reply) }
        return reply
    }
    /// The page blob and its table, when the request may write these pages.
    private func writable(
        _ blob: BlobCall,
        _ upload: PageUpload,
        _ scope: some Scope
    ) async throws(ServiceError) -> (BlobSite, Blob, UUID) {
        try blob.refusePast()
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        guard record.kind == .page, case .pages(let table, _) = record.body else {
            throw ServiceError(.invalidBlobType)
        }
        try blob.refusePendingCopy(record)
        try blob.refuseIncremental(record)
        try checked { () throws(StorageFault) in
            try upload.sequence.check(record.sequenceNumber)
            guard upload.bytes.upperBound <= record.length else { throw .invalidPageRange }
        }
        return (site, record, table)
    }

    /// What Set Blob Properties does to a page blob besides: its length, and its sequence number.
    func resize(
        _ record: inout Blob,
        _ blob: BlobCall,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        let (length, action) = try checked { () throws(StorageFault) in
            (try PageRange.length(blob.head), try SequenceNumber(blob.head))
        }
        guard record.kind == .page, case .pages(let table, _) = record.body else {
            throw ServiceError(.invalidBlobType)
        }
        try blob.refuseIncremental(record)
        if try blob.customerKey != nil { try blob.admitKey(record) }
        if let action {
            let number = record.sequenceNumber
            record.sequenceNumber = try checked { () throws(StorageFault) in try action.apply(to: number) }
        }
        guard let length, length != record.length else { return }
        if length < record.length {
            let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
            var pages = try await PageStore(data, table, under: record.isUnderKey ? .withheld : .none)
            try await pages.clear(length..<record.length)
        }
        record.length = length
    }

    // MARK: Put Blob

    /// Put Blob for an append or a page blob: they begin without content.
    ///
    /// Nil for other types.
    func emptyKind(_ blob: BlobCall, _ type: String?) throws(ServiceError) -> BlobEntry.Kind? {
        let kind: BlobEntry.Kind
        switch type?.lowercased() {
        case "appendblob": kind = .append
        case "pageblob": kind = .page
        default: return nil
        }
        if kind == .page, blob.place.isHierarchical { throw ServiceError(.notForHierarchicalNamespaces) }
        let sent = blob.call.request.body.length
        guard sent == 0 else { throw ServiceError(.invalidHeaderValue("Content-Length", sent.map(String.init) ?? "")) }
        return kind
    }
    /// Makes an append or a page blob.
    func putEmptyBlob(
        _ blob: BlobCall,
        _ kind: BlobEntry.Kind,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let (headers, metadata, length, number) = try checked { () throws(StorageFault) in
            (
                try ContentHeaders(blob.headers, from: .putBlob), try Metadata(blob.headers),
                try PageRange.length(blob.head), try SequenceNumber.stated(blob.head)
            )
        }
        if kind == .page, length == nil { throw ServiceError(.missingRequiredHeader("x-ms-blob-content-length")) }
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
        let body: Blob.Body =
            kind == .page
            ? .pages(table: try await PageStore.create(data), at: nil)
            : .pieces(list: try await data.createGrowingList(), count: 0)
        var new = Blob(
            scope,
            replacing: old,
            length: kind == .page ? length ?? 0 : 0,
            body: body,
            headers: headers,
            metadata: metadata
        )
        new.kind = kind
        new.sequenceNumber = kind == .page ? number ?? 0 : 0
        let stored = try await replace(old, with: new, blob, site, scope)
        return blob.changed(201, stored)
    }
}

extension BlobCall {
    /// Refuses to change what incremental copies made: they alone change it.
    func refuseIncremental(_ record: Blob) throws(ServiceError) {
        if record.copy?.isIncremental == true { throw ServiceError(.operationNotAllowedOnIncrementalCopyBlob) }
    }
}
