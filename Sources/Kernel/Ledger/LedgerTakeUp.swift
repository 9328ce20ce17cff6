// SPDX-License-Identifier: Apache-2.0
import Ledger
import Merkle
import Synchronization

extension Sequencer {
    /// Reads the ledger at a start, and refuses one that does not go on from what was published (decision 0033).
    ///
    /// `isFounded` says that the founding has ended, which publishes a checkpoint before. Of the files it reads the
    /// unfinished tiles' children, at most 255 a level.
    package func takeUp(isFounded: Bool) async throws {
        try await reload()
        let tree = state.withLock { $0.tree }
        guard try await root(of: tree, at: tree.size) == tree.frontier.root else {
            throw LedgerDamage("tile", "holds tiles that do not give the root of the store's head")
        }
        guard let note = try await tiles.checkpoint() else {
            guard isFounded else { return }
            throw LedgerDamage(Self.published, "is missing")
        }
        let checkpoint: Checkpoint
        do { checkpoint = try Checkpoint.verified(note, origin: signer.key.name, by: [signer.key]) } catch {
            throw LedgerDamage(Self.published, "is damaged, or not signed by this region's key")
        }
        guard checkpoint.size <= tree.size else {
            throw LedgerDamage(
                Self.published,
                "covers \(checkpoint.size) entries, the store knows \(tree.size): the store was taken back"
            )
        }
        guard try await root(of: tree, at: checkpoint.size) == checkpoint.root else {
            throw LedgerDamage(
                Self.published,
                "has another root for its \(checkpoint.size) entries than the store: the store is another ledger's"
            )
        }
    }
    /// Publishes the head's checkpoint; nothing while there is none.
    package func publish() async throws {
        let note = checkpoint
        if !note.isEmpty { try await tiles.publish(checkpoint: Array(note.utf8)) }
    }

    /// The checkpoint's name in the ledger's folder.
    private static let published = "checkpoint"

    /// The root the tree had with its first `size` entries, from full tiles and the unfinished ones.
    private func root(of tree: LedgerTree, at size: UInt64) async throws -> MerkleHash? {
        var peaks: [MerkleHash] = []
        for node in MerkleFrontier.nodes(size: size) {
            let address = TileAddress.holding(node).tile
            let isFull = (address.index + 1) << UInt64(TileAddress.height * (address.level + 1)) <= tree.size
            let hashes = isFull ? try await tile(address) : tree.edges[address.level]
            guard let peak = TileAddress.hash(of: node, in: hashes) else { return nil }
            peaks.append(peak)
        }
        return MerkleFrontier(size: size, peaks: peaks)?.root
    }
}
