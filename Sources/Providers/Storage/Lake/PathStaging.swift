// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

extension BlockID {
    /// What tells bytes that were appended at a place from blocks that a client named.
    private static let mark = Array("path".utf8)

    /// The id of bytes appended at a place of a file: ids come in the order of the places.
    init(position: Int64) {
        let number = UInt64(bitPattern: position)
        let digits = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
        self.init(known: Self.mark + digits)
    }
    /// The place; nil where a client named the block.
    var position: Int64? {
        guard bytes.count == Self.mark.count + 8, bytes.starts(with: Self.mark) else { return nil }
        return Int64(bitPattern: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

/// Bytes that were appended to a file wait as uncommitted blocks, and end as those do.
extension AccountData {
    /// Bytes that a flush leaves waiting, at most: each is moved.
    private static let restMax = 200

    /// Keeps bytes for a place of a file until they are flushed; those that waited there before are given up.
    func stage(
        _ content: Content,
        at position: Int64,
        of place: BlobPlace,
        under seal: BlobSeal,
        _ turns: BlockTurns
    ) async throws(ServiceError) {
        let id = BlockID(position: position)
        let table = try await table(place, for: id, under: seal, turns.quota)
        try await keep(content, as: id, in: table, turns)
    }
    /// Takes the waiting bytes from the end of a file to a place, without a gap; the rest is given up, or goes on waiting.
    func takeStaged(
        of place: BlobPlace,
        from start: Int64,
        to end: Int64,
        keepsRest: Bool,
        under seal: BlobSeal,
        _ turns: BlockTurns
    ) async throws(ServiceError) -> [Content] {
        var waiting: [(id: BlockID, content: Content)] = []
        if let table = try await table(place) {
            try checked { () throws(StorageFault) in
                try CustomerKey.check(seal.customerKey, against: table.customerKeyHash)
                try ScopeChoice.check(seal.scope, against: table.encryptionScope)
            }
            waiting = try await scope.blocks(table.id, in: domain, limit: 2 * BlobLimits.uncommittedBlocksMax)
        }
        var taken = TakenPlaces(count: waiting.count)
        var staged: [Content] = []
        var rest: [(BlockID, Content)] = []
        var reached = start
        for (index, block) in waiting.enumerated() {
            guard let position = block.id.position else { throw ServiceError(.invalidBlobOrBlock) }
            // What the file has already is not written again: those bytes are given up.
            if position < start, position + block.content.length <= start { continue }
            if position >= end {
                guard keepsRest else { continue }
                rest.append(block)
            } else {
                guard position == reached else { throw ServiceError(.invalidFlushPosition) }
                staged.append(block.content)
                reached += block.content.length
            }
            taken.insert(index)
        }
        guard reached == end else { throw ServiceError(.invalidFlushPosition) }
        guard rest.count <= Self.restMax else {
            throw ServiceError(.notImplemented("retainUncommittedData with more than \(Self.restMax) appends left."))
        }
        try await self.end(table: place, taken: taken)
        for (id, content) in rest {
            let table = try await table(place, for: id, under: seal, turns.quota)
            try await keep(content, as: id, in: table, turns)
        }
        return staged
    }
    /// The body of a file with more bytes at its end.
    ///
    /// Its list grows in place while nobody shares it.
    func grow(_ file: Blob, by staged: [Content]) async throws(ServiceError) -> Blob.Body {
        guard !staged.isEmpty else { return file.body }
        var offset = file.length
        var count = 0
        let list: UUID
        switch file.body {
        case .whole(let content):
            list = try await createGrowingList()
            if content.length > 0 {
                try await append(content, to: list, at: 0, number: 0)
                count = 1
            }
        case .pieces(let id, let known):
            count = known
            list = try await growing(id, count: known)
        case .pages: throw ServiceError(.invalidBlobType)
        }
        guard count + staged.count <= BlobLimits.committedBlocksMax else {
            throw ServiceError(.committedBlockCountExceedsLimit)
        }
        for content in staged {
            try await append(content, to: list, at: offset, number: count)
            offset += content.length
            count += 1
        }
        return .pieces(list: list, count: count)
    }
    /// The list itself where it is nobody else's, else one that borrows from it.
    private func growing(_ id: UUID, count: Int) async throws(ServiceError) -> UUID {
        var list = try await pieceList(id)
        guard list.references == 1 else {
            let own = try await branch(id, count: count)
            try await release(list: id, taken: nil, atOnce: false)
            return own
        }
        if list.count != PieceList.growing {
            list.count = PieceList.growing
            try await scope.put(list, in: domain, at: StorageKey.list(id))
        }
        return id
    }
}
