// SPDX-License-Identifier: Apache-2.0
package import Base
import Ledger
package import Merkle
import Store
import Synchronization

/// Proof that an entry is in the ledger: verifiable offline with the log's public key alone.
package struct Receipt: Sendable {
    /// The leaf.
    package let leaf: [UInt8]
    package let index: UInt64
    /// RFC 9162 §2.1.3 inclusion proof to the checkpoint's root.
    package let proof: [MerkleHash]
    /// The signed checkpoint.
    package let note: String

    /// The wire form.
    package var json: JSON {
        [
            "entry": .string(leaf.base64), "index": .integer(Int64(index)),
            "inclusionProof": .array(proof.map { .string($0.bytes.base64) }), "checkpoint": .string(note),
        ]
    }
}

extension Sequencer {
    /// The receipt of an entry; nil while it has no number, or is none of ours.
    package func receipt(_ id: EntryID) async throws -> Receipt? {
        let snapshot = try await store.snapshot()
        guard let at = try await snapshot.get(LedgerKey.at(id)) else { return nil }
        let (tree, note) = state.withLock { ($0.tree, $0.note) }
        let index = LedgerTree.number(at)
        guard let plan = MerkleProofPlan.inclusion(index: index, size: tree.size),
            let leaf = try await leaf(index, tree)
        else { return nil }
        var hashes: [MerkleNode: MerkleHash] = [:]
        for node in plan.nodes { hashes[node] = try await hash(node, tree) }
        let proof = try plan.proof { node in
            guard let hash = hashes[node] else { throw LedgerDamage(description: "a node of the ledger is missing") }
            return hash
        }
        return Receipt(leaf: leaf, index: index, proof: proof, note: note)
    }
    /// An entry's leaf: committed, sequenced or not; nil when it is none of ours.
    func entry(_ id: EntryID, _ snapshot: any StoreSnapshot) async throws -> Entry? {
        if let pending = try await snapshot.get(LedgerKey.pending(id)) { return Entry(bytes: pending) }
        guard let at = try await snapshot.get(LedgerKey.at(id)) else { return nil }
        return try await leaf(LedgerTree.number(at), state.withLock { $0.tree }).flatMap { Entry(bytes: $0) }
    }
    private func leaf(_ index: UInt64, _ tree: LedgerTree) async throws -> [UInt8]? {
        let full = UInt64(TileAddress.fullWidth)
        let bundle = index / full
        if bundle == tree.size / full { return tree.tail[Int(index % full)].leaf }
        guard let bytes = try await tiles.read(TileAddress(level: 0, index: bundle).entriesPath),
            let entries = LedgerTree.entries(ofBundle: bytes), entries.count == TileAddress.fullWidth
        else { throw LedgerDamage(description: "the ledger's bundle \(bundle) is missing or cut") }
        return entries[Int(index % full)]
    }
    private func hash(_ node: MerkleNode, _ tree: LedgerTree) async throws -> MerkleHash {
        let (address, _) = TileAddress.holding(node)
        let known = tree.size >> UInt64(TileAddress.height * address.level)
        let isFull = (address.index + 1) * UInt64(TileAddress.fullWidth) <= known
        let hashes = isFull ? try await tile(address) : tree.edges[address.level]
        guard let hash = TileAddress.hash(of: node, in: hashes) else {
            throw LedgerDamage(description: "the ledger's tile \(address.path) is too short")
        }
        return hash
    }
}
