// SPDX-License-Identifier: Apache-2.0
import Base
import Merkle
import Testing

@Suite("The log's tree")
struct MerkleTests {
    /// The leaves and roots that Certificate Transparency's implementations share as test vectors.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    /// A log of `size` leaves with every perfect subtree and every root on the way.
    private struct Log {
        var nodes: [MerkleNode: MerkleHash] = [:]
        var roots = [MerkleHash.empty]
        var frontier = MerkleFrontier()
        init(size: Int) {
            for number in 0..<size {
                frontier.append(MerkleHash.leaf(Array("entry \(number)".utf8))) { nodes[$0] = $1 }
                roots.append(frontier.root)
            }
        }
        func leaf(_ index: UInt64) throws -> MerkleHash { try #require(nodes[MerkleNode(level: 0, index: index)]) }
        func proof(_ plan: MerkleProofPlan?) throws -> [MerkleHash] {
            try #require(plan).proof { try #require(nodes[$0]) }
        }
    }

    @Test func `roots are those of the known vectors`() {
        #expect(MerkleHash.empty.description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let leaves = Self.leaves.map { MerkleHash.leaf(bytes($0)) }
        for (count, root) in zip(1..., Self.roots) {
            #expect(MerkleHash.root(of: Array(leaves.prefix(count))).description == root)
        }
    }
    @Test func `a hash takes and gives 32 bytes`() throws {
        let all = [UInt8](100..<132)
        #expect(try #require(MerkleHash(bytes: all)).bytes == all)
        #expect(MerkleHash(bytes: all.dropLast()) == nil)
        #expect(MerkleHash(bytes: all + [0]) == nil)
    }
    @Test func `a frontier is restored from stored nodes and goes on as before`() throws {
        let log = Log(size: 130)
        for size in 0...130 {
            let peaks = try MerkleFrontier.nodes(size: UInt64(size)).map { try #require(log.nodes[$0]) }
            var restored = try #require(MerkleFrontier(size: UInt64(size), peaks: peaks))
            #expect(restored.root == log.roots[size])
            for next in size..<130 { restored.append(try log.leaf(UInt64(next))) }
            #expect(restored == log.frontier)
        }
        #expect(MerkleFrontier(size: 3, peaks: []) == nil)
    }
    @Test func `every leaf of every tree up to 130 is proven, at its own place only`() throws {
        let log = Log(size: 130)
        for size in 1...UInt64(130) {
            let root = log.roots[Int(size)]
            for index in 0..<size {
                let leaf = try log.leaf(index)
                let proof = try log.proof(.inclusion(index: index, size: size))
                #expect(proof.count <= 8)
                #expect(MerkleProof.includes(leaf, index: index, size: size, root: root, proof: proof))
                let elsewhere = (index + 1) % size
                #expect(
                    size == 1
                        || !MerkleProof.includes(leaf, index: elsewhere, size: size, root: root, proof: proof)
                )
                #expect(!MerkleProof.includes(leaf, index: index, size: size, root: root, proof: proof + [leaf]))
                #expect(
                    proof.isEmpty
                        || !MerkleProof.includes(leaf, index: index, size: size, root: root, proof: proof.dropLast())
                )
            }
        }
        #expect(MerkleProofPlan.inclusion(index: 5, size: 5) == nil)
        #expect(!MerkleProof.includes(.empty, index: 0, size: 0, root: .empty, proof: []))
    }
    @Test func `every tree up to 130 is proven to continue every earlier one, and no other`() throws {
        let log = Log(size: 130)
        for size in 1...UInt64(130) {
            for older in 1...size {
                let (before, after) = (log.roots[Int(older)], log.roots[Int(size)])
                let proof = try log.proof(.consistency(from: older, to: size))
                #expect(MerkleProof.continues(from: older, root: before, to: size, root: after, proof: proof))
                #expect(
                    !MerkleProof.continues(from: older, root: after, to: size, root: before, proof: proof)
                        || older == size
                )
                #expect(!MerkleProof.continues(from: older, root: before, to: size, root: .empty, proof: proof))
                #expect(!MerkleProof.continues(from: older, root: .empty, to: size, root: after, proof: proof))
                #expect(
                    !MerkleProof.continues(from: older, root: before, to: size, root: after, proof: proof + [after])
                )
            }
        }
        #expect(MerkleProofPlan.consistency(from: 0, to: 5) == nil)
        #expect(MerkleProofPlan.consistency(from: 6, to: 5) == nil)
    }
    @Test func `no hash of a proof can be changed`() throws {
        let log = Log(size: 100)
        let inclusion = try log.proof(.inclusion(index: 37, size: 100))
        for position in inclusion.indices {
            var changed = inclusion
            changed[position] = .empty
            #expect(
                !MerkleProof.includes(try log.leaf(37), index: 37, size: 100, root: log.roots[100], proof: changed)
            )
        }
        let consistency = try log.proof(.consistency(from: 37, to: 100))
        for position in consistency.indices {
            var changed = consistency
            changed[position] = .empty
            #expect(
                !MerkleProof.continues(
                    from: 37,
                    root: log.roots[37],
                    to: 100,
                    root: log.roots[100],
                    proof: changed
                )
            )
        }
    }
    @Test func `a proof in a tree of a billion leaves needs few stored hashes`() throws {
        let plan = try #require(MerkleProofPlan.inclusion(index: 12_345, size: 1_000_000_007))
        #expect(plan.steps.count <= 30)
        #expect(plan.nodes.count <= 60)
        #expect(MerkleNode(level: 3, index: 5).leaves == 40..<48)
    }
}
