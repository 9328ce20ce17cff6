// SPDX-License-Identifier: Apache-2.0
package import Base

/// What a key holder answers instead of success.
package enum CustodyError: Error, Equatable {
    /// The wrapped key was made under another root key, or was altered.
    case wrongKey(String)
    /// The holder cannot be reached, or the key file is missing or open to others.
    case unavailable(String)
}

/// Holds the region's root key and never gives it away: it only wraps and unwraps other keys.
///
/// `KeysSoftware` keeps it in a file; a hardware security module takes its place by implementing these two calls.
package protocol RootKey: Sendable {
    /// Wraps a key of 32 bytes.
    func wrap(_ key: Secret) async throws(CustodyError) -> [UInt8]
    /// Unwraps it again.
    func unwrap(_ wrapped: [UInt8]) async throws(CustodyError) -> Secret
    /// A secret of 32 bytes for one stated purpose, always the same for this root key.
    func derive(purpose: String) async throws(CustodyError) -> Secret
}

extension CustodyError: CustomStringConvertible {
    /// In an operator's words.
    package var description: String {
        switch self {
        case .wrongKey(let why), .unavailable(let why): why
        }
    }
}
