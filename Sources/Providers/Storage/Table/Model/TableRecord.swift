// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// A table.
struct TableRecord: Stored {
    /// Never used twice: a new table of the same name is another one.
    let id: UUID
    /// The name in the spelling it was made with; it is found in any.
    let name: String
    var policies: [StoredPolicy] = []

    static let format: UInt8 = 1

    /// A new one.
    init(_ name: TableName, _ scope: WriteScope) {
        id = scope.entropy.uuid()
        self.name = name.text
    }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(id)
        writer.text(name)
        writer.policies(policies)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        id = try reader.uuid()
        name = try reader.text()
        policies = try reader.policies()
    }
}

/// Where tables and their entities lie in their account's domain.
enum TableKey {
    static let service = Key("table-service")
    static let tables = Key("table")
    static func table(_ name: TableName) -> Key { tables.appending(name.folded) }
    /// Entities by their table's id: a table's name is free again while its entities are being removed.
    static let entities = Key("entity")
    static func entities(_ table: UUID) -> Key { entities.appending(table) }
    static func entity(_ table: UUID, _ key: EntityKey) -> Key { TablePlan.key(key, under: entities(table)) }

    /// The keys of an entity, read back from where it lies.
    static func keys(_ key: Key, of table: UUID) throws(ServiceError) -> EntityKey {
        var reader = KeyReader(key, after: entities(table))
        guard let partition = reader.bytes().flatMap(OrdinalText.text),
            let row = reader.bytes().flatMap(OrdinalText.text)
        else { throw .unavailable("an entity's key does not hold its keys") }
        return EntityKey(partition: partition, row: row)
    }
}
