// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// The Blob service's settings of one account.
struct BlobServiceSettings: Stored, Codable {
    var properties: ServiceProperties

    /// Format 1 has neither versioning nor soft delete of containers, format 2 no tracking of last use.
    static let format: UInt8 = 3
}

extension ServiceProperties {
    /// What these settings switch on and no service does yet.
    var unbuiltAnalytics: String? {
        if logging.read || logging.write || logging.delete { return "logging (Logging)" }
        return hourMetrics.enabled || minuteMetrics.enabled ? "metrics (HourMetrics, MinuteMetrics)" : nil
    }
}

extension StorageProvider {
    func settings(_ place: AccountPlace, _ scope: some Scope) async throws(ServiceError) -> ServiceProperties {
        let stored = try await scope.get(BlobServiceSettings.self, in: place.domain, at: StorageKey.service)
        return stored?.properties ?? ServiceProperties()
    }
    func set(_ properties: ServiceProperties, _ place: AccountPlace, _ scope: WriteScope) async throws(ServiceError) {
        if let what = properties.unbuiltAnalytics {
            throw ServiceError(.notImplemented("\(what); leave it disabled."))
        }
        if place.isHierarchical, properties.isVersioningEnabled == true {
            throw ServiceError(.notForHierarchicalNamespaces)
        }
        try await scope.put(
            BlobServiceSettings(properties: properties),
            in: place.domain,
            at: StorageKey.service
        )
        try await ensureWebsite(properties, place, scope)
        var kept = place
        kept.history = BlobHistory(
            isVersioned: properties.isVersioningEnabled ?? false,
            blobDays: properties.deleteRetention.days,
            containerDays: properties.containerRetention?.days,
            allowsPermanentDelete: properties.deleteRetention.allowsPermanentDelete,
            tracksAccess: properties.tracksAccess ?? false
        )
        guard kept.history != place.history, let name = place.name else { return }
        try await scope.put(kept, in: .region, at: StorageKey.place(name))
    }

    /// "When you enable static website hosting, a container named `$web` is created" ("Host a static website"); clients
    /// upload into it with their next request.
    private func ensureWebsite(
        _ properties: ServiceProperties,
        _ place: AccountPlace,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        guard properties.staticWebsite.enabled else { return }
        let known = try await scope.get(Container.self, in: place.domain, at: StorageKey.container(.web))
        guard known == nil else { return }
        _ = try await makeContainer(.web, .none, nil, ScopeChoice.Home(), place, scope)
    }

    /// Get Blob Service Properties (`GET /?restype=service&comp=properties`).
    func getServiceProperties(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let properties = try await settings(blob.place, scope)
        return try blob.xml { () throws(StorageFault) in try properties.body() }
    }
    /// Set Blob Service Properties (`PUT /?restype=service&comp=properties`).
    func setServiceProperties(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let old = try await settings(blob.place, scope)
        let new = try checked { () throws(StorageFault) in try old.updated(by: call.body) }
        try await set(new, blob.place, scope)
        return blob.reply(202)
    }
    /// Get Account Information (`GET|HEAD …?restype=account&comp=properties`), on every level.
    func getAccountInformation(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let record = try await scope.resource(blob.place.resourceID)
        return blob.reply(
            200,
            [
                "x-ms-sku-name": record?.sku?["name"]?.string, "x-ms-account-kind": record?.kind,
                "x-ms-is-hns-enabled": String(blob.place.isHierarchical),
            ]
        )
    }
}
