// SPDX-License-Identifier: Apache-2.0
package import Base
package import Ledger
package import Merkle

/// The right edge of the ledger: what is sequenced but not yet in full tiles, and what appending needs.
package struct LedgerTree: Sendable {
    /// An entry of the unfinished bundle.
    package struct TailEntry: Sendable {
        package let id: EntryID
        package let leaf: [UInt8]
    }
    package private(set) var frontier: MerkleFrontier
    /// The entries behind the last full bundle, at most 255.
    package private(set) var tail: [TailEntry]
    /// For each tile level the hashes of its unfinished tile.
    package private(set) var edges: [[MerkleHash]]

    package init() {
        frontier = MerkleFrontier()
        tail = []
        edges = [[]]
    }
    package init(frontier: MerkleFrontier, tail: [TailEntry], edges: [[MerkleHash]]) {
        self.frontier = frontier
        self.tail = tail
        self.edges = edges
    }
    package var size: UInt64 { frontier.size }

    /// Appends an entry; returns the tiles and the bundle it completes.
    package mutating func append(_ id: EntryID, _ leaf: [UInt8]) -> [Tile] {
        let hash = MerkleHash.leaf(leaf)
        tail.append(TailEntry(id: id, leaf: leaf))
        frontier.append(hash)
        var tiles: [Tile] = []
        var level = 0
        var carry: MerkleHash? = hash
        while let next = carry {
            if edges.count == level { edges.append([]) }
            edges[level].append(next)
            carry = nil
            guard edges[level].count == TileAddress.fullWidth else { break }
            let index = (size >> UInt64(TileAddress.height * (level + 1))) - 1
            let address = TileAddress(level: level, index: index)
            tiles.append(Tile(path: address.path, bytes: Self.joined(edges[level])))
            if level == 0 {
                tiles.append(Tile(path: address.entriesPath, bytes: Self.bundle(tail.map(\.leaf))))
                tail = []
            }
            carry = MerkleHash.root(ofPerfect: edges[level])
            edges[level] = []
            level += 1
        }
        return tiles
    }

    /// C2SP tlog-tiles entry bundle: each entry behind its length in two bytes.
    static func bundle(_ leaves: [[UInt8]]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(leaves.reduce(0) { $0 + $1.count + 2 })
        for leaf in leaves { out += [UInt8(leaf.count >> 8), UInt8(leaf.count & 255)] + leaf }
        return out
    }
    /// The entries of a bundle; nil when it is cut or overlong.
    package static func entries(ofBundle bundle: [UInt8]) -> [[UInt8]]? {
        var entries: [[UInt8]] = []
        var at = 0
        while at < bundle.count {
            guard at + 2 <= bundle.count else { return nil }
            let end = at + 2 + (Int(bundle[at]) << 8 | Int(bundle[at + 1]))
            guard end <= bundle.count else { return nil }
            entries.append(Array(bundle[(at + 2)..<end]))
            at = end
        }
        return entries
    }
    private static func joined(_ hashes: [MerkleHash]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(hashes.count * MerkleHash.sizeBytes)
        for hash in hashes { hash.append(to: &out) }
        return out
    }
    /// The hashes of a tile; nil when it is cut.
    package static func hashes(ofTile tile: [UInt8]) -> [MerkleHash]? {
        guard tile.count.isMultiple(of: MerkleHash.sizeBytes) else { return nil }
        return stride(from: 0, to: tile.count, by: MerkleHash.sizeBytes).compactMap {
            MerkleHash(bytes: tile[$0..<$0 + MerkleHash.sizeBytes])
        }
    }
    static func bytes(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
    static func number(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}

extension MerkleHash {
    /// The root over a full tile's hashes: nodes of the tree above, not leaves.
    static func root(ofPerfect hashes: [MerkleHash]) -> MerkleHash {
        var layer = hashes
        while layer.count > 1 {
            layer = stride(from: 0, to: layer.count, by: 2).map { MerkleHash.node(layer[$0], layer[$0 + 1]) }
        }
        return layer[0]
    }
}
