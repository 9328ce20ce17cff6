// SPDX-License-Identifier: Apache-2.0
import Crypto

/// The 32-byte SHA-256 hash of a leaf or node of the log's tree (RFC 9162 §2.1.1).
package struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
    /// The size of a hash.
    package static let sizeBytes = 32
    // Four words instead of an array: a tree holds and compares many, none of them allocates.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes 32 bytes; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.sizeBytes else { return nil }
        let words = bytes.withContiguousStorageIfAvailable { unsafe Self.words(UnsafeRawBufferPointer($0)) }
        self.words = unsafe words ?? Array(bytes).withUnsafeBytes { unsafe Self.words($0) }
    }
    private init(_ digest: SHA256Digest) { words = unsafe digest.withUnsafeBytes { unsafe Self.words($0) } }

    /// The words of 32 bytes.
    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        precondition(bytes.count == sizeBytes, "a hash has \(sizeBytes) bytes")
        let word = { unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
        return (word(0), word(1), word(2), word(3))
    }
    /// The words as their bytes lie in memory.
    private var inOrder: (UInt64, UInt64, UInt64, UInt64) {
        (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.sizeBytes)
        append(to: &out)
        return out
    }
    /// Appends the 32 bytes: the way to write a tile.
    package func append(to out: inout [UInt8]) {
        unsafe withUnsafeBytes(of: inOrder) { unsafe out.append(contentsOf: $0) }
    }
    /// Lower-case hexadecimal.
    package var description: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// Whether the words are the same.
    package static func == (a: MerkleHash, b: MerkleHash) -> Bool { a.words == b.words }
    /// The hash is its own best hash.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension MerkleHash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    package static let empty = MerkleHash(SHA256.hash(data: [UInt8]()))

    /// The hash of a leaf: SHA-256 of 0x00 and the entry.
    package static func leaf(_ entry: [UInt8]) -> MerkleHash {
        var hasher = begun(0)
        unsafe entry.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
        return MerkleHash(hasher.finalize())
    }
    /// The hash of an inner node: SHA-256 of 0x01, the left and the right child.
    ///
    /// A start of a large ledger makes tens of thousands of them.
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        var hasher = begun(1)
        unsafe withUnsafeBytes(of: (left.inOrder, right.inOrder)) { unsafe hasher.update(bufferPointer: $0) }
        return MerkleHash(hasher.finalize())
    }
    private static func begun(_ kind: UInt8) -> SHA256 {
        var hasher = SHA256()
        unsafe withUnsafeBytes(of: kind) { unsafe hasher.update(bufferPointer: $0) }
        return hasher
    }
    /// The hash over neighbouring perfect subtrees of falling size, left to right; `empty` for none.
    package static func joining(_ subtrees: [MerkleHash]) -> MerkleHash {
        guard var joined = subtrees.last else { return .empty }
        for left in subtrees.dropLast().reversed() { joined = node(left, joined) }
        return joined
    }
    /// The root over leaf hashes.
    package static func root(of leaves: [MerkleHash]) -> MerkleHash {
        var frontier = MerkleFrontier()
        for leaf in leaves { frontier.append(leaf) }
        return frontier.root
    }
}
