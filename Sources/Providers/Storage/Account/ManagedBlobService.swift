// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The Blob service's settings as an ARM resource: the same record as on the blob surface.
extension StorageProvider {
    func listBlobServices(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let (settings, feed) = (try await settings(view.place, scope), try await changeFeed(view.place, scope))
        return .json(200, ["value": [shown(settings, feed, of: view)]])
    }
    func getBlobService(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let (settings, feed) = (try await settings(view.place, scope), try await changeFeed(view.place, scope))
        return .json(200, shown(settings, feed, of: view))
    }
    func putBlobService(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let body = try ManagedBody(call, as: ManagedBody.blobService)
        let properties = body.properties
        guard try properties["restorePolicy"]?.flag("enabled") != true else {
            throw .notImplemented("restorePolicy.enabled=true")
        }
        if try body.flag("automaticSnapshotPolicyEnabled") == true {
            throw .notImplemented("automaticSnapshotPolicyEnabled=true")
        }
        var settings = try await settings(view.place, scope)
        if let isVersioned = try body.flag("isVersioningEnabled") { settings.isVersioningEnabled = isVersioned }
        if let policy = try body.object("deleteRetentionPolicy", Self.retention) {
            let days = try Self.days(policy, "deleteRetentionPolicy")
            let allows = try policy.flag("allowPermanentDelete") ?? false
            settings.deleteRetention = ServiceProperties.DeleteRetention(days: days, allowsPermanentDelete: allows)
        }
        if let policy = try body.object("containerDeleteRetentionPolicy", Self.retention) {
            let days = try Self.days(policy, "containerDeleteRetentionPolicy")
            settings.containerRetention = ServiceProperties.Retention(days: days)
        }
        if let policy = try body.object("lastAccessTimeTrackingPolicy", Self.tracking) {
            settings.tracksAccess = try Self.tracksAccess(policy)
        }
        if let rules = try body.cors() { settings.cors = rules }
        if let site = try body.object("staticWebsite", Self.website) {
            settings.staticWebsite = try Self.staticWebsite(site)
        }
        if let value = properties["defaultServiceVersion"] {
            let text = value.string ?? "?"
            guard let version = ServiceVersion(text), version >= .oldest else {
                throw .badRequest(
                    "InvalidValuesForRequestParameters",
                    "defaultServiceVersion '\(text)' is not a version."
                )
            }
            settings.defaultVersion = version.text
        }
        try await set(settings, view.place, scope)
        if let wanted = try body.object("changeFeed", ["enabled", "retentionInDays"]) {
            try await setChangeFeed(wanted, view, call, scope)
        }
        return .json(200, shown(settings, try await changeFeed(view.place, scope), of: view))
    }

    private static let retention: Set<String> = ["allowPermanentDelete", "days", "enabled"]
    private static let tracking: Set<String> = ["blobType", "enable", "name", "trackingGranularityInDays"]
    private static let website: Set<String> = [
        "defaultIndexDocumentPath", "enabled", "errorDocument404Path", "indexDocument",
    ]
    private static func staticWebsite(_ json: JSON) throws(ServiceError) -> ServiceProperties.StaticWebsite {
        func text(_ name: String) throws(ServiceError) -> String? {
            guard let value = json[name] else { return nil }
            guard let text = value.string else { throw AccountMembers.invalid("'\(name)' must be a text") }
            return text.isEmpty ? nil : text
        }
        return ServiceProperties.StaticWebsite(
            enabled: try json.flag("enabled") ?? false,
            indexDocument: try text("indexDocument"),
            defaultIndexPath: try text("defaultIndexDocumentPath"),
            errorDocument: try text("errorDocument404Path")
        )
    }

    /// The one form the policy has: every read of a block blob counts, by the day.
    private static func tracksAccess(_ policy: JSON) throws(ServiceError) -> Bool {
        guard let enable = policy["enable"]?.bool else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "lastAccessTimeTrackingPolicy.enable must be true or false."
            )
        }
        for (name, only) in Self.accessTracking {
            guard let value = policy[name], value != .null, value != only else { continue }
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "lastAccessTimeTrackingPolicy.\(name) can only be \(String(decoding: only.bytes, as: UTF8.self))."
            )
        }
        return enable
    }
    private static let accessTracking: [(String, JSON)] = [
        ("name", "AccessTimeTracking"), ("trackingGranularityInDays", 1), ("blobType", ["blockBlob"]),
    ]
    private static func days(_ policy: JSON, _ name: String) throws(ServiceError) -> Int? {
        guard try policy.flag("enabled") == true else { return nil }
        guard let days = policy["days"]?.integer, (1...Int64(ServiceProperties.retentionDaysMax)).contains(days) else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "\(name).days is a number from 1 to \(ServiceProperties.retentionDaysMax)."
            )
        }
        return Int(days)
    }
    private func shown(_ days: Int?) -> [String: JSON] {
        guard let days else { return ["enabled": false] }
        return ["enabled": true, "days": .integer(Int64(days))]
    }
    private func shown(_ settings: ServiceProperties, _ feed: ChangeFeed?, of view: AccountView) -> JSON {
        var changes: [String: JSON] = ["enabled": .bool(feed?.isEnabled ?? false)]
        if let days = feed?.retentionDays { changes["retentionInDays"] = .integer(Int64(days)) }
        var retention = shown(settings.deleteRetention.days)
        retention["allowPermanentDelete"] = .bool(settings.deleteRetention.allowsPermanentDelete)
        var tracking: JSON?
        if let tracksAccess = settings.tracksAccess {
            let fixed: [(String, JSON)] = tracksAccess ? Self.accessTracking : []
            tracking = .object(Dictionary(uniqueKeysWithValues: fixed + [("enable", .bool(tracksAccess))]))
        }
        var properties: [String: JSON] = [
            "cors": settings.managedCORS,
            "defaultServiceVersion": JSON(settings.defaultVersion),
            "deleteRetentionPolicy": .object(retention),
            "containerDeleteRetentionPolicy": .object(shown(settings.containerRetention?.days)),
            "isVersioningEnabled": .bool(settings.isVersioningEnabled ?? false),
            "changeFeed": .object(changes),
        ]
        properties["lastAccessTimeTrackingPolicy"] = tracking
        let site = settings.staticWebsite
        properties["staticWebsite"] = [
            "enabled": .bool(site.enabled), "indexDocument": JSON(site.indexDocument),
            "defaultIndexDocumentPath": JSON(site.defaultIndexPath),
            "errorDocument404Path": JSON(site.errorDocument),
        ]
        return [
            "id": .string(view.record.id + "/blobServices/default"), "name": "default",
            "type": "Microsoft.Storage/storageAccounts/blobServices", "sku": view.record.sku ?? .null,
            "properties": .object(properties),
        ]
    }
}

extension ServiceProperties {
    /// The rules for other origins as ARM shows them.
    var managedCORS: JSON {
        func list(_ text: String) -> JSON { .array(text.split(separator: ",").map { .string(String($0)) }) }
        let rules = cors.map { rule in
            [
                "allowedOrigins": list(rule.allowedOrigins), "allowedMethods": list(rule.allowedMethods),
                "allowedHeaders": list(rule.allowedHeaders), "exposedHeaders": list(rule.exposedHeaders),
                "maxAgeInSeconds": .integer(Int64(rule.maxAgeSeconds)),
            ] as JSON
        }
        return ["corsRules": .array(rules)]
    }
}
