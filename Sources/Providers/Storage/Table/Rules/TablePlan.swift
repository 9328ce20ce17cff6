// SPDX-License-Identifier: Apache-2.0
package import Store

/// Which keys of a table a query has to look at: all that its filter can admit, and as few others as the order of keys
/// allows.
///
/// A filter is turned into boxes, each an interval of partitions times an interval of rows. Conditions on other
/// properties admit everything here; the filter itself is held against what is read.
package struct TablePlan: Equatable, Sendable {
    /// Disjoint ranges in the order of keys, seen from the table.
    package let ranges: [KeyRange]
    /// The most boxes kept apart: beyond it the plan takes in what lies between them.
    static let boxesMax = 256

    private struct Box: Hashable {
        var partition = KeyInterval.all
        var row = KeyInterval.all
        var isEmpty: Bool { partition.isEmpty || row.isEmpty }
    }

    /// Plans a query of the table whose keys begin with `prefix`.
    ///
    /// `window` is what the caller may see at all; nil is everything.
    package init(_ filter: TableFilter?, under prefix: Key, window: KeyRange? = nil) {
        let boxes = filter.map { Self.boxes($0, isNegated: false) } ?? [Box()]
        var found = boxes.map { Self.range($0, prefix) }
        if let window {
            found = found.map { KeyRange(from: max($0.from, window.from), to: min($0.to, window.to)) }
        }
        ranges = Self.merged(found.filter { $0.from < $0.to })
    }
    /// The keys of one entity.
    package static func key(_ entity: EntityKey, under prefix: Key) -> Key {
        prefix.appending(OrdinalText.bytes(entity.partition), OrdinalText.bytes(entity.row))
    }
    /// What a signature's range of keys opens; a missing key is no bound, and rows bound their own partition only.
    package static func window(
        from first: (partition: String, row: String?)?,
        to last: (partition: String, row: String?)?,
        under prefix: Key
    ) -> KeyRange {
        var range = prefix.children
        if let first {
            range.from = prefix.appending(OrdinalText.bytes(first.partition))
            if let row = first.row { range.from = range.from.appending(OrdinalText.bytes(row)) }
        }
        if let last {
            let partition = prefix.appending(OrdinalText.bytes(last.partition))
            range.to = last.row.map { partition.appending(OrdinalText.bytes($0)).next } ?? partition.afterChildren
        }
        return range
    }

    /// Boxes that cover all the filter (or its negation) admits.
    private static func boxes(_ filter: TableFilter, isNegated: Bool) -> [Box] {
        switch filter {
        case .not(let inner): return boxes(inner, isNegated: !isNegated)
        case .constant(let truth): return truth != isNegated ? [Box()] : []
        case .and(let a, let b) where !isNegated, .or(let a, let b) where isNegated:
            let (left, right) = (boxes(a, isNegated: isNegated), boxes(b, isNegated: isNegated))
            guard left.count * right.count <= boxesMax * 4 else { return left.count <= right.count ? left : right }
            var both: [Box] = []
            for x in left {
                for y in right {
                    let box = Box(
                        partition: x.partition.intersection(y.partition),
                        row: x.row.intersection(y.row)
                    )
                    if !box.isEmpty { both.append(box) }
                }
            }
            return bounded(both)
        case .and(let a, let b), .or(let a, let b):
            return bounded(boxes(a, isNegated: isNegated) + boxes(b, isNegated: isNegated))
        case .compare(let name, let comparison, .string(let text)) where name == "PartitionKey" || name == "RowKey":
            // Every entity has both keys, so that the contrary of a comparison is a comparison too.
            let wanted = isNegated ? comparison.contrary : comparison
            return KeyInterval.fitting(wanted, OrdinalText.bytes(text)).map { interval in
                name == "PartitionKey" ? Box(partition: interval) : Box(row: interval)
            }
        case .compare(let name, _, _) where name == "PartitionKey" || name == "RowKey":
            // A key is a text and compares with nothing else.
            return isNegated ? [Box()] : []
        case .compare, .property: return [Box()]
        }
    }
    /// The same boxes, or one that covers them all where they are too many.
    private static func bounded(_ boxes: [Box]) -> [Box] {
        let distinct = boxes.count > 1 ? Array(Set(boxes)) : boxes
        return distinct.count <= boxesMax ? distinct : [Box()]
    }

    /// The smallest range of keys that holds a box: rows narrow it where one partition begins or ends it.
    private static func range(_ box: Box, _ prefix: Key) -> KeyRange {
        var range = prefix.children
        if let from = box.partition.from {
            let partition = prefix.appending(from)
            if !box.partition.includesFrom {
                range.from = partition.afterChildren
            } else {
                range.from = partition
                if let row = box.row.from {
                    let key = partition.appending(row)
                    range.from = box.row.includesFrom ? key : key.next
                }
            }
        }
        if let to = box.partition.to {
            let partition = prefix.appending(to)
            if !box.partition.includesTo {
                range.to = partition
            } else {
                range.to = partition.afterChildren
                if let row = box.row.to {
                    let key = partition.appending(row)
                    range.to = box.row.includesTo ? key.next : key
                }
            }
        }
        return range
    }
    private static func merged(_ ranges: [KeyRange]) -> [KeyRange] {
        var out: [KeyRange] = []
        for range in ranges.sorted(by: { $0.from < $1.from }) {
            if let last = out.last, range.from <= last.to {
                out[out.count - 1].to = max(last.to, range.to)
            } else {
                out.append(range)
            }
        }
        return out
    }
}

extension TableFilter.Comparison {
    /// The comparison that holds when this one does not, between values that can be compared.
    fileprivate var contrary: TableFilter.Comparison {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        }
    }
}
