// SPDX-License-Identifier: Apache-2.0

/// A `$filter` (REST "Querying tables and entities"): what an entity must be to be shown.
package indirect enum TableFilter: Equatable, Sendable {
    /// One of the six comparisons.
    package enum Comparison: String, Sendable, CaseIterable {
        case equal = "eq"
        case notEqual = "ne"
        case greater = "gt"
        case greaterOrEqual = "ge"
        case less = "lt"
        case lessOrEqual = "le"

        func holds(_ order: EDMOrder) -> Bool {
            switch self {
            case .equal: order == .equal
            case .notEqual: order != .equal
            case .greater: order == .greater
            case .greaterOrEqual: order != .less
            case .less: order == .less
            case .lessOrEqual: order != .greater
            }
        }
    }
    /// Both hold.
    case and(TableFilter, TableFilter)
    /// At least one holds.
    case or(TableFilter, TableFilter)
    /// It does not hold.
    case not(TableFilter)
    /// A property against a constant.
    case compare(String, Comparison, EDMValue)
    /// A property that is true.
    case property(String)
    /// Always, or never.
    case constant(Bool)

    /// Whether an entity fits; `value` gives its properties, keys and time included.
    ///
    /// A property the entity does not have, or one that cannot be compared with the constant, fits no comparison.
    package func matches(_ value: (String) -> EDMValue?) -> Bool {
        switch self {
        case .and(let a, let b): return a.matches(value) && b.matches(value)
        case .or(let a, let b): return a.matches(value) || b.matches(value)
        case .not(let inner): return !inner.matches(value)
        case .constant(let truth): return truth
        case .property(let name): return value(name) == .boolean(true)
        case .compare(let name, let comparison, let constant):
            guard let held = value(name), held.type == constant.type || held.isNumber && constant.isNumber else {
                return false
            }
            // NaN equals nothing, itself included.
            guard let order = held.compared(to: constant) else { return comparison == .notEqual }
            return comparison.holds(order)
        }
    }
}

extension EDMValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .int32, .int64, .double: true
        default: false
        }
    }
}
