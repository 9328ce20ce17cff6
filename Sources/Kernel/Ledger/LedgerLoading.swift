// SPDX-License-Identifier: Apache-2.0
import Base
import Ledger
import Merkle
import Store
import Synchronization

/// Why the ledger cannot be taken up where it was left.
package struct LedgerDamage: Error, CustomStringConvertible {
    /// The damaged file's name in the ledger's folder; nil where it is in the store.
    package let file: String?
    /// What is wrong with it.
    package let why: String
    package var description: String { file.map { "the ledger's \($0) \(why)" } ?? why }

    init(description: String) {
        file = nil
        why = description
    }
    init(_ file: String, _ why: String) {
        self.file = file
        self.why = why
    }
}

extension Sequencer {
    /// Entries read at once while loading.
    private static let pageMax = 1000

    /// Reads the head, the unfinished bundle and what waits.
    ///
    /// The first start finds nothing.
    package func reload() async throws {
        // All of these are in the snapshot: waiting, or sequenced by a commit whose answer was lost.
        let before = state.withLock { Set($0.queue.map(\.id)) }
        // Cleared first: what is asked for from here on is looked for in the next round.
        state.withLock { $0.rescan = false }
        let snapshot = try await store.snapshot()
        let head: LedgerHead?
        let stored = try await snapshot.get(LedgerKey.head)
        do { head = try stored.map { try JSONCoding.decode(LedgerHead.self, from: $0) } } catch {
            throw LedgerDamage(description: "the ledger's head in the store cannot be read")
        }
        var numbered: [(number: UInt64, entry: LedgerTree.TailEntry)] = []
        var queue: [Pending] = []
        var range = LedgerKey.allPending
        while true {
            let page = try await snapshot.range(range, limit: Self.pageMax, reverse: false)
            for pair in page {
                guard let entry = Entry(bytes: pair.value) else {
                    throw LedgerDamage(description: "a waiting entry of the ledger cannot be read: \(pair.key)")
                }
                if let at = try await snapshot.get(LedgerKey.at(entry.id)) {
                    numbered.append((LedgerTree.number(at), LedgerTree.TailEntry(id: entry.id, leaf: pair.value)))
                } else if queue.count < Self.queueMax {
                    queue.append(Pending(id: entry.id, leaf: pair.value))
                }
            }
            guard page.count == Self.pageMax, let last = page.last else { break }
            range.from = last.key.next
        }
        let tree = try await tree(head, tail: numbered.sorted { $0.number < $1.number }.map(\.entry))
        state.withLock { state in
            // Those whose changes are under way come by themselves; those that came meanwhile may be in the snapshot or not.
            let waiting = queue.filter { !state.expected.contains($0.id) }
            let known = before.union(waiting.map(\.id)).union(numbered.map(\.entry.id))
            state.queue = waiting + state.queue.filter { !known.contains($0.id) }
            state.rescan = state.rescan || queue.count >= Self.queueMax
            state.tree = tree
            state.note = head?.note ?? ""
        }
        wake()
    }

    private func tree(_ head: LedgerHead?, tail: [LedgerTree.TailEntry]) async throws -> LedgerTree {
        guard let head else { return LedgerTree() }
        let peaks = head.peaks.compactMap { [UInt8](hex: $0).flatMap { MerkleHash(bytes: $0) } }
        guard let frontier = MerkleFrontier(size: head.size, peaks: peaks),
            tail.count == Int(head.size % UInt64(TileAddress.fullWidth))
        else {
            throw LedgerDamage(description: "the ledger's head does not fit its entries")
        }
        let checkpoint = try Checkpoint.verified(Array(head.note.utf8), origin: signer.key.name, by: [signer.key])
        guard checkpoint.root == frontier.root, checkpoint.size == head.size else {
            throw LedgerDamage(description: "the checkpoint of the ledger's head does not fit its tree")
        }
        var edges: [[MerkleHash]] = [tail.map { MerkleHash.leaf($0.leaf) }]
        var level = 1
        while head.size >> UInt64(TileAddress.height * level) > 0 {
            edges.append(try await edge(level, size: head.size))
            level += 1
        }
        return LedgerTree(frontier: frontier, tail: tail, edges: edges)
    }
    /// The unfinished tile of a level, from the full tiles below it.
    private func edge(_ level: Int, size: UInt64) async throws -> [MerkleHash] {
        let count = size >> UInt64(TileAddress.height * level)
        let full = UInt64(TileAddress.fullWidth)
        var hashes: [MerkleHash] = []
        for index in count / full * full..<count {
            let below = try await tile(TileAddress(level: level - 1, index: index))
            hashes.append(MerkleHash.root(ofPerfect: below))
        }
        return hashes
    }
    /// A full tile's hashes.
    func tile(_ address: TileAddress) async throws -> [MerkleHash] {
        guard let bytes = try await tiles.read(address.path), let hashes = LedgerTree.hashes(ofTile: bytes),
            hashes.count == TileAddress.fullWidth
        else { throw LedgerDamage(address.path, "is missing or cut") }
        return hashes
    }
}
