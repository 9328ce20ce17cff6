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
        self.init(sequence: bytes)
    }
    private init(sequence: some Sequence<UInt8>) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (position, byte) in sequence.enumerated() {
            switch position >> 3 {
            case 0: words.0 = words.0 << 8 | UInt64(byte)
            case 1: words.1 = words.1 << 8 | UInt64(byte)
            case 2: words.2 = words.2 << 8 | UInt64(byte)
            default: words.3 = words.3 << 8 | UInt64(byte)
            }
        }
        self.words = words
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
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                out.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
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
    package static let empty = MerkleHash(sequence: SHA256.hash(data: [UInt8]()))

    /// The hash of a leaf: SHA-256 of 0x00 and the entry.
    package static func leaf(_ entry: [UInt8]) -> MerkleHash {
        var hasher = SHA256()
        hasher.update(data: [0] as [UInt8])
        hasher.update(data: entry)
        return MerkleHash(sequence: hasher.finalize())
    }
    /// The hash of an inner node: SHA-256 of 0x01, the left and the right child.
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        var input: [UInt8] = [1]
        input.reserveCapacity(1 + 2 * sizeBytes)
        left.append(to: &input)
        right.append(to: &input)
        return MerkleHash(sequence: SHA256.hash(data: input))
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
