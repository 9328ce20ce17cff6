// SPDX-License-Identifier: Apache-2.0

/// The orders in which clients sort `x-ms-` headers before they sign them.
///
/// The reference says "lexicographically". Go and .NET clients sort by ASCII. The Python SDK (and az) sorts as the
/// service's own comparer does: hyphens count only between otherwise equal names, and other signs come before digits.
package enum HeaderOrder: CaseIterable, Sendable {
    case ascii
    case linguistic

    /// Whether a lower-case name comes before another.
    package func precedes(_ a: String, _ b: String) -> Bool {
        switch self {
        case .ascii: a.utf8.lexicographicallyPrecedes(b.utf8)
        case .linguistic: Self.linguisticallyPrecedes(Array(a.utf8), Array(b.utf8))
        }
    }

    /// Everything a header name can hold, lightest first; `-` and `'` weigh nothing on the first level.
    private static let weights: [UInt8: Int] = {
        let order = "!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz"
        return Dictionary(uniqueKeysWithValues: zip(order.utf8, 1...))
    }()
    private static func linguisticallyPrecedes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        let first = a.compactMap { weights[$0] }
        let second = b.compactMap { weights[$0] }
        if first != second { return first.lexicographicallyPrecedes(second) }
        // The names differ in weightless signs alone: where one has a sign and the other not, it comes after.
        let marks = zip(a, b).first { $0 != $1 }
        guard let marks else { return a.count < b.count }
        return weights[marks.0] != nil && weights[marks.1] == nil
    }
}
