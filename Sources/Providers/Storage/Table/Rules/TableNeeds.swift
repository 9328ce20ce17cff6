// SPDX-License-Identifier: Apache-2.0

/// What a signature must permit for the operations of the Table service (REST "Create an account SAS" and "Create a
/// service SAS", Table service).
extension SASNeed {
    /// Query Tables.
    package static let listTables = SASNeed(.container, of: .table, account: "l", service: [])
    /// Get Table Service Properties and Get Table Service Stats.
    package static let getTableServiceProperties = SASNeed(.service, of: .table, account: "r", service: [])
    /// Set Table Service Properties.
    package static let setTableServiceProperties = SASNeed(.service, of: .table, account: "w", service: [])
    /// Create Table.
    package static let createTable = SASNeed(.container, of: .table, account: "cw", service: [])
    /// Delete Table.
    package static let deleteTable = SASNeed(.container, of: .table, account: "d", service: [])

    /// Query Entities.
    package static let queryEntities = SASNeed(.object, of: .table, account: "r")
    /// Insert Entity.
    package static let addEntity = SASNeed(.object, of: .table, account: "a")
    /// Update Entity and Merge Entity.
    package static let updateEntity = SASNeed(.object, of: .table, account: "u")
    /// Delete Entity.
    package static let deleteEntity = SASNeed(.object, of: .table, account: "d")
    /// What a batch holds is not known before its body is read; each operation is checked then.
    package static let batchEntities = SASNeed(.object, of: .table, account: "raud")

    /// All a change needs: what may insert or update must be allowed to do both.
    static func needs(of change: EntityChange) -> [SASNeed] {
        switch change.kind {
        case .insert: [.addEntity]
        case .delete: [.deleteEntity]
        case .replace, .merge: change.isUpsert ? [.addEntity, .updateEntity] : [.updateEntity]
        }
    }
    /// By operation.
    static let tables: [String: SASNeed] = [
        "tables.list": .listTables, "table.get": .listTables, "table.create": .createTable,
        "table.delete": .deleteTable, "tableService.getProperties": .getTableServiceProperties,
        "tableService.setProperties": .setTableServiceProperties,
        "table.getProperties": .getTableServiceProperties, "table.setProperties": .setTableServiceProperties,
        "tableService.getStats": .getTableServiceProperties, "tableEntities.query": .queryEntities,
        "tableEntity.get": .queryEntities, "tableEntity.insert": .addEntity, "tableEntity.insertBelow": .addEntity,
        "tableEntity.replace": .updateEntity,
        "tableEntity.merge": .updateEntity, "tableEntity.patch": .updateEntity, "tableEntity.tunnel": .updateEntity,
        "tableEntity.delete": .deleteEntity, "table.batch": .batchEntities,
    ]
}
