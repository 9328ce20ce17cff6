// SPDX-License-Identifier: Apache-2.0

/// The part of a table that a service signature opens (REST "Create a service SAS", table access ranges).
package struct TableBounds: Equatable, Sendable {
    /// The table in lower case: `tn`.
    package let table: String
    /// The first partition, `spk`; nil: from the beginning.
    package let startPartition: String?
    /// The first row of the first partition, `srk`.
    package let startRow: String?
    /// The last partition, `epk`; nil: to the end.
    package let endPartition: String?
    /// The last row of the last partition, `erk`.
    package let endRow: String?

    /// Joins a table and its bounds.
    package init(
        table: String,
        startPartition: String? = nil,
        startRow: String? = nil,
        endPartition: String? = nil,
        endRow: String? = nil
    ) {
        self.table = table.lowercased()
        self.startPartition = startPartition
        self.startRow = startRow
        self.endPartition = endPartition
        self.endRow = endRow
    }

    /// Whether an entity lies inside; keys compare as tables order them.
    package func contains(partition: String, row: String) -> Bool {
        if let start = startPartition {
            if Self.precedes(partition, start) { return false }
            if Self.isSame(partition, start), let first = startRow, Self.precedes(row, first) { return false }
        }
        if let end = endPartition {
            if Self.precedes(end, partition) { return false }
            if Self.isSame(partition, end), let last = endRow, Self.precedes(last, row) { return false }
        }
        return true
    }
    private static func precedes(_ a: String, _ b: String) -> Bool { OrdinalText.precedes(a, b) }
    private static func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}
