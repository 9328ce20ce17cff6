// SPDX-License-Identifier: Apache-2.0
import Base
import Crypto

/// Why a note or checkpoint was not accepted.
package enum NoteError: Error, Hashable {
    /// The text is not a signed note, or not a checkpoint.
    case malformed(String)
    /// No known key signed it.
    case unsigned
    /// A signature in the name of a known key is not by it.
    case badSignature(name: String)
}

/// Whose Ed25519 key signs notes (C2SP signed-note, signature type 0x01).
package struct NoteKey: Hashable, Sendable {
    /// The owner's name: not empty, without spaces and plus signs.
    package let name: String
    /// The 32 public bytes.
    package let publicKey: [UInt8]

    /// Joins a name and a key; nil when either is not one.
    package init?(name: String, publicKey: [UInt8]) {
        guard Self.isName(name), publicKey.count == 32 else { return nil }
        self.name = name
        self.publicKey = publicKey
    }
    /// Reads the text form `name+hash+base64(0x01 ‖ key)`; nil when it is not one, or when its hash does not fit.
    package init?(verifierText: String) {
        let fields = verifierText.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3, let key = [UInt8](base64: fields[2]), key.first == 1 else { return nil }
        self.init(name: String(fields[0]), publicKey: Array(key.dropFirst()))
        guard fields[1] == hash.hex else { return nil }
    }
    /// The text form that a verifier is configured with.
    package var verifierText: String { "\(name)+\(hash.hex)+\(([1] + publicKey).base64)" }
    /// The first four bytes of SHA-256 over the name, a newline, 0x01 and the key.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(name.utf8) + [0x0A, 0x01] + publicKey).prefix(4)) }

    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && !text.contains { $0.isWhitespace || $0 == "+" }
    }
    func isValid(_ signature: [UInt8], of text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: Array(text.utf8))
    }
}

/// One signature line of a note.
package struct NoteSignature: Hashable, Sendable {
    /// The signer's name.
    package let name: String
    /// The four bytes that tell the signer's keys apart.
    package let keyHash: [UInt8]
    /// What follows the key hash: 64 bytes for Ed25519.
    package let signature: [UInt8]

    var line: String { "— \(name) \((keyHash + signature).base64)\n" }
    init(name: String, keyHash: [UInt8], signature: [UInt8]) {
        self.name = name
        self.keyHash = keyHash
        self.signature = signature
    }
    init?(line: Substring) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0] == "—", NoteKey.isName(fields[1]), let bytes = [UInt8](base64: fields[2]),
            bytes.count > 4
        else { return nil }
        self.init(name: String(fields[1]), keyHash: Array(bytes.prefix(4)), signature: Array(bytes.dropFirst(4)))
    }
}

/// A text with signatures below it (C2SP signed-note).
package struct SignedNote: Hashable, Sendable {
    /// The longest note that is read: a checkpoint with many witnesses is far shorter.
    package static let sizeBytesMax = 64 * 1024
    /// The most signatures that are read, as the reference implementation has it.
    package static let signaturesMax = 100

    /// What is signed; it ends with a newline.
    package let text: String
    /// The signatures, in order.
    package private(set) var signatures: [NoteSignature]

    /// A text that nobody has signed yet; `malformed` unless it ends with a newline and holds no other control
    /// characters.
    package init(text: String) throws(NoteError) {
        guard text.utf8.last == 0x0A, text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else {
            throw .malformed("a note's text ends with a newline and has no other control characters")
        }
        self.text = text
        signatures = []
    }
    /// Reads a signed note; it verifies nothing.
    package init(parsing bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.sizeBytesMax, let whole = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("a note is UTF-8 of at most \(Self.sizeBytesMax) bytes")
        }
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
        // The last empty line separates: an earlier one belongs to the text.
        guard lines.last == "", let separator = lines.dropLast().lastIndex(of: ""), separator > 0 else {
            throw .malformed("a note has an empty line before its signatures and ends with a newline")
        }
        try self.init(text: lines[..<separator].joined(separator: "\n") + "\n")
        let signatureLines = lines[(separator + 1)...].dropLast()
        guard (1...Self.signaturesMax).contains(signatureLines.count) else {
            throw .malformed("a note has 1 to \(Self.signaturesMax) signatures")
        }
        for line in signatureLines {
            guard let signature = NoteSignature(line: line) else { throw .malformed("signature line") }
            signatures.append(signature)
        }
    }

    /// Adds a signature by the owner of `key`: `sign` gets the bytes to sign and answers 64 bytes.
    package mutating func sign(as key: NoteKey, _ sign: ([UInt8]) throws -> [UInt8]) rethrows {
        signatures.append(NoteSignature(name: key.name, keyHash: key.hash, signature: try sign(Array(text.utf8))))
    }
    /// Adds a signature made elsewhere, such as a witness's.
    package mutating func add(_ signature: NoteSignature) { signatures.append(signature) }

    /// The note as it is stored and served.
    package var bytes: [UInt8] { Array((text + "\n" + signatures.map(\.line).joined()).utf8) }

    /// Which of `keys` signed it.
    ///
    /// Signatures of others are passed over.
    ///
    /// - Throws: `unsigned` when none did; `badSignature` when one of them is impersonated.
    package func verify(by keys: [NoteKey]) throws(NoteError) -> [NoteKey] {
        var found: [NoteKey] = []
        for signature in signatures {
            guard let key = keys.first(where: { $0.name == signature.name && $0.hash == signature.keyHash }),
                !found.contains(key)
            else { continue }
            guard key.isValid(signature.signature, of: text) else { throw .badSignature(name: key.name) }
            found.append(key)
        }
        guard !found.isEmpty else { throw .unsigned }
        return found
    }
}
