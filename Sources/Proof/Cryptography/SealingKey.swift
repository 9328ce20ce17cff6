// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto
import FoundationEssentials

/// An AES-256-GCM key (NIST SP 800-38D), held ready.
///
/// It is not `Codable` and prints as dots.
///
/// A nonce must never serve twice under one key. What is sealed is the ciphertext followed by the 16-byte tag; the
/// nonce is the caller's to keep or to derive.
package struct SealingKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The size of a key.
    package static let sizeBytes = 32
    /// The size of a nonce.
    package static let nonceBytes = 12
    /// How much longer the sealed bytes are than the plain ones.
    package static let tagBytes = 16

    private let key: SymmetricKey

    /// Takes a 32-byte secret; any other size is `wrongSize`.
    package init(_ secret: Secret) throws(CryptographyError) {
        let bytes = secret.reveal()
        guard bytes.count == Self.sizeBytes else {
            throw .wrongSize(of: "a sealing key", expected: Self.sizeBytes, found: bytes.count)
        }
        key = SymmetricKey(data: bytes)
    }
    private init(key: SymmetricKey) { self.key = key }

    /// A key for one purpose, by HKDF-SHA256 (RFC 5869), from a secret of any size with at least 128 bits of chance in
    /// it.
    package static func derive(from secret: Secret, salt: [UInt8], info: String) -> SealingKey {
        derive(from: SealingKey(key: SymmetricKey(data: secret.reveal())), salt: salt, info: info)
    }
    /// A key for one purpose, by HKDF-SHA256 (RFC 5869), from another key.
    package static func derive(from parent: SealingKey, salt: [UInt8], info: String) -> SealingKey {
        SealingKey(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: parent.key,
                salt: salt,
                info: Array(info.utf8),
                outputByteCount: sizeBytes
            )
        )
    }

    /// Never the bytes.
    package var description: String { "•••" }
    /// Never the bytes.
    package var debugDescription: String { "•••" }
    /// Never the bytes.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SealingKey {
    /// Ciphertext and tag of `plain`, bound to `context`, which is not stored.
    package func seal(
        _ plain: [UInt8],
        nonce: [UInt8],
        authenticating context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        var out: [UInt8] = []
        try seal(plain[...], nonce: nonce, authenticating: context, appendingTo: &out)
        return out
    }
    /// Appends ciphertext and tag to `out`: the way without an intermediate array, for a writer that gathers blocks.
    package func seal(
        _ plain: ArraySlice<UInt8>,
        nonce: [UInt8],
        authenticating context: [UInt8],
        appendingTo out: inout [UInt8]
    ) throws(CryptographyError) {
        let nonce = try Self.checked(nonce)
        guard let box = try? AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: context),
            let combined = box.combined
        else { throw .refused("sealing failed: the message is longer than AES-GCM allows") }
        unsafe combined.withUnsafeBytes {
            unsafe out.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[Self.nonceBytes...]))
        }
    }

    /// The plain bytes; `notAuthentic` unless key, nonce, context and every byte are those of the sealing.
    package func open(
        _ sealed: [UInt8],
        nonce: [UInt8],
        authenticating context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try open(sealed[...], nonce: nonce, authenticating: context)
    }
    /// The plain bytes of a part of a buffer; `notAuthentic` as above.
    package func open(
        _ sealed: ArraySlice<UInt8>,
        nonce: [UInt8],
        authenticating context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        var out: [UInt8] = []
        try open(sealed, nonce: nonce, authenticating: context, appendingTo: &out)
        return out
    }
    /// Appends the plain bytes to `out`, for a reader that joins blocks; `out` is unchanged when it throws.
    package func open(
        _ sealed: ArraySlice<UInt8>,
        nonce: [UInt8],
        authenticating context: [UInt8],
        appendingTo out: inout [UInt8]
    ) throws(CryptographyError) {
        let nonce = try Self.checked(nonce)
        guard sealed.count >= Self.tagBytes,
            let box = try? AES.GCM.SealedBox(
                nonce: nonce,
                ciphertext: sealed.dropLast(Self.tagBytes),
                tag: sealed.suffix(Self.tagBytes)
            ),
            let plain = try? AES.GCM.open(box, using: key, authenticating: context)
        else { throw .notAuthentic }
        Self.append(plain, to: &out)
    }
    /// Appends the bytes of a sealed message that has its nonce before it: the way without an intermediate copy.
    ///
    /// `out` is unchanged when it throws.
    package func open(
        combined: ArraySlice<UInt8>,
        authenticating context: [UInt8],
        appendingTo out: inout [UInt8]
    ) throws(CryptographyError) {
        guard combined.count >= Self.nonceBytes + Self.tagBytes else { throw .notAuthentic }
        let plain: Data? = unsafe combined.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            // The box looks at the bytes where they lie, and is gone before they can move.
            let lent = unsafe Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: start),
                count: bytes.count,
                deallocator: .none
            )
            guard let box = try? AES.GCM.SealedBox(combined: lent) else { return nil }
            return try? AES.GCM.open(box, using: key, authenticating: context)
        }
        guard let plain else { throw .notAuthentic }
        Self.append(plain, to: &out)
    }
    /// In one piece: the general way takes the bytes one by one.
    private static func append(_ plain: Data, to out: inout [UInt8]) {
        unsafe plain.withUnsafeBytes { unsafe out.append(contentsOf: $0) }
    }

    private static func checked(_ nonce: [UInt8]) throws(CryptographyError) -> AES.GCM.Nonce {
        guard nonce.count == nonceBytes, let checked = try? AES.GCM.Nonce(data: nonce) else {
            throw .wrongSize(of: "a nonce", expected: nonceBytes, found: nonce.count)
        }
        return checked
    }
}
