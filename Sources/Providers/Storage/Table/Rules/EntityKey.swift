// SPDX-License-Identifier: Apache-2.0
import Base

/// The two keys that name an entity in its table.
package struct EntityKey: Hashable, Sendable {
    /// The partition.
    package let partition: String
    /// The row in it.
    package let row: String
    /// Longest of either key, in UTF-16 units: 1 KiB.
    package static let unitsMax = 512

    /// Names an entity.
    package init(partition: String, row: String) {
        self.partition = partition
        self.row = row
    }
    /// Refuses keys that no entity may have (REST "Understanding the Table service data model", characters disallowed
    /// in key fields): longer than 1 KiB, or with `/ \ # ?` or a control character.
    package func check() throws(StorageFault) {
        for (name, text) in [("PartitionKey", partition), ("RowKey", row)] {
            guard text.utf16.count <= Self.unitsMax else { throw .keyTooLarge(name) }
            let isClean = text.unicodeScalars.allSatisfy { scalar in
                switch scalar.value {
                case 0..<0x20, 0x7F..<0xA0, 0x23, 0x2F, 0x3F, 0x5C: false
                default: true
                }
            }
            guard isClean else { throw .keyCharacters(name) }
        }
    }
    /// `(PartitionKey='a',RowKey='b')`, escaped for an address.
    package var predicate: String {
        "(PartitionKey='\(Self.quoted(partition))',RowKey='\(Self.quoted(row))')"
    }
    private static func quoted(_ text: String) -> String {
        text.percentEncoded(keeping: "'").split(separator: "'", omittingEmptySubsequences: false).joined(
            separator: "''"
        )
    }

    /// Reads the keys of an address, percent-decoded, parentheses included: both names, in either order, each once;
    /// within quotes a quote is doubled.
    package init(predicate text: String) throws(StorageFault) {
        // A further segment of the address is no parenthesis with keys.
        guard text.hasPrefix("(") else { throw .keyCount }
        var reader = KeyPredicate(text)
        let values = try reader.values()
        guard values.count == 2, let partition = values["PartitionKey"], let row = values["RowKey"] else {
            throw .keyCount
        }
        self.init(partition: partition, row: row)
    }
}

/// Reads the parenthesis behind a name in an address: `('x')` or `(A='x',B='y')`.
package struct KeyPredicate {
    private var rest: Substring.UnicodeScalarView
    /// An address names one or two keys.
    private static let countMax = 2

    package init(_ text: String) { rest = text[...].unicodeScalars }

    /// The one key of `('x')`.
    package mutating func single() throws(StorageFault) -> String {
        let all = try values()
        guard all.count == 1, let value = all[""] else { throw .keyCount }
        return value
    }
    /// Keys by their names; a key without name has the empty one.
    package mutating func values() throws(StorageFault) -> [String: String] {
        var found: [String: String] = [:]
        try take("(")
        while true {
            skipBlanks()
            let name = takeName()
            if !name.isEmpty {
                skipBlanks()
                try take("=")
                skipBlanks()
            }
            let value = try takeQuoted()
            guard found.updateValue(value, forKey: name) == nil, found.count <= Self.countMax else { throw .keyCount }
            skipBlanks()
            guard rest.first == "," else { break }
            rest.removeFirst()
        }
        try take(")")
        guard rest.isEmpty else { throw .invalidURI }
        return found
    }
    private mutating func skipBlanks() { while rest.first == " " { rest.removeFirst() } }
    private mutating func take(_ scalar: Unicode.Scalar) throws(StorageFault) {
        guard rest.popFirst() == scalar else { throw .invalidURI }
    }
    private mutating func takeName() -> String {
        var name = String.UnicodeScalarView()
        while let next = rest.first, next.properties.isAlphabetic { name.append(rest.removeFirst()) }
        return String(name)
    }
    private mutating func takeQuoted() throws(StorageFault) -> String {
        try take("'")
        var text = String.UnicodeScalarView()
        while let next = rest.popFirst() {
            if next == "'" {
                guard rest.first == "'" else { return String(text) }
                rest.removeFirst()
            }
            text.append(next)
        }
        throw .invalidURI
    }
}
