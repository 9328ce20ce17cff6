// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// What a blob made of blocks consists of, kept apart from the blob so that copies share it.
///
/// A commit may write 1,000 keys, a blob has up to 50,000 blocks, so no commit can touch a key for each block:
/// - The pieces lie in chunks of up to 1,000, under the offset of their first byte: a range finds its piece by one
///   look-up, and 50,000 pieces are 50 writes.
/// - A piece owns the content of its block. Put Block List does not count a reference, it moves ownership from the
///   uncommitted blocks to the pieces, and remembers in one bit map (`TakenPlaces`) which blocks were taken. A saga then
///   removes the blocks' keys, and discards the contents of those that were not (`BlockPurge`).
/// - A list that nobody shares hands the contents of its reused pieces on in the same way (`PiecePurge` discards the
///   rest). A list that copies share stays whole: the new list borrows from it and holds its reference (`bases`).
/// - Copy Blob counts one reference on the list, whatever its length.
struct PieceList: Stored, Codable {
    /// How many blobs and lists refer to it.
    var references: Int
    var count: Int
    /// Lists whose contents this one borrows; each is one reference on that list.
    var bases: [UUID]
}

/// One block of a blob.
struct Piece {
    let content: Content
    let block: BlockID
    /// Whether the content goes when the list goes.
    ///
    /// A block named twice, or borrowed from a base, is owned elsewhere.
    var isOwner: Bool
}

/// Up to `countMax` pieces in the order of the blob's bytes.
struct PieceChunk: Stored {
    var pieces: [Piece]
    /// About 60 KiB of record.
    static let countMax = 1000
    static let format: UInt8 = 1

    init(_ pieces: [Piece]) { self.pieces = pieces }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.number(UInt64(pieces.count))
        for piece in pieces {
            writer.content(piece.content)
            writer.data(piece.block.bytes)
            writer.flag(piece.isOwner)
        }
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        pieces = []
        for _ in 0..<(try reader.count()) {
            let content = try reader.content()
            guard let block = BlockID(try reader.data().base64) else { throw StoredFormatError("a block without id") }
            pieces.append(Piece(content: content, block: block, isOwner: try reader.flag()))
        }
    }
}

/// Which places of a list or block table were handed on, as one bit for each.
struct TakenPlaces: Stored {
    private var bits: [UInt8]
    static let format: UInt8 = 1
    init(count: Int) { bits = [UInt8](repeating: 0, count: (count + 7) / 8) }
    mutating func insert(_ place: Int) { bits[place / 8] |= 1 << UInt8(place % 8) }
    func contains(_ place: Int) -> Bool { place / 8 < bits.count && bits[place / 8] >> UInt8(place % 8) & 1 == 1 }
    func storedBody() -> [UInt8] { bits }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { bits = Array(storedBody) }
}

extension Scope {
    /// All pieces of a list in order, `countMax` at a time; at most 50,000.
    func pieces(_ id: UUID, in domain: Domain) async throws(ServiceError) -> [Piece] {
        var pieces: [Piece] = []
        var after: Key?
        while true {
            let page = try await list(
                PieceChunk.self,
                in: domain,
                under: StorageKey.pieces(id),
                after: after,
                limit: Self.chunksAtOnce
            )
            for chunk in page { pieces += chunk.value.pieces }
            guard page.count == Self.chunksAtOnce, let last = page.last else { return pieces }
            after = last.key
        }
    }
    /// How many chunks are read at once.
    private static var chunksAtOnce: Int { 10 }
}

/// One account's data within a change, and what is done to it by hand or by saga.
struct AccountData {
    let id: UUID
    let scope: WriteScope
    let caller: Caller
    let domain: Domain

    init(_ id: UUID, _ scope: WriteScope, caller: Caller) {
        self.id = id
        domain = .account(id)
        self.scope = scope
        self.caller = caller
    }

    /// Up to this many blocks or pieces are dealt with in the change itself: three writes each, far from the 1,000 a
    /// commit may have.
    ///
    /// More are left to a saga.
    static let atOnceMax = 100

    /// Writes a new list of pieces and answers its id.
    func write(_ pieces: [Piece], bases: [UUID]) async throws(ServiceError) -> UUID {
        let id = scope.entropy.uuid()
        let list = PieceList(references: 1, count: pieces.count, bases: bases)
        try await scope.put(list, in: domain, at: StorageKey.list(id))
        var start: Int64 = 0
        for first in stride(from: 0, to: pieces.count, by: PieceChunk.countMax) {
            let chunk = Array(pieces[first..<min(first + PieceChunk.countMax, pieces.count)])
            try await scope.put(PieceChunk(chunk), in: domain, at: StorageKey.pieces(id, from: start))
            start += chunk.reduce(0) { $0 + $1.content.length }
        }
        return id
    }
    /// Another reference to a blob's bytes.
    func share(_ body: Blob.Body) async throws(ServiceError) -> Blob.Body {
        switch body {
        case .whole(let content): return .whole(try await scope.share(content, in: domain))
        case .pieces(let id, let count):
            var list = try await pieceList(id)
            list.references += 1
            try await scope.put(list, in: domain, at: StorageKey.list(id))
            return .pieces(list: id, count: count)
        case .pages(let table, let generation):
            var pages = try await PageStore(self, table)
            return .pages(table: table, at: try await pages.hold(generation))
        }
    }
    /// Ends a blob's reference to its bytes.
    ///
    /// `atOnce` says whether a short list may be discarded in this change.
    func release(_ body: Blob.Body, atOnce: Bool = true) async throws(ServiceError) {
        switch body {
        case .whole(let content): try await scope.discard(content, in: domain)
        case .pieces(let id, _): try await release(list: id, taken: nil, atOnce: atOnce)
        case .pages(let table, let generation):
            var pages = try await PageStore(self, table)
            try await pages.release(generation, atOnce: atOnce)
        }
    }
    /// Ends one reference to a list.
    ///
    /// `taken` are the places whose contents were handed on: then it was the last one.
    func release(list id: UUID, taken: TakenPlaces?, atOnce: Bool) async throws(ServiceError) {
        var list = try await pieceList(id)
        list.references -= 1
        guard list.references == 0 else {
            try await scope.put(list, in: domain, at: StorageKey.list(id))
            return
        }
        if atOnce, list.count <= Self.atOnceMax, list.bases.isEmpty, let chunks = try await shortChunks(id) {
            for (place, piece) in chunks.flatMap(\.value.pieces).enumerated()
            where piece.isOwner && taken?.contains(place) != true {
                try await scope.discard(piece.content, in: domain)
            }
            for chunk in chunks { try await scope.remove(in: domain, at: chunk.key) }
            try await scope.remove(in: domain, at: StorageKey.list(id))
            return
        }
        try await scope.put(list, in: domain, at: StorageKey.list(id))
        if let taken { try await scope.put(taken, in: domain, at: StorageKey.taken(id)) }
        _ = try await scope.start(PiecePurge.self, PiecePurge.state(account: self.id, list: id), caller: caller)
    }
    /// All chunks of a list that is short; a list that appends lengthen does not say how long it is.
    private func shortChunks(_ id: UUID) async throws(ServiceError) -> [Item<PieceChunk>]? {
        let max = Self.atOnceMax / PieceList.appendedChunkMax + 2
        let prefix = StorageKey.pieces(id)
        let chunks = try await scope.list(PieceChunk.self, in: domain, under: prefix, limit: max)
        let count = chunks.reduce(0) { $0 + $1.value.pieces.count }
        return chunks.count < max && count <= Self.atOnceMax ? chunks : nil
    }
    func pieceList(_ id: UUID) async throws(ServiceError) -> PieceList {
        guard let list = try await scope.get(PieceList.self, in: domain, at: StorageKey.list(id)) else {
            throw .unavailable("piece list \(id) is missing")
        }
        return list
    }
}

/// Discards a long list of pieces that nobody refers to any more.
struct PiecePurge: Saga {
    static let kind = "storage.piecePurge"
    static let frees = true
    /// Pieces in one step: up to three writes each.
    private static let piecesAtOnce = 250

    static func state(account: UUID, list: UUID) -> JSON {
        ["account": .string(account.lowercaseText), "list": .string(list.lowercaseText), "chunk": 0, "place": 0]
    }

    /// `chunk` counts pieces before the current chunk, `place` those done within it.
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let list = state.uuid("list") else { return .done(result: nil) }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        guard let head = try await scope.get(PieceList.self, in: data.domain, at: StorageKey.list(list)) else {
            return .done(result: nil)
        }
        let chunks = try await scope.list(
            PieceChunk.self,
            in: data.domain,
            under: StorageKey.pieces(list),
            limit: 1
        )
        guard let chunk = chunks.first else {
            for base in head.bases { try await data.release(list: base, taken: nil, atOnce: false) }
            try await scope.remove(in: data.domain, at: StorageKey.taken(list))
            try await scope.remove(in: data.domain, at: StorageKey.list(list))
            return .done(result: nil)
        }
        let taken = try await scope.get(TakenPlaces.self, in: data.domain, at: StorageKey.taken(list))
        let before = Int(state["chunk"]?.integer ?? 0)
        let from = Int(state["place"]?.integer ?? 0)
        let pieces = chunk.value.pieces
        let to = min(from + Self.piecesAtOnce, pieces.count)
        for place in from..<max(from, to) where pieces[place].isOwner && taken?.contains(before + place) != true {
            try await scope.discard(pieces[place].content, in: data.domain)
        }
        var next = state.object ?? [:]
        if to == pieces.count {
            try await scope.remove(in: data.domain, at: chunk.key)
            next["chunk"] = .integer(Int64(before + to))
            next["place"] = 0
        } else {
            next["place"] = .integer(Int64(to))
        }
        return .again(.object(next))
    }
}

extension JSON {
    /// A member that names something.
    func uuid(_ name: String) -> UUID? { self[name]?.string.flatMap { UUID(uuidString: $0) } }
}
