// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// What the service itself refuses, whoever asks: known requests that no account of this region can be asked.
extension StorageProvider {
    static var refusedOperations: [Row] { statistics + unnamedContainers + propertiesBelow + [insertBelow] }

    private static let because = Proof.none(because: "our own tests only: it is always refused")

    /// Get Blob, Queue and Table Service Stats: about the secondary of an account, which has none (REST "Get Blob Service
    /// Stats": 403 where reading a secondary is not enabled for the account).
    private static var statistics: [Row] {
        let services: [(String, Surface, String)] = [
            ("blobService", .blob, BlobAction.serviceRead), ("queueService", .queue, QueueAction.serviceRead),
            ("tableService", .table, TableAction.serviceRead),
        ]
        return services.map { name, surface, action in
            .reads(
                "\(name).getStats",
                surface,
                .get("/", query: ["restype": "service", "comp": "stats"]),
                .control(action),
                proof: because,
                { _ in { (_, _) async throws(ServiceError) in throw ServiceError(.insufficientAccountPermissions) } }
            )
        }
    }

    /// What asks for a container and names none: the service's own answer, which is no 405.
    private static var unnamedContainers: [Row] {
        let query = ["restype": "container"]
        let changes: [(String, Route, String)] = [
            ("create", .put("/", query: query), BlobAction.containerWrite),
            ("delete", .delete("/", query: query), BlobAction.containerDelete),
        ]
        let reads = looks("container.getUnnamed", "/", query: query, .control(BlobAction.containerRead), proof: because)
        {
            _ in { (_, _) async throws(ServiceError) in throw unnamed }
        }
        return reads
            + changes.map { verb, route, action in
                .writes("container.\(verb)Unnamed", .blob, route, .control(action), bodyMax: 0, proof: because) {
                    _ in { (_, _) async throws(ServiceError) in throw unnamed }
                }
            }
    }
    /// What asks for a table below another one, as clients do whose address ends with a table's name: taken for an insert
    /// without keys (azure-data-tables, its recorded test of such an address).
    private static var insertBelow: Row {
        .writes(
            "tableEntity.insertBelow",
            .table,
            .post("/{table}/{keys}"),
            .data(TableAction.write),
            bodyMax: tableBodyMax,
            proof: because,
            { provider in
                { (call, scope) async throws(ServiceError) in
                    let table = try await provider.openTable(call, scope)
                    _ = try await table.table(scope)
                    let type = table.head.headers[.contentType]?.lowercased() ?? ""
                    guard type.isEmpty || type.contains("json") else { throw ServiceError(.mediaTypeNotSupported) }
                    throw ServiceError(call["keys"].hasPrefix("(") ? .incorrectXMethod : .propertiesNeedValue)
                }
            }
        )
    }
    /// What asks a table for the properties of its service, as the same clients do: that parameter is none of a table's.
    private static var propertiesBelow: [Row] {
        let query = ["restype": "service", "comp": "properties"]
        let path = "/{table}"
        let refusal = ServiceError(
            .invalidQueryParameterValue("comp", "properties", "The path names a table: leave it out of the address.")
        )
        return [
            .reads("table.getProperties", .table, .get(path, query: query), .data(TableAction.read), proof: because) {
                _ in { (_, _) async throws(ServiceError) in throw refusal }
            },
            .writes(
                "table.setProperties",
                .table,
                .put(path, query: query),
                .data(TableAction.write),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: because
            ) { _ in { (_, _) async throws(ServiceError) in throw refusal } },
        ]
    }
    private static let unnamed = ServiceError(
        .invalidQueryParameterValue("restype", "container", "The path does not name a container.")
    )
}
