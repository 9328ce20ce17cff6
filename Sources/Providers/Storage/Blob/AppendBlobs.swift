// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Append Block and Append Block From URL (`PUT /{container}/{blob}?comp=appendblock`), first phase.
    func receiveAppend(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await open(call, scope)
        let limit = BlobLimits.appendBytesMax(blob.version)
        let incoming = try checked { () throws(StorageFault) in try Incoming(blob, limit: limit) }
        let (site, record) = try await appendable(blob, incoming.length ?? 0, scope)
        let seal = try await blob.admitSeal(record, in: site.container, scope)
        try await takeIn(incoming, blob, limit: limit, md5: incoming.needsMD5, under: seal, scope, intake)
    }
    /// Append Block, second phase.
    func appendBlock(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        guard let received = scope.received else { throw .unavailable("an append's body was not taken in") }
        let incoming = try checked { () throws(StorageFault) in
            try Incoming(blob, limit: BlobLimits.appendBytesMax(blob.version))
        }
        let checksums = BodyChecksums(received)
        try checksums.check(incoming.checksum)
        let bytes = received.content.length
        var (site, record) = try await appendable(blob, bytes, scope)
        _ = try await blob.admitSeal(record, in: site.container, scope)
        guard case .pieces(let list, let count) = record.body else { throw ServiceError(.invalidBlobType) }
        guard bytes > 0 else { throw ServiceError(.invalidHeaderValue("Content-Length", "0")) }
        guard count < BlobLimits.committedBlocksMax else { throw ServiceError(.committedBlockCountExceedsLimit) }
        let old = record
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        let content = try await scope.keep(received, in: blob.domain)
        try await data.append(content, to: list, at: record.length, number: count)
        let offset = record.length
        record.length += bytes
        record.body = .pieces(list: list, count: count + 1)
        record.headers.md5 = nil
        record.touch(scope)
        try await data.put(record, at: site.place, was: old, as: .append)
        var reply = blob.changed(201, record)
        reply.set("x-ms-blob-append-offset", String(offset))
        reply.set("x-ms-blob-committed-block-count", String(count + 1))
        incoming.tell(checksums, in: &reply)
        return reply
    }

    /// Append Blob Seal (`PUT /{container}/{blob}?comp=seal`).
    func sealBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        var (site, record) = try await appendable(blob, 0, scope, evenSealed: true)
        if !record.isSealed {
            let old = record
            record.isSealed = true
            record.touch(scope)
            let data = AccountData(blob.place.id, scope, caller: call.caller)
            try await data.put(record, at: site.place, was: old)
        }
        var reply = blob.changed(200, record)
        reply.set("x-ms-blob-sealed", "true")
        return reply
    }

    /// The append blob, when the request may lengthen it by so many bytes.
    private func appendable(
        _ blob: BlobCall,
        _ bytes: Int64,
        _ scope: some Scope,
        evenSealed: Bool = false
    ) async throws(ServiceError) -> (BlobSite, Blob) {
        try blob.refusePast()
        let conditions = try checked { () throws(StorageFault) in try AppendConditions(blob.head) }
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        guard record.kind == .append else { throw ServiceError(.invalidBlobType) }
        try blob.refusePendingCopy(record)
        guard evenSealed || !record.isSealed else { throw ServiceError(.blobIsSealed) }
        try checked { () throws(StorageFault) in try conditions.check(length: record.length, appending: bytes) }
        return (site, record)
    }
}

extension BlobCall {
    /// Refuses to change a blob while a copy onto it is going on.
    func refusePendingCopy(_ record: Blob) throws(ServiceError) {
        if record.copy?.status == .pending { throw ServiceError(.pendingCopyOperation) }
    }
}

extension PieceList {
    /// The count of a list that appends lengthen: nobody counts its pieces but the blobs that refer to it.
    static let growing = -1
    /// A list that appends lengthen has short chunks: each append writes the last one again.
    static let appendedChunkMax = 64
}

extension AccountData {
    /// A list for an append blob to be.
    func createGrowingList() async throws(ServiceError) -> UUID {
        let id = scope.entropy.uuid()
        let list = PieceList(references: 1, count: PieceList.growing, bases: [])
        try await scope.put(list, in: domain, at: StorageKey.list(id))
        return id
    }
    /// Adds a content at the end of a list.
    ///
    /// Snapshots of the blob may share the list: they know their own length, and nothing before it changes.
    func append(_ content: Content, to list: UUID, at offset: Int64, number: Int) async throws(ServiceError) {
        let piece = Piece(content: content, block: BlockID(number: number), isOwner: true)
        let chunks = try await scope.list(
            PieceChunk.self,
            in: domain,
            under: StorageKey.pieces(list),
            limit: 1,
            reverse: true
        )
        if let last = chunks.first, last.value.pieces.count < PieceList.appendedChunkMax {
            var chunk = last.value
            chunk.pieces.append(piece)
            try await scope.put(chunk, in: domain, at: last.key)
        } else {
            try await scope.put(PieceChunk([piece]), in: domain, at: StorageKey.pieces(list, from: offset))
        }
    }
    /// A list of its own for a copy of an append blob, which borrows the pieces there are now.
    func branch(_ list: UUID, count: Int) async throws(ServiceError) -> UUID {
        var base = try await pieceList(list)
        base.references += 1
        try await scope.put(base, in: domain, at: StorageKey.list(list))
        var pieces = Array(try await scope.pieces(list, in: domain).prefix(count))
        for index in pieces.indices { pieces[index].isOwner = false }
        let id = try await write(pieces, bases: [list])
        var own = try await pieceList(id)
        own.count = PieceList.growing
        try await scope.put(own, in: domain, at: StorageKey.list(id))
        return id
    }
}

extension BlockID {
    /// The id of a block that its client gave none: its number.
    init(number: Int) {
        self.init(known: (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) })
    }
}
