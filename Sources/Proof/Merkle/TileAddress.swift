// SPDX-License-Identifier: Apache-2.0

/// Names a tile of the log: up to 256 neighbouring hashes of every eighth level (C2SP tlog-tiles).
package struct TileAddress: Hashable, Sendable {
    /// How many levels of the tree one tile level spans.
    package static let height = 8
    /// How many hashes a full tile holds.
    package static let fullWidth = 256
    /// The highest tile level of a tree of 2^63 leaves.
    package static let levelMax = 7

    /// The tile level: its hashes are those of tree level 8 × `level`.
    package let level: Int
    /// Counted from the left, from 0.
    package let index: UInt64
    /// How many hashes it holds: 256, or fewer at the right edge of a tree.
    package let width: Int

    /// Names a tile of 1 to 256 hashes.
    package init(level: Int, index: UInt64, width: Int = TileAddress.fullWidth) {
        precondition((0...Self.levelMax).contains(level), "a tile level is between 0 and 7")
        precondition((1...Self.fullWidth).contains(width), "a tile holds 1 to 256 hashes")
        self.level = level
        self.index = index
        self.width = width
    }

    /// `tile/0/x001/067`, with `.p/5` behind for a partial tile of five.
    package var path: String { Self.path("tile/\(level)", index, width) }
    /// `tile/entries/x001/067`: where the entries under a tile of level 0 lie.
    package var entriesPath: String { Self.path("tile/entries", index, width) }

    private static func path(_ prefix: String, _ index: UInt64, _ width: Int) -> String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            groups.append((groups.isEmpty ? "" : "x") + String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1000
        } while rest > 0
        return prefix + "/" + groups.reversed().joined(separator: "/") + (width == fullWidth ? "" : ".p/\(width)")
    }
}

extension TileAddress {
    /// The tile that a node's hash is read or computed from, and which of its hashes lie under the node.
    package static func holding(_ node: MerkleNode) -> (tile: TileAddress, range: Range<Int>) {
        let tileLevel = node.level / height
        let inner = UInt64(node.level % height)
        let first = node.index << inner
        let offset = Int(first % UInt64(fullWidth))
        return (
            TileAddress(level: tileLevel, index: first / UInt64(fullWidth)), offset..<offset + (1 << Int(inner))
        )
    }
    /// The tile as wide as it is in a tree of `size` leaves; nil when the tree does not reach it.
    package func inTree(size: UInt64) -> TileAddress? {
        let available = size >> UInt64(Self.height * level)
        let start = index * UInt64(Self.fullWidth)
        guard start < available else { return nil }
        return TileAddress(level: level, index: index, width: Int(min(UInt64(Self.fullWidth), available - start)))
    }
    /// The hash of a node under this tile, from the tile's hashes; nil when they do not reach that far.
    package static func hash(of node: MerkleNode, in hashes: [MerkleHash]) -> MerkleHash? {
        let range = holding(node).range
        guard range.upperBound <= hashes.count else { return nil }
        var layer = Array(hashes[range])
        while layer.count > 1 {
            layer = stride(from: 0, to: layer.count, by: 2).map { MerkleHash.node(layer[$0], layer[$0 + 1]) }
        }
        return layer.first
    }
    /// The tiles of the right edge that change when a tree grows from `older` to `size` leaves, at one tile level, left
    /// to right.
    package static func changed(level: Int, from older: UInt64, to size: UInt64) -> [TileAddress] {
        let shift = UInt64(height * level)
        let (before, after) = (older >> shift, size >> shift)
        guard before < after else { return [] }
        let full = UInt64(fullWidth)
        return (before / full...(after - 1) / full).map { index in
            TileAddress(level: level, index: index, width: Int(min(full, after - index * full)))
        }
    }
}
