// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Markup

/// The Table service's settings of one account.
struct TableServiceSettings: Stored, Codable {
    var properties: ServiceProperties
}

extension StorageProvider {
    func tableSettings(_ place: AccountPlace, _ scope: some Scope) async throws(ServiceError) -> ServiceProperties {
        let stored = try await scope.get(TableServiceSettings.self, in: place.domain, at: TableKey.service)
        return stored?.properties ?? ServiceProperties()
    }
    func setTable(
        _ properties: ServiceProperties,
        _ place: AccountPlace,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        if let what = properties.unbuiltAnalytics { throw ServiceError(.notImplemented("\(what); leave it disabled.")) }
        try await scope.put(TableServiceSettings(properties: properties), in: place.domain, at: TableKey.service)
    }
    /// Get Table Service Properties (`GET /?restype=service&comp=properties`).
    func getTableServiceProperties(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let properties = try await tableSettings(table.place, scope)
        return try table.xml { () throws(StorageFault) in try properties.body(of: .table) }
    }
    /// Set Table Service Properties (`PUT /?restype=service&comp=properties`).
    func setTableServiceProperties(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let old = try await tableSettings(table.place, scope)
        let new = try checked { () throws(StorageFault) in try old.updated(by: call.body, of: .table) }
        try await setTable(new, table.place, scope)
        return table.reply(202)
    }

    /// Get Table ACL (`GET /table?comp=acl`).
    func getTableACL(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let record = try await table.table(scope)
        return try table.xml { () throws(StorageFault) in try ContainerPolicies.body(record.policies, of: .table) }
    }
    /// Set Table ACL (`PUT /table?comp=acl`).
    func setTableACL(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let table = try await openTable(call, scope)
        let name = try table.tableName
        var record = try await table.table(name, scope)
        record.policies = try checked { () throws(StorageFault) in try ContainerPolicies.parse(call.body, of: .table) }
        try await scope.put(record, in: table.domain, at: TableKey.table(name))
        return table.reply(204)
    }
}
