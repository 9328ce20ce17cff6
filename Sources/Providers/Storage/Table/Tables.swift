// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

extension StorageProvider {
    /// Tables of one page.
    static let tablesPageMax = 1000

    /// Create Table (`POST /Tables`).
    func createTable(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let level = try table.level
        let name = try checked { () throws(StorageFault) in
            let members = try FlatJSON.members(call.body)
            let values = members.filter { $0.name == "TableName" }
            guard values.count == 1, case .string(let text) = values[0].value else {
                throw values.count > 1 ? .duplicateProperties : .propertiesNeedValue
            }
            return try TableName(text)
        }
        let made = try await makeTable(name, table.place, scope)
        let location = "\(table.endpoint)Tables('\(made.name)')"
        let headers: KeyValuePairs<String, String?> = ["Location": location]
        switch call.request.header("Prefer")?.lowercased() {
        case "return-no-content":
            var reply = table.reply(204, headers)
            reply.set("Preference-Applied", "return-no-content")
            reply.set("DataServiceId", location)
            return reply
        case let preference:
            let body = TableWire(level, table).single(made.name)
            var reply = table.json(201, level, body, headers)
            if preference == "return-content" { reply.set("Preference-Applied", "return-content") }
            return reply
        }
    }
    /// A new table of an account, for both surfaces.
    func makeTable(
        _ name: TableName,
        _ place: AccountPlace,
        _ scope: WriteScope
    ) async throws(ServiceError) -> TableRecord {
        let key = TableKey.table(name)
        guard try await scope.get(TableRecord.self, in: place.domain, at: key) == nil else {
            throw ServiceError(.tableAlreadyExists)
        }
        let record = TableRecord(name, scope)
        try await scope.put(record, in: place.domain, at: key)
        return record
    }

    /// One table (`GET /Tables('name')`).
    func getTable(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let level = try table.level
        let name = try quotedTable(call)
        guard let record = try await scope.get(TableRecord.self, in: table.domain, at: TableKey.table(name)) else {
            throw ServiceError(.resourceNotFound)
        }
        return table.json(200, level, TableWire(level, table).single(record.name))
    }
    private func quotedTable(_ call: Call) throws(ServiceError) -> TableName {
        let text = call["name"]
        return try checked { () throws(StorageFault) in
            var predicate = KeyPredicate(text)
            return try TableName(try predicate.single())
        }
    }

    /// Delete Table (`DELETE /Tables('name')`).
    func deleteTable(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let name = try quotedTable(call)
        guard try await removeTable(name, table.place, scope, caller: call.caller) else {
            throw ServiceError(.resourceNotFound)
        }
        return table.reply(204)
    }
    /// Removes a table at once; its entities are no longer reachable and are removed by a saga.
    ///
    /// False when there is none.
    func removeTable(
        _ name: TableName,
        _ place: AccountPlace,
        _ scope: WriteScope,
        caller: Caller
    ) async throws(ServiceError) -> Bool {
        let key = TableKey.table(name)
        guard let record = try await scope.get(TableRecord.self, in: place.domain, at: key) else { return false }
        try await scope.remove(in: place.domain, at: key)
        let state: JSON = [
            "account": .string(place.id.lowercaseText), "table": .string(record.id.lowercaseText),
        ]
        _ = try await scope.start(TablePurge.self, state, caller: caller)
        return true
    }

    /// Query Tables (`GET /Tables`).
    func listTables(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        try table.refuseOptions(["$filter", "$top", "$select"])
        let level = try table.level
        let (filter, limit, from) = try checked { () throws(StorageFault) in
            (
                try TableFilterParser.parse(table.head.query["$filter"] ?? ""),
                try EntityQuery.top(table.head.query),
                try table.head.query["nexttablename"].map { text throws(StorageFault) in
                    try ContinuationToken.key(text)
                }
            )
        }
        var range = TableKey.tables.children
        if let from { range.from = max(range.from, TableKey.tables.appending(from)) }
        var names: [String] = []
        var next: String?
        var scanned = 0
        scan: while range.from < range.to {
            let found = try await scope.list(TableRecord.self, in: table.domain, keys: range, limit: Self.tablesPageMax)
            for item in found {
                guard names.count < limit, scanned < EntityQuery.scannedMax else {
                    next = item.value.name.lowercased()
                    break scan
                }
                scanned += 1
                let name = EDMValue.string(item.value.name)
                if filter?.matches({ $0 == "TableName" ? name : nil }) ?? true { names.append(item.value.name) }
            }
            guard found.count == Self.tablesPageMax, let last = found.last else { break }
            range.from = last.key.next
        }
        var reply = table.json(200, level, TableWire(level, table).list(names))
        if let next { reply.set("x-ms-continuation-NextTableName", ContinuationToken.text(next)) }
        return reply
    }
}

/// Writes tables as JSON.
struct TableWire {
    private let level: MetadataLevel
    private let table: TableCall
    init(_ level: MetadataLevel, _ table: TableCall) {
        self.level = level
        self.table = table
    }
    func single(_ name: String) -> [UInt8] {
        guard case .object(var members) = entry(name) else { return [] }
        if level != .none { members["odata.metadata"] = .string("\(table.endpoint)$metadata#Tables/@Element") }
        return JSON.object(members).bytes
    }
    func list(_ names: [String]) -> [UInt8] {
        var members: [String: JSON] = ["value": .array(names.map(entry))]
        if level != .none { members["odata.metadata"] = .string("\(table.endpoint)$metadata#Tables") }
        return JSON.object(members).bytes
    }
    private func entry(_ name: String) -> JSON {
        guard level == .full else { return ["TableName": .string(name)] }
        return [
            "odata.type": .string("\(table.account).Tables"), "TableName": .string(name),
            "odata.id": .string("\(table.endpoint)Tables('\(name)')"),
            "odata.editLink": .string("Tables('\(name)')"),
        ]
    }
}

/// Removes the entities of a table that is gone.
struct TablePurge: Saga {
    static let kind = "storage.tablePurge"
    static let frees = true
    /// Entities removed in one step: one write each.
    static let entitiesAtOnce = 500

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let table = state.uuid("table") else { return .done(result: nil) }
        let more = try await Self.purge(TableKey.entities(table), .account(account), scope)
        return more ? .again(state) : .done(result: nil)
    }
    /// Removes some of what tables an account has; false when nothing is left.
    static func purgeAll(_ domain: Domain, _ scope: WriteScope) async throws(ServiceError) -> Bool {
        if try await purge(TableKey.entities, domain, scope) { return true }
        let tables = try await scope.list(TableRecord.self, in: domain, under: TableKey.tables, limit: entitiesAtOnce)
        for item in tables { try await scope.remove(in: domain, at: item.key) }
        try await scope.remove(in: domain, at: TableKey.service)
        return !tables.isEmpty
    }
    /// Removes some of the entities under a key; false when there were none.
    static func purge(_ entities: Key, _ domain: Domain, _ scope: WriteScope) async throws(ServiceError) -> Bool {
        let found = try await scope.list(TableEntity.self, in: domain, under: entities, limit: entitiesAtOnce)
        for item in found { try await scope.remove(in: domain, at: item.key) }
        return !found.isEmpty
    }
}
