// SPDX-License-Identifier: Apache-2.0
package import Base

/// One rule of an inventory policy (ARM "Blob Inventory Policies"): which report is written where, and how often.
package struct InventoryRule: Equatable, Sendable {
    /// What a report lists.
    package enum Subject: String, Sendable {
        case blob = "Blob"
        case container = "Container"
    }
    /// Unique within the policy; part of the names of its reports.
    package let name: String
    /// A rule that is switched off is kept and writes nothing.
    package let isEnabled: Bool
    /// The container reports go to.
    package let destination: String
    /// Whether it runs on Sundays only, else every day.
    package let isWeekly: Bool
    /// What it lists.
    package let subject: Subject
    /// The columns of a report.
    package let fields: [String]
    /// Kinds of blobs; all of them for containers.
    package let kinds: Set<BlobEntry.Kind>
    /// Beginnings of `container/name`; empty for all.
    package let prefixes: [String]
    /// Beginnings of `container/name` that are left out.
    package let excluded: [String]
    package let includesVersions: Bool
    package let includesSnapshots: Bool
    package let includesDeleted: Bool
    /// Only what was created in so many last days; nil for all.
    package let lastDays: Int64?
    /// The rule as clients get it back.
    package let shown: JSON

    /// Whether past states are looked at.
    package var looksAtPast: Bool { subject == .blob && (includesVersions || includesSnapshots || includesDeleted) }
    /// Whether it runs on the day of a time.
    package func runs(at time: Timestamp) -> Bool {
        guard isEnabled else { return false }
        let day = Int64(24 * 3600)
        // 1970-01-01 was a Thursday.
        return !isWeekly || (time.seconds / day + 4) % 7 == 0
    }
    /// Whether a path is among those the filters mean.
    package func means(path: String) -> Bool {
        (prefixes.isEmpty || prefixes.contains { path.utf8.starts(with: $0.utf8) })
            && !excluded.contains { path.utf8.starts(with: $0.utf8) }
    }
    /// Whether something was created lately enough.
    package func means(created: Timestamp?, at now: Timestamp) -> Bool {
        guard let lastDays, let created else { return true }
        return now - created <= .seconds(lastDays * 24 * 3600)
    }
}

/// All rules of an account's inventory policy.
package struct InventoryPolicy: Equatable, Sendable {
    /// Whether any of them runs.
    package let isEnabled: Bool
    package let rules: [InventoryRule]
    /// The most rules of a policy.
    package static let rulesMax = 100

    /// Reads `properties.policy` of Blob Inventory Policies "Create Or Update".
    package init(_ json: JSON?) throws(StorageFault) {
        let policy = PolicyReader(json, "properties.policy")
        try policy.only(["enabled", "type", "rules", "destination"])
        _ = try policy.required("type").choice(["Inventory"])
        isEnabled = try policy.required("enabled").bool()
        var rules: [InventoryRule] = []
        for element in try policy.required("rules").elements(1...Self.rulesMax) {
            let rule = try Self.rule(element)
            guard !rules.contains(where: { $0.name == rule.name }) else {
                throw element.fault("a rule named '\(rule.name)' is there already")
            }
            rules.append(rule)
        }
        self.rules = rules
    }
    /// The policy as clients get it back.
    package var shown: JSON {
        ["enabled": .bool(isEnabled), "type": "Inventory", "rules": .array(rules.map(\.shown))]
    }

    private static func rule(_ reader: PolicyReader) throws(StorageFault) -> InventoryRule {
        try reader.only(["enabled", "name", "destination", "definition"])
        let name = try reader.required("name").ruleName()
        let destination = try reader.required("destination")
        guard let container = try? ContainerName(try destination.string()) else {
            throw destination.fault("it must name a container")
        }
        let definition = try reader.required("definition")
        try definition.only(["format", "schedule", "objectType", "schemaFields", "filters"])
        let format = try definition.required("format").choice(["Csv", "Parquet"])
        guard format == "Csv" else { throw .notImplemented("inventory reports in Parquet; choose the format Csv.") }
        let type = try definition.required("objectType").choice(["Blob", "Container"])
        let subject = InventoryRule.Subject(rawValue: type) ?? .blob
        let filters = try Filters(definition.member("filters"), subject, definition)
        return InventoryRule(
            name: name,
            isEnabled: try reader.required("enabled").bool(),
            destination: container.text,
            isWeekly: try definition.required("schedule").choice(["Daily", "Weekly"]) == "Weekly",
            subject: subject,
            fields: try InventoryFields.read(definition.required("schemaFields"), subject, filters.needed),
            kinds: filters.kinds,
            prefixes: filters.prefixes,
            excluded: filters.excluded,
            includesVersions: filters.includesVersions,
            includesSnapshots: filters.includesSnapshots,
            includesDeleted: filters.includesDeleted,
            lastDays: filters.lastDays,
            shown: reader.value.withoutNulls
        )
    }

    /// What `filters` says.
    private struct Filters {
        var kinds: Set<BlobEntry.Kind> = []
        var prefixes: [String] = []
        var excluded: [String] = []
        var includesVersions = false
        var includesSnapshots = false
        var includesDeleted = false
        var lastDays: Int64?
        /// Columns without which what they include could not be told apart.
        var needed: [String] = []

        init(
            _ reader: PolicyReader?,
            _ subject: InventoryRule.Subject,
            _ definition: PolicyReader
        ) throws(StorageFault) {
            let isOfBlobs = subject == .blob
            guard let reader else {
                guard !isOfBlobs else { throw definition.fault("filters.blobTypes is missing") }
                return
            }
            try reader.only(
                ["prefixMatch", "includeDeleted", "creationTime"]
                    + (isOfBlobs ? ["excludePrefix", "blobTypes", "includeBlobVersions", "includeSnapshots"] : [])
            )
            prefixes = try reader.member("prefixMatch")?.prefixes() ?? []
            excluded = try reader.member("excludePrefix")?.prefixes() ?? []
            if isOfBlobs {
                let known: [(String, BlobEntry.Kind)] = [
                    ("blockBlob", .block), ("appendBlob", .append), ("pageBlob", .page),
                ]
                kinds = try reader.required("blobTypes").kinds(known)
            }
            includesVersions = try reader.member("includeBlobVersions")?.bool() ?? false
            includesSnapshots = try reader.member("includeSnapshots")?.bool() ?? false
            includesDeleted = try reader.member("includeDeleted")?.bool() ?? false
            if let time = reader.member("creationTime") {
                try time.only(["lastNDays"])
                lastDays = try time.required("lastNDays").whole(in: 1...36_500)
            }
            if includesVersions { needed += ["VersionId", "IsCurrentVersion"] }
            if includesSnapshots { needed.append("Snapshot") }
            if includesDeleted {
                needed +=
                    isOfBlobs
                    ? ["Deleted", "RemainingRetentionDays"]
                    : ["Deleted", "Version", "DeletedTime", "RemainingRetentionDays"]
            }
        }
    }
}
