// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Entity group transaction (`POST /$batch`): all of its changes in one commit, or none.
    ///
    /// What one of them is refused for is answered inside a 202, and nothing is written.
    func runBatch(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let (body, type) = (call.body, call.request.header("Content-Type"))
        let batch = try checked { () throws(StorageFault) in try BatchRequest(body, contentType: type) }
        var answer = BatchReply(call.request.id, isQuery: batch.isQuery)
        var index = 0
        do throws(ServiceError) {
            if batch.isQuery {
                answer.append(try await query(batch.lines[0], table, scope))
                return table.batched(answer)
            }
            let planned = try await plan(batch, table, scope, &index)
            for (step, line) in zip(planned.steps, batch.lines) {
                try await write(step.entity, step.change.key, planned.record, table, scope)
                answer.append(reply(to: step, line, planned.record, table))
            }
        } catch {
            // Nothing was written so far: a change is planned before the first one is made.
            guard error.status < 500 || error.status == 501 else { throw error }
            answer.append(error, at: index, request: call.request.id, time: call.request.received)
        }
        return table.batched(answer)
    }
    /// The one query of a batch that changes nothing.
    private func query(
        _ line: BatchRequest.Line,
        _ table: TableCall,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let (name, head) = try checked { () throws(StorageFault) in (try TableName(line.table), try line.query) }
        var table = table
        table.head = head
        let record = try await table.table(name, scope)
        try table.call.caller.checkQuery(of: record)
        try await checkRole(TableAction.read, of: record, table, scope)
        // Nothing is written that could depend on what is read.
        guard !line.keys.isEmpty else { return try await entities(in: name, table, scope.loose) }
        let key = try checked { () throws(StorageFault) in try EntityKey(predicate: line.keys) }
        return try await entity(key, in: name, table, scope.loose)
    }

    private typealias Step = (change: EntityChange, entity: TableEntity?)
    private struct Plan {
        let record: TableRecord
        let steps: [Step]
    }
    private func reply(to step: Step, _ line: BatchRequest.Line, _ record: TableRecord, _ table: TableCall) -> Reply {
        guard let entity = step.entity else { return table.reply(204) }
        guard step.change.kind == .insert else {
            return table.reply(204, ["ETag": EntityTagText.text(entity.time)])
        }
        let named = NamedEntity(key: step.change.key, entity: entity)
        return table.inserted(named, record, line.level, prefer: line.headers["prefer"] ?? "")
    }
    /// Works out every change; `index` says which one it is at.
    private func plan(
        _ batch: BatchRequest,
        _ table: TableCall,
        _ scope: WriteScope,
        _ index: inout Int
    ) async throws(ServiceError) -> Plan {
        let name = try checked { () throws(StorageFault) in try TableName(batch.lines[0].table) }
        let record = try await table.table(name, scope)
        var steps: [Step] = []
        var places: Set<Key> = []
        for (number, line) in batch.lines.enumerated() {
            index = number
            let change = try checked { () throws(StorageFault) in
                guard number < BatchRequest.changesMax else { throw .tooManyChanges }
                guard try TableName(line.table) == name else { throw .severalTables }
                let change = try line.change
                guard change.key.partition.utf8.elementsEqual((steps.first?.change ?? change).key.partition.utf8) else {
                    throw .differentPartitions
                }
                return change
            }
            guard places.insert(TableKey.entity(record.id, change.key)).inserted else {
                throw ServiceError(.invalidDuplicateRow)
            }
            let action = change.kind == .delete ? TableAction.delete : TableAction.write
            try await checkRole(action, of: record, table, scope)
            steps.append((change, try await result(of: change, on: record, table, scope)))
        }
        return Plan(record: record, steps: steps)
    }
    /// A batch's row asks for some right at some table of the account, a tunnel's for the one to write: what is really done,
    /// and to which table, is asked for here.
    func checkRole(
        _ action: String,
        of record: TableRecord,
        _ table: TableCall,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        guard let caller = table.call.caller.principal.map(Caller.principal) ?? delegator(table) else { return }
        let resource = table.place.resourceID.appending("tableServices/default/tables/\(record.name)")
        guard
            try await access.allowsData(action, at: resource, caller: caller, scope: scope)
        else { throw .permissionMismatch(detail: "\(caller.name) lacks \(action) over \(resource)") }
    }
    /// Whose user delegation key signed.
    private func delegator(_ table: TableCall) -> Caller? {
        (table.call.caller.signature?.delegator).map(Caller.principal)
    }
}

extension TableCall {
    /// The answer to a batch.
    fileprivate func batched(_ answer: BatchReply) -> Reply {
        var answer = answer
        answer.finish()
        var reply = reply(202, content: .bytes(answer.bytes))
        reply.set("Content-Type", answer.contentType)
        return reply
    }
}

extension Caller {
    /// Holds a query in a batch against a caller's signature: its table and its letters; its part of the table bounds what
    /// is found.
    fileprivate func checkQuery(of record: TableRecord) throws(ServiceError) {
        guard let grant = signature?.grant else { return }
        if case .table(let bounds) = grant.scope, bounds.table != record.name.lowercased() {
            throw ServiceError(.authorizationFailure)
        }
        _ = try checked { () throws(StorageFault) in try grant.permits(.queryEntities) }
    }
}

extension BatchRequest.Line {
    /// What the part's own Accept asks for; the service's default where it is not one of JSON's.
    fileprivate var level: MetadataLevel {
        let head = try? RequestHead(method: .post, target: "/", headers: [.accept: headers["accept"] ?? ""])
        return head.flatMap { try? MetadataLevel($0) } ?? .minimal
    }
}
