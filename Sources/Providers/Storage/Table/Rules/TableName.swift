// SPDX-License-Identifier: Apache-2.0

/// The name of a table (REST "Understanding the Table service data model", table names): kept as given, found in any
/// case.
package struct TableName: Hashable, Sendable, CustomStringConvertible {
    /// The name as given.
    package let text: String
    /// What it is found by.
    package var folded: String { text.lowercased() }

    /// Reads a name: 3 to 63 letters and digits, the first a letter; `tables` is taken.
    package init(_ text: some StringProtocol) throws(StorageFault) {
        let name = String(text)
        let bytes = Array(name.utf8)
        guard let first = bytes.first, Self.isLetter(first),
            bytes.allSatisfy({ Self.isLetter($0) || (48...57).contains($0) }), name.lowercased() != "tables"
        else { throw .invalidTableName }
        guard (3...63).contains(bytes.count) else { throw .tableNameLength }
        self.text = name
    }
    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte)
    }
    /// Two spellings of one name are equal.
    package static func == (a: TableName, b: TableName) -> Bool { a.folded == b.folded }
    /// By the folded name.
    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
    /// The name as given.
    package var description: String { text }
}
