// SPDX-License-Identifier: Apache-2.0

/// An interval of one key's values, as the bytes that sort like them.
struct KeyInterval: Hashable, Sendable {
    /// Where it begins; nil for the very beginning.
    var from: [UInt8]?
    /// Whether `from` itself is inside.
    var includesFrom = true
    /// Where it ends; nil for the very end.
    var to: [UInt8]?
    /// Whether `to` itself is inside.
    var includesTo = true

    static let all = KeyInterval()
    static func point(_ value: [UInt8]) -> KeyInterval { KeyInterval(from: value, to: value) }

    /// The only value inside; nil when there are others or none.
    var point: [UInt8]? { from != nil && from == to && includesFrom && includesTo ? from : nil }
    var isEmpty: Bool {
        guard let from, let to else { return false }
        if from == to { return !(includesFrom && includesTo) }
        return to.lexicographicallyPrecedes(from)
    }

    /// What lies in both.
    func intersection(_ other: KeyInterval) -> KeyInterval {
        var result = self
        if let start = other.from {
            if result.from.map({ $0.lexicographicallyPrecedes(start) }) ?? true {
                result.from = start
                result.includesFrom = other.includesFrom
            } else if result.from == start {
                result.includesFrom = result.includesFrom && other.includesFrom
            }
        }
        if let end = other.to {
            if result.to.map({ end.lexicographicallyPrecedes($0) }) ?? true {
                result.to = end
                result.includesTo = other.includesTo
            } else if result.to == end {
                result.includesTo = result.includesTo && other.includesTo
            }
        }
        return result
    }
    /// The values a comparison with `value` admits: one interval, or two for `ne`.
    static func fitting(_ comparison: TableFilter.Comparison, _ value: [UInt8]) -> [KeyInterval] {
        switch comparison {
        case .equal: [.point(value)]
        case .less: [KeyInterval(to: value, includesTo: false)]
        case .lessOrEqual: [KeyInterval(to: value)]
        case .greater: [KeyInterval(from: value, includesFrom: false)]
        case .greaterOrEqual: [KeyInterval(from: value)]
        case .notEqual: [KeyInterval(to: value, includesTo: false), KeyInterval(from: value, includesFrom: false)]
        }
    }
}
