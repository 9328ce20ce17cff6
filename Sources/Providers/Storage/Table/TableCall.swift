// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// One call on the table surface, read: whose account it names and where that lies.
struct TableCall {
    let call: Call
    var head: RequestHead
    let account: AccountName
    let version: ServiceVersion
    let place: AccountPlace
    /// The account's address as the client came by it, with its slash at the end.
    let endpoint: String
    var domain: Domain { place.domain }

    /// The table the route names.
    var tableName: TableName {
        get throws(ServiceError) {
            let text = call["table"]
            return try checked { () throws(StorageFault) in try TableName(text) }
        }
    }
    /// The entity the route names.
    var entityKey: EntityKey {
        get throws(ServiceError) {
            let text = call["keys"]
            return try checked { () throws(StorageFault) in try EntityKey(predicate: text) }
        }
    }
    /// A table, or 404.
    func table(_ name: TableName, _ scope: some Scope) async throws(ServiceError) -> TableRecord {
        guard let table = try await scope.get(TableRecord.self, in: domain, at: TableKey.table(name)) else {
            throw ServiceError(.tableNotFound)
        }
        return table
    }
    /// The table the route names, or 404.
    func table(_ scope: some Scope) async throws(ServiceError) -> TableRecord {
        try await table(tableName, scope)
    }
    var level: MetadataLevel {
        get throws(ServiceError) { try checked { () throws(StorageFault) in try MetadataLevel(head) } }
    }
    /// Refuses query options that would change the answer and are not read.
    func refuseOptions(_ known: Set<String>) throws(ServiceError) {
        let other = head.query.items.first {
            $0.name.hasPrefix("$") && $0.name != "$format" && !known.contains($0.name)
        }
        if let other { throw ServiceError(.tableOptionNotImplemented("the query option '\(other.name)'")) }
    }

    /// An answer of the table service.
    ///
    /// `fields` without a value are left out.
    func reply(_ status: Int, _ fields: KeyValuePairs<String, String?> = [:], content: Reply.Content = .none) -> Reply {
        var reply = Reply(status, content: content)
        for (name, value) in fields { reply.set(name, value) }
        reply.headers[StorageHeader.version] = version.text
        reply.headers[.cacheControl] = "no-cache"
        return reply
    }
    /// A JSON answer.
    func json(
        _ status: Int,
        _ level: MetadataLevel,
        _ body: [UInt8],
        _ fields: KeyValuePairs<String, String?> = [:]
    ) -> Reply {
        var reply = reply(status, fields, content: .bytes(body))
        reply.headers[.contentType] = level.contentType
        return reply
    }
    /// An XML answer.
    func xml(_ body: () throws(StorageFault) -> [UInt8]) throws(ServiceError) -> Reply {
        reply(200, ["Content-Type": "application/xml"], content: .bytes(try checked(body)))
    }
}

extension StorageProvider {
    /// Reads a call of the table surface, beginning with what the doorkeeper read.
    func openTable(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> TableCall {
        guard let opened = call.opened as? OpenedRequest else {
            throw .unavailable("\(call.operation) came past the doorkeeper")
        }
        let (head, account) = (opened.head, opened.target.account)
        // An unknown `comp` must not be taken for a plain read or write.
        if let comp = head.query["comp"], !comp.isEmpty, !Self.operationsByComp.contains(call.operation) {
            throw ServiceError(.invalidQueryParameterValue("comp", String(comp.prefix(64))))
        }
        let version = try checked { () throws(StorageFault) in
            if let type = head.headers[.contentType], type.lowercased().contains("atom") {
                throw .atomFormatNotSupported
            }
            return try ServiceVersion(head: head)
        }
        // A reader looks at the version the doorkeeper saw; a change must notice an account that went meanwhile.
        if !(scope is ReadScope) {
            let place = try await place(account, scope)
            guard place?.id == opened.place.id else { throw ServiceError(.resourceNotFound) }
        }
        let request = call.request
        let authority = request.port.map { "\(request.host):\($0)" } ?? request.host
        let isPathStyle = hostAccount(request) == nil
        return TableCall(
            call: call,
            head: head,
            account: account,
            version: version,
            place: opened.place,
            endpoint: isPathStyle ? "https://\(authority)/\(account)-table/" : "https://\(authority)/"
        )
    }
    /// The operations whose routes ask for a `comp`.
    private static let operationsByComp = Set(
        tableOperations.filter { $0.route.query["comp"] != nil }.map(\.name)
    )
}
