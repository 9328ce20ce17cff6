// SPDX-License-Identifier: Apache-2.0
import Crypto

/// The bytes of a library key, for the one step that stores or wraps it.
func bytes(of key: SymmetricKey) -> [UInt8] {
    unsafe key.withUnsafeBytes { unsafe Array($0) }
}
