// SPDX-License-Identifier: Apache-2.0

/// Which stored hashes make up a proof: computed without reading anything, so that a caller fetches them as it can.
package struct MerkleProofPlan: Hashable, Sendable {
    /// For each hash of the proof, in its order, the perfect subtrees to join.
    package let steps: [[MerkleNode]]
    /// Every stored hash that the proof needs.
    package var nodes: [MerkleNode] { steps.flatMap { $0 } }

    /// The proof, from stored hashes.
    package func proof(_ lookup: (MerkleNode) throws -> MerkleHash) rethrows -> [MerkleHash] {
        try steps.map { MerkleHash.joining(try $0.map(lookup)) }
    }

    /// PATH of RFC 9162 §2.1.3.1: that leaf `index` is in the tree of `size` leaves; nil unless index < size.
    package static func inclusion(index: UInt64, size: UInt64) -> MerkleProofPlan? {
        guard index < size else { return nil }
        var steps: [[MerkleNode]] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + split(range.upperBound - range.lowerBound)
            if index < middle {
                steps.append(MerkleNode.covering(middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                steps.append(MerkleNode.covering(range.lowerBound..<middle))
                range = middle..<range.upperBound
            }
        }
        return MerkleProofPlan(steps: steps.reversed())
    }

    /// PROOF of RFC 9162 §2.1.4.1: that the tree of `size` leaves continues the one of `older`; nil unless 0 < older ≤
    /// size.
    package static func consistency(from older: UInt64, to size: UInt64) -> MerkleProofPlan? {
        guard older > 0, older <= size else { return nil }
        var steps: [[MerkleNode]] = []
        var range = 0..<size
        var isWhole = true
        while range.upperBound != older {
            let middle = range.lowerBound + split(range.upperBound - range.lowerBound)
            if older <= middle {
                steps.append(MerkleNode.covering(middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                steps.append(MerkleNode.covering(range.lowerBound..<middle))
                range = middle..<range.upperBound
                isWhole = false
            }
        }
        if !isWhole { steps.append(MerkleNode.covering(range)) }
        return MerkleProofPlan(steps: steps.reversed())
    }

    /// The largest power of two below `count`, which must be at least 2.
    private static func split(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }
}
