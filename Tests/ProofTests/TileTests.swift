// SPDX-License-Identifier: Apache-2.0
import Merkle
import Testing

@Suite("Tiles")
struct TileTests {
    @Test(
        "paths are those of C2SP tlog-tiles",
        arguments: [
            (0, 0, 256, "tile/0/000"), (0, 67, 256, "tile/0/067"), (1, 1067, 256, "tile/1/x001/067"),
            (0, 1_234_067, 256, "tile/0/x001/x234/067"), (2, 1000, 5, "tile/2/x001/000.p/5"),
        ]
    )
    func paths(level: Int, index: UInt64, width: Int, path: String) {
        #expect(TileAddress(level: level, index: index, width: width).path == path)
    }
    @Test func `entries lie under a path of their own`() {
        #expect(TileAddress(level: 0, index: 1067, width: 3).entriesPath == "tile/entries/x001/067.p/3")
    }
    @Test func `a tree of 70,000 leaves has its tiles as wide as the specification says`() {
        #expect(TileAddress(level: 0, index: 273).inTree(size: 70_000)?.width == 112)
        #expect(TileAddress(level: 0, index: 272).inTree(size: 70_000)?.width == 256)
        #expect(TileAddress(level: 1, index: 1).inTree(size: 70_000)?.width == 17)
        #expect(TileAddress(level: 2, index: 0).inTree(size: 70_000)?.width == 1)
        #expect(TileAddress(level: 0, index: 274).inTree(size: 70_000) == nil)
        #expect(TileAddress(level: 3, index: 0).inTree(size: 70_000) == nil)
    }
    @Test func `growth changes exactly the tiles of the right edge`() {
        #expect(TileAddress.changed(level: 0, from: 10, to: 10).isEmpty)
        #expect(TileAddress.changed(level: 0, from: 255, to: 256) == [TileAddress(level: 0, index: 0)])
        #expect(
            TileAddress.changed(level: 0, from: 256, to: 600)
                == [TileAddress(level: 0, index: 1), TileAddress(level: 0, index: 2, width: 88)]
        )
        #expect(TileAddress.changed(level: 1, from: 256, to: 511).isEmpty)
        #expect(TileAddress.changed(level: 1, from: 255, to: 513) == [TileAddress(level: 1, index: 0, width: 2)])
    }
    @Test func `every node of a tree is found again from its tile`() throws {
        var tiles: [TileAddress: [MerkleHash]] = [:]
        var nodes: [MerkleNode: MerkleHash] = [:]
        var frontier = MerkleFrontier()
        for number in 0..<UInt64(1300) {
            frontier.append(MerkleHash.leaf(Array("\(number)".utf8))) { node, hash in
                nodes[node] = hash
                if node.level % TileAddress.height == 0 {
                    tiles[TileAddress.holding(node).tile, default: []].append(hash)
                }
            }
        }
        for (node, hash) in nodes {
            let tile = try #require(tiles[TileAddress.holding(node).tile])
            #expect(TileAddress.hash(of: node, in: tile) == hash)
        }
        #expect(tiles[TileAddress(level: 1, index: 0)]?.count == 5)
        #expect(TileAddress.hash(of: MerkleNode(level: 3, index: 0), in: []) == nil)
    }
}
