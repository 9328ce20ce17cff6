// SPDX-License-Identifier: Apache-2.0

/// Checks proofs against roots, with nothing but the proofs.
package enum MerkleProof {
    /// Whether `leaf` is entry `index` of the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).
    package static func includes(
        _ leaf: MerkleHash,
        index: UInt64,
        size: UInt64,
        root: MerkleHash,
        proof: [MerkleHash]
    ) -> Bool {
        guard index < size else { return false }
        var (position, last, computed) = (index, size - 1, leaf)
        for sibling in proof {
            guard last != 0 else { return false }
            if position & 1 == 1 || position == last {
                computed = MerkleHash.node(sibling, computed)
                if position & 1 == 0 {
                    // Only position == last leads here, and last is not 0.
                    let shift = UInt64(position.trailingZeroBitCount)
                    (position, last) = (position >> shift, last >> shift)
                }
            } else {
                computed = MerkleHash.node(computed, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && computed == root
    }

    /// Whether the tree of `size` leaves continues the one of `older` (RFC 9162 §2.1.4.2).
    package static func continues(
        from older: UInt64,
        root olderRoot: MerkleHash,
        to size: UInt64,
        root: MerkleHash,
        proof: [MerkleHash]
    ) -> Bool {
        guard older > 0, older <= size else { return false }
        guard older < size else { return proof.isEmpty && olderRoot == root }
        var path = proof[...]
        // A perfect older tree is a node of the newer one; the proof leaves it out.
        let first = older.nonzeroBitCount == 1 ? olderRoot : path.popFirst()
        guard let first else { return false }
        let shift = UInt64((~(older - 1)).trailingZeroBitCount)
        var (position, last) = ((older - 1) >> shift, (size - 1) >> shift)
        var (olderComputed, computed) = (first, first)
        for sibling in path {
            guard last != 0 else { return false }
            if position & 1 == 1 || position == last {
                olderComputed = MerkleHash.node(sibling, olderComputed)
                computed = MerkleHash.node(sibling, computed)
                while position & 1 == 0, position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                computed = MerkleHash.node(computed, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && olderComputed == olderRoot && computed == root
    }
}
