// SPDX-License-Identifier: Apache-2.0

/// A set of the single letters that signatures use for permissions, services and resource types.
package struct SASPermissions: OptionSet, Hashable, Sendable, ExpressibleByStringLiteral {
    /// One bit for each letter from `a`.
    package let rawValue: UInt32
    /// A set by its bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The letters of a text, in any order; nil when one is not in `allowed` or comes twice.
    package init?(_ text: some StringProtocol, allowed: SASPermissions) {
        var bits: UInt32 = 0
        for byte in text.utf8 {
            guard (97...122).contains(byte) else { return nil }
            let bit: UInt32 = 1 << UInt32(byte - 97)
            guard bits & bit == 0, allowed.rawValue & bit != 0 else { return nil }
            bits |= bit
        }
        rawValue = bits
    }
    /// Letters written in the source.
    package init(stringLiteral letters: StaticString) {
        rawValue = letters.description.utf8.reduce(0) { $0 | 1 << UInt32($1 - 97) }
    }

    /// Everything an account signature may permit (REST "Create an account SAS", signed permissions).
    package static let account: SASPermissions = "rwdxylacuptfi"
    /// Everything a signature of a container or a blob may permit (REST "Create a service SAS", signed permissions).
    package static let service: SASPermissions = "racwdxyltfmeopi"
}
