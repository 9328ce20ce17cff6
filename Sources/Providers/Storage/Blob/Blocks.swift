// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// What the request of Put Block says.
private struct BlockUpload {
    let id: BlockID
    let incoming: Incoming

    init(_ blob: BlobCall) throws(StorageFault) {
        id = try BlockID(blob.head.query)
        incoming = try Incoming(blob, limit: BlobLimits.blockBytesMax(blob.version))
        guard incoming.length != 0 else { throw .invalidHeaderValue("Content-Length", "0") }
    }
}

extension StorageProvider {
    /// Put Block (`PUT /{container}/{blob}?comp=block`), first phase.
    func receiveBlock(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await open(call, scope)
        let upload = try checked { () throws(StorageFault) in try BlockUpload(blob) }
        let site = try await blob.site(scope, makes: true)
        let old = try await blob.blob(site, scope)
        if let old { try blob.refuseOtherKind(than: old) }
        try blob.admitLease(old, .change)
        try blob.refuseOverwrite(old)
        try Self.checkBlocks(of: old)
        let table = try await scope.get(BlockTable.self, in: blob.domain, at: StorageKey.table(site.place))
        guard table?.idBytes ?? upload.id.bytes.count == upload.id.bytes.count else {
            throw ServiceError(.invalidBlobOrBlock)
        }
        let incoming = upload.incoming
        let limit = BlobLimits.blockBytesMax(blob.version)
        let seal = try await blob.seal(in: site.container, scope)
        try await takeIn(incoming, blob, limit: limit, md5: incoming.needsMD5, under: seal, scope, intake)
    }
    /// Put Block, second phase.
    ///
    /// Only the first block of a table writes the table, so that parallel blocks do not conflict.
    func putBlock(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let upload = try checked { () throws(StorageFault) in try BlockUpload(blob) }
        let site = try await blob.site(scope, makes: true)
        let old = try await blob.blob(site, scope)
        if let old { try blob.refuseOtherKind(than: old) }
        try blob.admitLease(old, .change)
        try blob.refuseOverwrite(old)
        try Self.checkBlocks(of: old)
        guard let received = scope.received else { throw .unavailable("a block's body was not taken in") }
        let checksums = BodyChecksums(received)
        try checksums.check(upload.incoming.checksum)
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        let seal = try await blob.seal(in: site.container, scope)
        let table = try await data.table(site.place, for: upload.id, under: seal, blockTurns.quota)
        let content = try await scope.keep(received, in: blob.domain)
        try await data.keep(content, as: upload.id, in: table, blockTurns)
        var reply = blob.reply(201, ["x-ms-request-server-encrypted": "true"])
        reply.set("x-ms-encryption-key-sha256", table.customerKeyHash?.base64)
        reply.set("x-ms-encryption-scope", table.encryptionScope)
        upload.incoming.tell(checksums, in: &reply)
        return reply
    }

    /// Only block blobs have blocks: a blob's type cannot be changed, and each type has operations of its own (REST
    /// "Understanding block blobs, append blobs, and page blobs"; Put Block, remarks).
    private static func checkBlocks(of record: Blob?) throws(ServiceError) {
        guard record.map({ $0.kind == .block }) ?? true else { throw ServiceError(.invalidBlobType) }
    }

    /// Put Block List (`PUT /{container}/{blob}?comp=blocklist`).
    func putBlockList(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let (list, headers, metadata, announced) = try checked { () throws(StorageFault) in
            (
                try BlockList(body: call.body), try ContentHeaders(blob.headers, from: .explicit),
                try Metadata(blob.headers), try ContentChecksum(blob.head)
            )
        }
        let checksums = BodyChecksums(call.body, md5: true)
        try checksums.check(announced)
        if blob.isMarkedDirectory {
            guard list.references.isEmpty else { throw ServiceError(.invalidInput("a directory has no blocks.")) }
            return try await makeDirectory(blob, headers, metadata, lease: nil, scope)
        }
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        try Self.checkBlocks(of: old)
        let seal = try await blob.seal(in: site.container, scope)
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        let states = BlobStates(blob, site.place, scope)
        let commit = BlockCommit(data, site.place)
        let former = try await states.keepBeforeCommit(old)
        let made = try await commit.run(list, replacing: former, under: seal)
        var new = Blob(
            scope,
            replacing: old,
            length: made.length,
            body: made.body,
            headers: headers,
            metadata: metadata
        )
        if let old { new.created = old.created }
        try await dress(&new, blob, site, scope)
        let stored = try await states.succeed(old, with: new)
        var reply = blob.changed(201, stored)
        if case .md5 = announced { reply.set("Content-MD5", checksums.md5.base64) }
        reply.set("x-ms-content-crc64", checksums.crc64.base64)
        return reply
    }

    /// Get Block List (`GET /{container}/{blob}?comp=blocklist`).
    func getBlockList(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let selection = try checked { () throws(StorageFault) in try BlockListing.Selection(blob.head.query) }
        let site = try await blob.site(scope)
        let record = try await blob.blob(site, scope)
        try blob.admit(record, for: .read)
        try Self.checkBlocks(of: record)
        let table = try await scope.get(BlockTable.self, in: blob.domain, at: StorageKey.table(site.place))
        guard record != nil || table != nil else { throw ServiceError(.blobNotFound) }
        var committed: [BlockListing.Block] = []
        if selection != .uncommitted, case .pieces(let list, _)? = record?.body {
            committed = try await scope.pieces(list, in: blob.domain).map {
                BlockListing.Block(id: $0.block, size: $0.content.length)
            }
        }
        var uncommitted: [BlockListing.Block] = []
        if selection != .committed, let table {
            uncommitted = try await scope.blocks(table.id, in: blob.domain, limit: BlobLimits.uncommittedBlocksMax).map
            {
                BlockListing.Block(id: $0.id, size: $0.content.length)
            }
        }
        var reply = try blob.xml { () throws(StorageFault) in
            try BlockListing.body(selection, committed: committed, uncommitted: uncommitted)
        }
        reply.set("ETag", record?.etag.quoted)
        reply.set("Last-Modified", record?.modified.httpDate)
        reply.set("x-ms-blob-content-length", record.map { String($0.length) })
        return reply
    }
}

/// Makes a blob of blocks; how contents change hands is told at `PieceList`.
private struct BlockCommit {
    private let data: AccountData
    private let place: BlobPlace

    init(_ data: AccountData, _ place: BlobPlace) {
        self.data = data
        self.place = place
    }
    /// A block the list may name, and where it was found.
    private struct Found {
        let content: Content
        let isCommitted: Bool
        /// Whether a committed piece is borrowed from a base of its list.
        let isBorrowed: Bool
    }

    func run(
        _ list: BlockList,
        replacing old: Blob?,
        under seal: BlobSeal
    ) async throws(ServiceError) -> (body: Blob.Body, length: Int64) {
        let (oldList, oldPieces) = try await committed(old)
        let waiting = try await uncommitted()
        let chosen = try choose(list, oldPieces, waiting)
        let table = try await data.table(place)
        try checked { () throws(StorageFault) in
            for isCommitted in Set(chosen.map(\.found.isCommitted)) {
                let (hash, scope) =
                    isCommitted
                    ? (old?.customerKeyHash, old?.encryptionScope) : (table?.customerKeyHash, table?.encryptionScope)
                try CustomerKey.check(seal.customerKey, against: hash)
                try ScopeChoice.check(seal.scope, against: scope)
            }
        }
        let reused = Set(chosen.filter(\.found.isCommitted).map(\.found.content.id))
        var shared: PieceList?
        if let oldList, !reused.isEmpty { shared = try await data.pieceList(oldList) }
        let isBorrowing = (shared?.references ?? 0) > 1
        var bases = shared?.bases ?? []
        if isBorrowing, let oldList { bases = [oldList] }

        var seen: Set<[UInt8]> = []
        let pieces = chosen.map { id, found in
            let isFirst = seen.insert(found.content.id).inserted
            return Piece(
                content: found.content,
                block: id,
                isOwner: isFirst && !(found.isCommitted && (isBorrowing || found.isBorrowed))
            )
        }
        try await endTable(waiting, taking: Set(chosen.filter { !$0.found.isCommitted }.map(\.found.content.id)))
        if let old, !isBorrowing { try await releaseOld(old, oldPieces, handedOn: reused, shared) }
        let id = try await data.write(pieces, bases: bases)
        let length = pieces.reduce(0) { $0 + $1.content.length }
        return (.pieces(list: id, count: pieces.count), length)
    }

    private func committed(_ old: Blob?) async throws(ServiceError) -> (UUID?, [Piece]) {
        guard case .pieces(let list, _)? = old?.body else { return (nil, []) }
        return (list, try await data.scope.pieces(list, in: data.domain))
    }
    private func uncommitted() async throws(ServiceError) -> [(id: BlockID, content: Content)] {
        guard let table = try await data.table(place) else { return [] }
        // Twice the limit: earlier releases counted now and then only.
        return try await data.scope.blocks(table.id, in: data.domain, limit: 2 * BlobLimits.uncommittedBlocksMax)
    }
    private func choose(
        _ list: BlockList,
        _ oldPieces: [Piece],
        _ waiting: [(id: BlockID, content: Content)]
    ) throws(ServiceError) -> [(id: BlockID, found: Found)] {
        var owned: Set<[UInt8]> = []
        for piece in oldPieces where piece.isOwner { owned.insert(piece.content.id) }
        let committed = Dictionary(
            oldPieces.map {
                ($0.block, Found(content: $0.content, isCommitted: true, isBorrowed: !owned.contains($0.content.id)))
            },
            uniquingKeysWith: { first, _ in first }
        )
        let uncommitted = Dictionary(
            waiting.map { ($0.id, Found(content: $0.content, isCommitted: false, isBorrowed: false)) },
            uniquingKeysWith: { first, _ in first }
        )
        let found = try checked { () throws(StorageFault) in
            try list.resolve(committed: committed, uncommitted: uncommitted)
        }
        return Array(zip(list.references.map(\.id), found))
    }
    private func endTable(
        _ waiting: [(id: BlockID, content: Content)],
        taking contents: Set<[UInt8]>
    ) async throws(ServiceError) {
        var taken = TakenPlaces(count: waiting.count)
        for (place, block) in waiting.enumerated() where contents.contains(block.content.id) { taken.insert(place) }
        try await data.end(table: place, taken: taken)
    }
    /// Ends the old blob's reference; a list that handed contents on keeps neither them nor its bases.
    private func releaseOld(
        _ old: Blob,
        _ pieces: [Piece],
        handedOn: Set<[UInt8]>,
        _ list: PieceList?
    ) async throws(ServiceError) {
        guard case .pieces(let id, _) = old.body, var list, !handedOn.isEmpty else {
            return try await data.release(old.body)
        }
        list.bases = []
        try await data.scope.put(list, in: data.domain, at: StorageKey.list(id))
        var taken = TakenPlaces(count: pieces.count)
        for (place, piece) in pieces.enumerated() where handedOn.contains(piece.content.id) { taken.insert(place) }
        try await data.release(list: id, taken: taken, atOnce: true)
    }
}
