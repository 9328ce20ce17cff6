// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// Tables as ARM resources, and the Table service's settings: the same records as on the table surface.
extension StorageProvider {
    func listTableServices(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        return .json(200, ["value": [shownTables(try await tableSettings(view.place, scope), of: view)]])
    }
    func getTableService(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        return .json(200, shownTables(try await tableSettings(view.place, scope), of: view))
    }
    func putTableService(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        var settings = try await tableSettings(view.place, scope)
        if let rules = try ManagedBody(call, as: ManagedBody.tableService).cors() { settings.cors = rules }
        try await setTable(settings, view.place, scope)
        return .json(200, shownTables(settings, of: view))
    }
    private func shownTables(_ settings: ServiceProperties, of view: AccountView) -> JSON {
        [
            "id": .string(view.record.id + "/tableServices/default"), "name": "default",
            "type": "Microsoft.Storage/storageAccounts/tableServices",
            "properties": ["cors": settings.managedCORS],
        ]
    }

    func listManagedTables(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        var range = TableKey.tables.children
        if let after = try PageToken.read(call)?.1 { range.from = TableKey.tables.appending(after).next }
        let found = try await scope.list(
            TableRecord.self,
            in: view.place.domain,
            keys: range,
            limit: Self.tablesPageMax
        )
        var body: [String: JSON] = ["value": .array(found.map { shown($0.value, of: view) })]
        if found.count == Self.tablesPageMax, let last = found.last {
            body["nextLink"] = .string(PageToken.link(call, ("", last.value.name.lowercased())))
        }
        return .json(200, .object(body))
    }
    func getManagedTable(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try managedName(call)
        guard let record = try await scope.get(TableRecord.self, in: view.place.domain, at: TableKey.table(name)) else {
            throw ServiceError(.tableNotFound)
        }
        return .json(200, shown(record, of: view))
    }
    /// 200 in both cases: clients take no 201 here.
    func putManagedTable(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try managedName(call)
        let policies = try Self.policies(call)
        let key = TableKey.table(name)
        var record = TableRecord(name, scope)
        if let old = try await scope.get(TableRecord.self, in: view.place.domain, at: key) { record = old }
        record.policies = policies ?? record.policies
        try await scope.put(record, in: view.place.domain, at: key)
        return .json(200, shown(record, of: view))
    }
    func patchManagedTable(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try managedName(call)
        let key = TableKey.table(name)
        guard var record = try await scope.get(TableRecord.self, in: view.place.domain, at: key) else {
            throw ServiceError(.tableNotFound)
        }
        record.policies = try Self.policies(call) ?? record.policies
        try await scope.put(record, in: view.place.domain, at: key)
        return .json(200, shown(record, of: view))
    }
    func deleteManagedTable(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try managedName(call)
        _ = try await removeTable(name, view.place, scope, caller: call.caller)
        return Reply(204)
    }

    private func managedName(_ call: Call) throws(ServiceError) -> TableName {
        let text = call["table"]
        return try checked { () throws(StorageFault) in try TableName(text) }
    }
    /// `properties.signedIdentifiers`; nil when the body says nothing of them.
    private static func policies(_ call: Call) throws(ServiceError) -> [StoredPolicy]? {
        let value = try ManagedBody(call, as: ManagedBody.table).properties["signedIdentifiers"]
        guard let value else { return nil }
        let wrong = ServiceError.badRequest(
            "InvalidValuesForRequestParameters",
            "signedIdentifiers are up to \(StoredPolicy.countMax), each with an id of its own of up to "
                + "\(StoredPolicy.identifierCharactersMax) characters, times in ISO 8601 and letters of 'raud'."
        )
        guard let items = value.array else { throw wrong }
        var found: [StoredPolicy] = []
        for item in items {
            let policy = item["accessPolicy"]
            func time(_ name: String) throws(ServiceError) -> Timestamp? {
                guard let text = policy?[name]?.string else { return nil }
                guard let time = Timestamp(iso8601: text) else { throw wrong }
                return time
            }
            let letters = policy?["permission"]?.string
            guard let id = item["id"]?.string, (1...StoredPolicy.identifierCharactersMax).contains(id.utf16.count),
                found.count < StoredPolicy.countMax, !found.contains(where: { $0.identifier == id }),
                letters.map({ SASPermissions($0, allowed: StorageService.table.permissions) != nil }) ?? true
            else { throw wrong }
            found.append(
                StoredPolicy(
                    identifier: id,
                    start: try time("startTime"),
                    expiry: try time("expiryTime"),
                    permissions: letters
                )
            )
        }
        return found
    }
    private func shown(_ record: TableRecord, of view: AccountView) -> JSON {
        let policies = record.policies.map { policy in
            [
                "id": .string(policy.identifier),
                "accessPolicy": JSON.object([
                    "startTime": JSON(policy.start?.iso8601), "expiryTime": JSON(policy.expiry?.iso8601),
                    "permission": JSON(policy.permissions),
                ]).withoutNulls,
            ] as JSON
        }
        var properties: [String: JSON] = ["tableName": .string(record.name)]
        if !policies.isEmpty { properties["signedIdentifiers"] = .array(policies) }
        return [
            "id": .string("\(view.record.id)/tableServices/default/tables/\(record.name)"),
            "name": .string(record.name), "type": "Microsoft.Storage/storageAccounts/tableServices/tables",
            "properties": .object(properties),
        ]
    }
}
