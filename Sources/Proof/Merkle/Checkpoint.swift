// SPDX-License-Identifier: Apache-2.0
import Base

/// What a log commits itself to: its size and root (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    /// Names the log; as a rule its key's name.
    package let origin: String
    /// How many entries the tree has.
    package let size: UInt64
    /// The tree's root.
    package let root: MerkleHash
    /// Further lines, if any; none of them empty.
    package let extensions: [String]

    /// A checkpoint of a log.
    package init(origin: String, size: UInt64, root: MerkleHash, extensions: [String] = []) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }
    /// Reads the text of a note.
    package init(text: String) throws(NoteError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last == "", !lines.dropLast().contains("") else {
            throw .malformed("a checkpoint has an origin, a size and a root, each on its line")
        }
        guard let size = UInt64(lines[1]), String(size) == lines[1] else {
            throw .malformed("a checkpoint's size is a decimal number without leading zeros")
        }
        guard let bytes = [UInt8](base64: lines[2]), bytes.base64 == lines[2], let root = MerkleHash(bytes: bytes)
        else {
            throw .malformed("a checkpoint's root is the base64 of 32 bytes")
        }
        self.init(origin: String(lines[0]), size: size, root: root, extensions: lines[3...].dropLast().map(String.init))
    }

    /// The text to sign.
    package var text: String {
        ([origin, String(size), root.bytes.base64] + extensions).joined(separator: "\n") + "\n"
    }
    /// The signed note: `sign` gets the bytes to sign and answers 64 bytes.
    package func signed(as key: NoteKey, _ sign: ([UInt8]) throws -> [UInt8]) throws -> SignedNote {
        var note = try SignedNote(text: text)
        try note.sign(as: key, sign)
        return note
    }
    /// Reads a signed checkpoint of `origin`, signed by one of `keys` at least.
    package static func verified(_ note: [UInt8], origin: String, by keys: [NoteKey]) throws(NoteError) -> Checkpoint {
        let note = try SignedNote(parsing: note)
        _ = try note.verify(by: keys)
        let checkpoint = try Checkpoint(text: note.text)
        guard checkpoint.origin == origin else { throw .malformed("the checkpoint is of the log \(checkpoint.origin)") }
        return checkpoint
    }
}
