// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Merkle
import Testing

@Suite("Signed notes and checkpoints")
struct NoteTests {
    /// The example of Go's note package, which C2SP signed-note describes.
    private let golden = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """
    private let goldenKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    private let signer: SigningKey
    private let key: NoteKey
    init() throws {
        signer = try SigningKey(seed: Secret([UInt8](repeating: 7, count: 32)))
        key = try #require(NoteKey(name: "lazuli.test/log", publicKey: signer.publicKey))
    }
    private func checkpoint(_ size: UInt64 = 20_852_163) throws -> Checkpoint {
        let root = try #require([UInt8](base64: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="))
        return Checkpoint(origin: key.name, size: size, root: try #require(MerkleHash(bytes: root)))
    }

    @Test func `the published example verifies and is written back byte for byte`() throws {
        let key = try #require(NoteKey(verifierText: goldenKey))
        let note = try SignedNote(parsing: Array(golden.utf8))
        #expect(try note.verify(by: [key]) == [key])
        #expect(note.bytes == Array(golden.utf8))
        #expect(key.verifierText == goldenKey)
    }
    @Test func `keys whose text was changed are refused`() {
        #expect(NoteKey(verifierText: goldenKey.replacing("c74f", with: "c74e")) == nil)
        #expect(NoteKey(verifierText: goldenKey.replacing("Peter", with: "Piter")) == nil)
        #expect(NoteKey(verifierText: "PeterNeumann") == nil)
        #expect(NoteKey(name: "two words", publicKey: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(NoteKey(name: "plus+", publicKey: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(NoteKey(name: "short", publicKey: [1]) == nil)
    }
    @Test func `a checkpoint has the text of C2SP tlog-checkpoint`() throws {
        #expect(
            try checkpoint().text
                == "lazuli.test/log\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        )
    }
    @Test func `a signed checkpoint is read back by whoever knows the key`() throws {
        let signed = try checkpoint().signed(as: key) { try signer.sign($0) }
        #expect(try Checkpoint.verified(signed.bytes, origin: key.name, by: [key]) == checkpoint())
        let stranger = try #require(NoteKey(verifierText: goldenKey))
        #expect(throws: NoteError.unsigned) {
            try Checkpoint.verified(signed.bytes, origin: key.name, by: [stranger])
        }
        #expect(throws: NoteError.malformed("the checkpoint is of the log lazuli.test/log")) {
            try Checkpoint.verified(signed.bytes, origin: "other", by: [key])
        }
    }
    @Test func `witnesses sign beside the log, and strangers are passed over`() throws {
        let witness = try SigningKey(seed: Secret([UInt8](repeating: 8, count: 32)))
        let witnessKey = try #require(NoteKey(name: "witness", publicKey: witness.publicKey))
        var note = try checkpoint().signed(as: key) { try signer.sign($0) }
        try note.sign(as: witnessKey) { try witness.sign($0) }
        let read = try SignedNote(parsing: note.bytes)
        #expect(try read.verify(by: [witnessKey, key]) == [key, witnessKey])
        #expect(try read.verify(by: [witnessKey]) == [witnessKey])
    }
    @Test func `no byte of a signed checkpoint can be changed`() throws {
        let signed = try checkpoint().signed(as: key) { try signer.sign($0) }.bytes
        for position in signed.indices {
            var changed = signed
            changed[position] ^= 1
            #expect(throws: NoteError.self) { try Checkpoint.verified(changed, origin: key.name, by: [key]) }
        }
        for count in signed.indices {
            #expect(throws: NoteError.self) {
                try Checkpoint.verified(Array(signed.prefix(count)), origin: key.name, by: [key])
            }
        }
    }
    @Test(
        "texts that only look like checkpoints are refused",
        arguments: [
            "", "\n", "log\n", "log\n1\n", "log\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "log\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "log\n1\nCsUY\n", "log\n1\nroot\n",
            "log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
            "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        ]
    )
    func refused(text: String) {
        #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    }
    @Test func `extension lines are kept and signed`() throws {
        let extended = Checkpoint(origin: "log", size: 0, root: .empty, extensions: ["a", "b"])
        #expect(try Checkpoint(text: extended.text) == extended)
    }
    @Test func `notes with control characters or without end are refused`() {
        #expect(throws: NoteError.self) { try SignedNote(text: "no newline") }
        #expect(throws: NoteError.self) { try SignedNote(text: "a\tb\n") }
        #expect(throws: NoteError.self) { try SignedNote(parsing: [0xFF, 0x0A]) }
        #expect(throws: NoteError.self) { try SignedNote(parsing: [UInt8](repeating: 0x0A, count: 70_000)) }
    }
}
