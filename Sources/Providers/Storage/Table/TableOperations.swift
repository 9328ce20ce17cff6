// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// Azure's names of what the table surface does: role definitions hold them.
enum TableAction {
    private static let service = "Microsoft.Storage/storageAccounts/tableServices"
    private static let tables = "\(service)/tables"
    static let read = "\(tables)/entities/read"
    static let write = "\(tables)/entities/write"
    static let delete = "\(tables)/entities/delete"
    static let tableRead = "\(tables)/read"
    static let tableWrite = "\(tables)/write"
    static let tableDelete = "\(tables)/delete"
    static let getACL = "\(tables)/getAcl/action"
    static let setACL = "\(tables)/setAcl/action"
    static let serviceRead = "\(service)/read"
    static let serviceWrite = "\(service)/write"
}

extension StorageProvider {
    /// The longest body of an entity or a transaction, in bytes (REST "Performing entity group transactions": 4 MiB).
    static let tableBodyMax = 4 << 20
    /// `MERGE` is older than PATCH (RFC 5789) and what most clients still send.
    private static let merge = HTTPRequest.Method("MERGE") ?? .patch

    static var tableOperations: [Row] {
        tableServiceOperations + wholeTableOperations + entityReads + entityWrites + [
            .writes(
                "table.batch",
                .table,
                .post("/$batch"),
                .dataBelow([TableAction.write, TableAction.read, TableAction.delete]),
                bodyMax: tableBodyMax,
                proof: .client("submit_transaction"),
                runBatch
            )
        ]
    }
    private static var tableServiceOperations: [Row] {
        let service = ["restype": "service", "comp": "properties"]
        return [
            .reads(
                "tableService.getProperties",
                .table,
                .get("/", query: service),
                .control(TableAction.serviceRead),
                proof: .client("get_service_properties"),
                getTableServiceProperties
            ),
            .writes(
                "tableService.setProperties",
                .table,
                .put("/", query: service),
                .control(TableAction.serviceWrite),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("set_service_properties"),
                setTableServiceProperties
            ),
            .reads(
                "tables.list",
                .table,
                .get("/Tables"),
                .control(TableAction.tableRead),
                pageMax: tablesPageMax,
                proof: .client("az storage table list"),
                listTables
            ),
        ]
    }
    private static var wholeTableOperations: [Row] {
        [
            .writes(
                "table.create",
                .table,
                .post("/Tables"),
                .control(TableAction.tableWrite),
                bodyMax: tableBodyMax,
                proof: .client("az storage table create"),
                createTable
            ),
            .reads(
                "table.get",
                .table,
                .get("/Tables/{name}"),
                .control(TableAction.tableRead),
                proof: .none(because: "our own tests only; clients list with a filter"),
                getTable
            ),
            .writes(
                "table.delete",
                .table,
                .delete("/Tables/{name}"),
                .control(TableAction.tableDelete),
                bodyMax: 0,
                proof: .client("az storage table delete"),
                deleteTable
            ),
            .reads(
                "table.getACL",
                .table,
                .get("/{table}", query: ["comp": "acl"]),
                .control(TableAction.getACL),
                proof: .client("az storage table policy list"),
                getTableACL
            ),
            .writes(
                "table.setACL",
                .table,
                .put("/{table}", query: ["comp": "acl"]),
                .control(TableAction.setACL),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("az storage table policy create"),
                setTableACL
            ),
        ]
    }
    private static var entityReads: [Row] {
        [
            .reads(
                "tableEntities.query",
                .table,
                .get("/{table}"),
                .data(TableAction.read),
                pageMax: EntityQuery.pageMax,
                proof: .client("az storage entity query"),
                queryEntities
            ),
            .reads(
                "tableEntity.get",
                .table,
                .get("/{table}/{keys}"),
                .data(TableAction.read),
                proof: .client("az storage entity show"),
                getEntity
            ),
        ]
    }
    private static var entityWrites: [Row] {
        let path = "/{table}/{keys}"
        let changes: [(String, Route, Proof, Row.Writes)] = [
            ("tableEntity.insert", .post("/{table}"), .client("az storage entity insert"), insertEntity),
            ("tableEntity.replace", .put(path), .client("az storage entity replace"), replaceEntity),
            (
                "tableEntity.merge", Route(merge, path), .none(because: "older SDKs only; newer ones send PATCH"),
                mergeEntity
            ),
            ("tableEntity.patch", .patch(path), .client("update_entity"), mergeEntity),
            (
                "tableEntity.tunnel", Route(.post, path, header: "x-http-method"),
                .none(because: "clients behind proxies only"), tunnelEntity
            ),
        ]
        return changes.map { name, route, proof, run in
            .writes(name, .table, route, .data(TableAction.write), bodyMax: tableBodyMax, proof: proof, run)
        } + [
            .writes(
                "tableEntity.delete",
                .table,
                .delete(path),
                .data(TableAction.delete),
                bodyMax: 0,
                proof: .client("az storage entity delete"),
                deleteEntity
            )
        ]
    }

    static var managedTableOperations: [Row] {
        let service = accountPath + "/tableServices"
        return [
            .reads(
                "managedTableServices.list",
                .management,
                .get(service),
                .control(TableAction.serviceRead),
                pageMax: 1,
                proof: .none(because: "SDKs only: table_services.list"),
                listTableServices
            ),
            .reads(
                "managedTableService.get",
                .management,
                .get(service + "/default"),
                .control(TableAction.serviceRead),
                proof: .client("table_services.get_service_properties"),
                getTableService
            ),
            .writes(
                "managedTableService.put",
                .management,
                .put(service + "/default"),
                .control(TableAction.serviceWrite),
                proof: .client("table_services.set_service_properties"),
                putTableService
            ),
        ] + managedTables(service + "/default/tables")
    }
    private static func managedTables(_ tables: String) -> [Row] {
        [
            .reads(
                "managedTables.list",
                .management,
                .get(tables),
                .control(TableAction.tableRead),
                pageMax: tablesPageMax,
                proof: .client("storage.table.list"),
                listManagedTables
            ),
            .reads(
                "managedTable.get",
                .management,
                .get(tables + "/{table}"),
                .control(TableAction.tableRead),
                proof: .client("storage.table.get"),
                getManagedTable
            ),
            .writes(
                "managedTable.put",
                .management,
                .put(tables + "/{table}"),
                .control(TableAction.tableWrite),
                proof: .client("storage.table.create"),
                putManagedTable
            ),
            .writes(
                "managedTable.patch",
                .management,
                .patch(tables + "/{table}"),
                .control(TableAction.tableWrite),
                proof: .client("storage.table.update"),
                patchManagedTable
            ),
            .writes(
                "managedTable.delete",
                .management,
                .delete(tables + "/{table}"),
                .control(TableAction.tableDelete),
                proof: .client("storage.table.delete"),
                deleteManagedTable
            ),
        ]
    }
}
