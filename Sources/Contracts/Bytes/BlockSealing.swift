// SPDX-License-Identifier: Apache-2.0
package import Cryptography

/// Seals a stream in blocks that open alone, so that a range can be read without the rest.
///
/// One key serves one stream (it is derived from a fresh salt), so the block's number may be its nonce.
package struct BlockSealing: Sendable {
    /// Plain bytes in a block: with its tag, exactly one engine block.
    package static let plainBytes = BytesLayout.blockBytes - SealingKey.tagBytes
    private let key: SealingKey

    package init(_ key: SealingKey) { self.key = key }

    /// Bytes a stream of `plain` bytes takes once sealed.
    ///
    /// An empty stream takes none.
    package static func sealedLength(_ plain: Int64) -> Int64 {
        plain + (plain + Int64(plainBytes) - 1) / Int64(plainBytes) * Int64(SealingKey.tagBytes)
    }
    /// Seals block `number`; only the last of a stream may be shorter than `plainBytes`.
    package func seal(
        _ plain: ArraySlice<UInt8>,
        number: Int64,
        appendingTo out: inout [UInt8]
    ) throws(CryptographyError) {
        try key.seal(plain, nonce: Self.nonce(number), authenticating: [], appendingTo: &out)
    }
    /// Opens block `number`.
    package func open(
        _ sealed: ArraySlice<UInt8>,
        number: Int64,
        appendingTo out: inout [UInt8]
    ) throws(CryptographyError) {
        try key.open(sealed, nonce: Self.nonce(number), authenticating: [], appendingTo: &out)
    }
    private static func nonce(_ number: Int64) -> [UInt8] {
        [0, 0, 0, 0] + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Int64($0)) }
    }
}
