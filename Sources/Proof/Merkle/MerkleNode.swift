// SPDX-License-Identifier: Apache-2.0

/// Names a perfect subtree: the `index`-th one of 2^`level` leaves.
///
/// It never changes once its leaves are there.
package struct MerkleNode: Hashable, Sendable {
    /// 0 for a leaf.
    package let level: Int
    /// Counted from the left, from 0.
    package let index: UInt64
    /// Names a subtree.
    package init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }
    /// The numbers of the leaves under it.
    package var leaves: Range<UInt64> { index << UInt64(level)..<(index + 1) << UInt64(level) }

    /// The perfect subtrees that make up the leaves of `range`, left to right.
    ///
    /// `range` must be one that a tree's recursion meets: its start is a multiple of the smallest power of two that
    /// holds its count.
    static func covering(_ range: Range<UInt64>) -> [MerkleNode] {
        var nodes: [MerkleNode] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let level = 63 - (range.upperBound - start).leadingZeroBitCount
            nodes.append(MerkleNode(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return nodes
    }
}
