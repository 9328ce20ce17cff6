// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Insert Entity (`POST /table`).
    func insertEntity(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let level = try table.level
        let (name, body) = (try table.tableName, call.body)
        let record = try await table.table(name, scope)
        let change = try checked { () throws(StorageFault) in
            try EntityChange(.insert, key: nil, ifMatch: nil, body: body)
        }
        guard let made = try await apply(change, to: record, table, scope) else { return table.reply(204) }
        return table.inserted(NamedEntity(key: change.key, entity: made), record, level)
    }
    /// Update Entity, Insert Or Replace Entity (`PUT /table(keys)`).
    func replaceEntity(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await change(.replace, call, scope)
    }
    /// Merge Entity, Insert Or Merge Entity (`MERGE /table(keys)`, `PATCH /table(keys)`).
    func mergeEntity(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await change(.merge, call, scope)
    }
    /// The same by `POST` with X-HTTP-Method, for clients whose way lets no other methods through.
    func tunnelEntity(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        switch call.request.header("X-HTTP-Method")?.uppercased() {
        case "MERGE", "PATCH": return try await change(.merge, call, scope)
        case "PUT": return try await change(.replace, call, scope)
        case "DELETE":
            // The row asks for the right to write, whatever is tunnelled.
            let table = try await openTable(call, scope)
            try await checkRole(TableAction.delete, of: try await table.table(scope), table, scope)
            return try await change(.delete, call, scope)
        default: throw ServiceError(.incorrectXMethod)
        }
    }
    /// Delete Entity (`DELETE /table(keys)`).
    func deleteEntity(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await change(.delete, call, scope)
    }
    private func change(
        _ kind: EntityChange.Kind,
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        // Clients whose address ends with a table's name ask for a table below it, and take 404 for one that is gone.
        if !call["keys"].hasPrefix("(") { _ = try await table.table(scope) }
        let (name, key) = (try table.tableName, try table.entityKey)
        let (ifMatch, body) = (table.head.headers[.ifMatch], call.body)
        let change = try checked { () throws(StorageFault) in
            try EntityChange(kind, key: key, ifMatch: ifMatch, body: body)
        }
        let record = try await table.table(name, scope)
        let entity = try await apply(change, to: record, table, scope)
        return table.reply(204, ["ETag": entity.map { EntityTagText.text($0.time) }])
    }

    /// Makes one change, if the caller may and the entity is as it must be; answers what the entity is now.
    private func apply(
        _ change: EntityChange,
        to record: TableRecord,
        _ table: TableCall,
        _ scope: WriteScope
    ) async throws(ServiceError) -> TableEntity? {
        let new = try await result(of: change, on: record, table, scope)
        try await write(new, change.key, record, table, scope)
        return new
    }
    /// What one change makes of its entity, nil when it goes; nothing is written.
    func result(
        of change: EntityChange,
        on record: TableRecord,
        _ table: TableCall,
        _ scope: WriteScope
    ) async throws(ServiceError) -> TableEntity? {
        try table.call.caller.check(change, of: record)
        let old = try await scope.get(
            TableEntity.self,
            in: table.domain,
            at: TableKey.entity(record.id, change.key)
        )
        return try checked { () throws(StorageFault) in try change.result(old, fresh: Self.freshTime(scope)) }
    }
    /// Writes what a change came to.
    func write(
        _ entity: TableEntity?,
        _ key: EntityKey,
        _ record: TableRecord,
        _ table: TableCall,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        let place = TableKey.entity(record.id, key)
        if let entity {
            try await scope.put(entity, in: table.domain, at: place)
        } else {
            try await scope.remove(in: table.domain, at: place)
        }
    }
    /// The time of the call, with chance in its last digit: a clock of microseconds leaves it free.
    private static func freshTime(_ scope: WriteScope) -> EDMDateTime {
        EDMDateTime(ticks: EDMDateTime(scope.now).ticks + Int64(scope.entropy.upTo(10)))
    }

    /// One entity (`GET /table(keys)`).
    func getEntity(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        return try await entity(try table.entityKey, in: try table.tableName, table, scope)
    }
    /// The answer to a query of one entity.
    func entity(
        _ key: EntityKey,
        in name: TableName,
        _ table: TableCall,
        _ scope: some Scope
    ) async throws(ServiceError) -> Reply {
        try table.refuseOptions(["$select", "$filter"])
        let level = try table.level
        let record = try await table.table(name, scope)
        let selected = try checked { () throws(StorageFault) in
            try EntityQuery.selection(table.head.query["$select"])
        }
        let place = TableKey.entity(record.id, key)
        let window = table.call.caller.window(of: record)
        guard window?.contains(place) ?? true,
            let entity = try await scope.get(TableEntity.self, in: table.domain, at: place)
        else { throw ServiceError(.resourceNotFound) }
        let wire = table.wire(record, level, selected)
        return table.json(
            200,
            level,
            wire.single(NamedEntity(key: key, entity: entity)),
            ["ETag": EntityTagText.text(entity.time)]
        )
    }
}

extension TableCall {
    func wire(_ record: TableRecord, _ level: MetadataLevel, _ selected: [String]?) -> EntityWire {
        EntityWire(level: level, endpoint: endpoint, account: account.text, table: record.name, selected: selected)
    }
    /// The answer to an insert: with the entity, unless the client would rather not have it.
    func inserted(_ named: NamedEntity, _ record: TableRecord, _ level: MetadataLevel, prefer: String? = nil) -> Reply {
        let location = endpoint + record.name + named.key.predicate
        let tag = EntityTagText.text(named.entity.time)
        let preference = prefer ?? call.request.header("Prefer")
        guard preference?.lowercased() == "return-no-content" else {
            let body = wire(record, level, nil).single(named)
            return json(
                201,
                level,
                body,
                [
                    "ETag": tag, "Location": location,
                    "Preference-Applied": preference?.lowercased() == "return-content" ? "return-content" : nil,
                ]
            )
        }
        return reply(
            204,
            [
                "ETag": tag, "Location": location, "DataServiceId": location,
                "Preference-Applied": "return-no-content",
            ]
        )
    }
}

extension Caller {
    /// The part of a table a caller's signature opens; nil where nothing bounds it.
    func window(of record: TableRecord) -> KeyRange? {
        guard case .table(let bounds) = signature?.grant.scope else { return nil }
        return TablePlan.window(
            from: bounds.startPartition.map { ($0, bounds.startRow) },
            to: bounds.endPartition.map { ($0, bounds.endRow) },
            under: TableKey.entities(record.id)
        )
    }
    /// Holds a change against a caller's signature: its table, its letters and its part of the table.
    func check(_ change: EntityChange, of record: TableRecord) throws(ServiceError) {
        guard let grant = signature?.grant else { return }
        if case .table(let bounds) = grant.scope {
            guard bounds.table == record.name.lowercased(), let window = window(of: record),
                window.contains(TableKey.entity(record.id, change.key))
            else { throw ServiceError(.authorizationFailure) }
        }
        for need in SASNeed.needs(of: change) {
            _ = try checked { () throws(StorageFault) in try grant.permits(need) }
        }
    }
}
