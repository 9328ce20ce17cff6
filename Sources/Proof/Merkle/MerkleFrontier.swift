// SPDX-License-Identifier: Apache-2.0

/// All that a log must remember to append: the perfect subtrees of the right edge, at most 64 of them.
package struct MerkleFrontier: Hashable, Sendable {
    /// How many leaves the tree has.
    package private(set) var size: UInt64
    /// The perfect subtrees whose sizes add up to `size`, largest first.
    package private(set) var peaks: [MerkleHash]

    /// The frontier of the empty tree.
    package init() {
        size = 0
        peaks = []
    }
    /// A frontier that was stored; nil when the count of peaks does not fit the size.
    package init?(size: UInt64, peaks: [MerkleHash]) {
        guard peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }
    /// The peaks' names in a tree of `size` leaves: what to look up to restore a frontier.
    package static func nodes(size: UInt64) -> [MerkleNode] { MerkleNode.covering(0..<size) }

    /// The tree's root.
    package var root: MerkleHash { MerkleHash.joining(peaks) }

    /// Appends a leaf's hash.
    package mutating func append(_ leaf: MerkleHash) { append(leaf) { _, _ in } }

    /// Appends a leaf's hash and reports every perfect subtree that it completes, the leaf itself first.
    package mutating func append(_ leaf: MerkleHash, completed: (MerkleNode, MerkleHash) throws -> Void) rethrows {
        try completed(MerkleNode(level: 0, index: size), leaf)
        var hash = leaf
        var level = 0
        var grown = peaks
        while (size >> UInt64(level)) & 1 == 1 {
            hash = MerkleHash.node(grown.removeLast(), hash)
            level += 1
            try completed(MerkleNode(level: level, index: size >> UInt64(level)), hash)
        }
        grown.append(hash)
        peaks = grown
        size += 1
    }
}
