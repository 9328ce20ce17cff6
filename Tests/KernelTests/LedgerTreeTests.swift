// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Ledger
import Merkle
import Testing

@Suite struct LedgerTreeTests {
    private let id = EntryID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)))
    private func leaf(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255), 7] }

    @Test func `its root is the root of all leaves, from one to a thousand`() {
        var tree = LedgerTree()
        var leaves: [MerkleHash] = []
        for number in 0..<1000 {
            _ = tree.append(id, leaf(number))
            leaves.append(MerkleHash.leaf(leaf(number)))
            // Every size near a boundary, and some between: each check costs as much as the tree is large.
            let size = number + 1
            guard
                size < 70 || (250...262).contains(size) || (508...516).contains(size) || size % 97 == 0 || size == 1000
            else { continue }
            #expect(tree.frontier.root == MerkleHash.root(of: leaves), "\(size) leaves")
        }
        #expect(tree.size == 1000)
    }

    @Test func `each full tile and bundle comes out once, when it is full, with all that is in it`() throws {
        var tree = LedgerTree()
        var paths: [String] = []
        for number in 0..<1000 {
            for tile in tree.append(id, leaf(number)) {
                paths.append(tile.path)
                let first = (number + 1) - TileAddress.fullWidth
                if tile.path.hasPrefix("tile/entries/") {
                    #expect(LedgerTree.entries(ofBundle: tile.bytes) == (first...number).map(leaf))
                } else {
                    #expect(LedgerTree.hashes(ofTile: tile.bytes) == (first...number).map { MerkleHash.leaf(leaf($0)) })
                }
            }
            #expect(tree.tail.count == (number + 1) % TileAddress.fullWidth)
        }
        #expect(paths == (0..<3).flatMap { ["tile/0/00\($0)", "tile/entries/00\($0)"] })
    }

    @Test func `a bundle that is cut is no bundle, and one of anything else is no tile`() {
        var tree = LedgerTree()
        var tiles = tree.append(id, leaf(0))
        for number in 1..<256 { tiles += tree.append(id, leaf(number)) }
        for tile in tiles where tile.path.hasPrefix("tile/entries/") {
            #expect(LedgerTree.entries(ofBundle: Array(tile.bytes.dropLast())) == nil)
            #expect(LedgerTree.entries(ofBundle: tile.bytes + [0]) == nil)
        }
        #expect(LedgerTree.hashes(ofTile: [UInt8](repeating: 0, count: 33)) == nil)
        #expect(LedgerTree.entries(ofBundle: []) == [])
    }
}
