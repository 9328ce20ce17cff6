// SPDX-License-Identifier: Apache-2.0
import Base

/// The bytes of a test vector.
func bytes(_ hex: String) -> [UInt8] {
    guard let bytes = [UInt8](hex: hex) else { preconditionFailure("a test vector is hexadecimal") }
    return bytes
}
