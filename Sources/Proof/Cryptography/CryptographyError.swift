// SPDX-License-Identifier: Apache-2.0

/// Why a cryptographic step did not happen.
///
/// No case carries key material or plaintext.
package enum CryptographyError: Error, Hashable, CustomStringConvertible {
    /// A key, nonce or seed has another size than the algorithm takes; sizes are in bytes.
    case wrongSize(of: String, expected: Int, found: Int)
    /// The bytes were changed, or sealed under another key, nonce or context.
    case notAuthentic
    /// A text that should hold a key, certificate or hash does not.
    case malformed(String)
    /// The request is outside what this house issues or computes.
    case refused(String)

    /// What happened, in words for a log.
    package var description: String {
        switch self {
        case .wrongSize(let what, let expected, let found): "\(what) takes \(expected) bytes, \(found) were given"
        case .notAuthentic: "the sealed bytes do not open: they were changed, or belong to another key or place"
        case .malformed(let what): "malformed \(what)"
        case .refused(let why): why
        }
    }
}
