// SPDX-License-Identifier: Apache-2.0
import Markup

/// The Blob service's settings of an account (REST "Set Blob Service Properties").
package struct ServiceProperties: Equatable, Sendable, Codable {
    /// How long something is kept, in days; nil while it is not.
    package struct Retention: Equatable, Sendable, Codable {
        /// 1 to 365 days, or nil.
        package var days: Int?
        /// A time, or none.
        package init(days: Int? = nil) { self.days = days }
    }
    /// Which requests are logged.
    package struct Logging: Equatable, Sendable, Codable {
        /// The format's version, `1.0` or `2.0`.
        package var version = "1.0"
        /// Deletes.
        package var delete = false
        /// Reads.
        package var read = false
        /// Writes.
        package var write = false
        /// How long the log is kept.
        package var retention = Retention()
    }
    /// Whether metrics are gathered.
    package struct Metrics: Equatable, Sendable, Codable {
        /// The format's version.
        package var version = "1.0"
        /// Whether they are.
        package var enabled = false
        /// Whether each operation is counted apart; said only while enabled.
        package var includeAPIs: Bool?
        /// How long they are kept.
        package var retention = Retention()
    }
    /// What a page of another origin may do (REST "Cross-Origin Resource Sharing support").
    package struct CORSRule: Equatable, Sendable, Codable {
        /// Origins, divided by commas, or `*`.
        package var allowedOrigins: String
        /// Verbs, divided by commas.
        package var allowedMethods: String
        /// Request headers, divided by commas.
        package var allowedHeaders: String
        /// Answer headers, divided by commas.
        package var exposedHeaders: String
        /// How long a browser may remember the answer, in seconds.
        package var maxAgeSeconds: Int
    }
    /// How long deleted blobs are kept.
    package struct DeleteRetention: Equatable, Sendable, Codable {
        /// 1 to 365 days, or nil while deletes are final.
        package var days: Int?
        /// Whether kept blobs can be deleted before their time.
        package var allowsPermanentDelete = false
    }
    /// The site in `$web`.
    package struct StaticWebsite: Equatable, Sendable, Codable {
        /// Whether it is served.
        package var enabled = false
        /// The document of each directory.
        package var indexDocument: String?
        /// The one index document of the whole site.
        package var defaultIndexPath: String?
        /// The document for what does not exist.
        package var errorDocument: String?
    }

    /// The longest retention, in days.
    package static let retentionDaysMax = 365

    /// What is logged.
    package var logging = Logging()
    /// Metrics by the hour.
    package var hourMetrics = Metrics()
    /// Metrics by the minute.
    package var minuteMetrics = Metrics()
    /// The rules for other origins, the first that fits decides.
    package var cors: [CORSRule] = []
    /// The version of requests that name none.
    package var defaultVersion: String?
    /// How long deleted blobs are kept.
    package var deleteRetention = DeleteRetention()
    /// How long deleted containers are kept; set by Azure Resource Manager only, as is versioning.
    package var containerRetention: Retention?
    /// Whether writes and deletes keep the state before them; nil until it was set.
    package var isVersioningEnabled: Bool?
    /// Whether blobs say when they were last used (`lastAccessTimeTrackingPolicy`); nil until it was set.
    package var tracksAccess: Bool?
    /// The site in `$web`.
    package var staticWebsite = StaticWebsite()

    /// The settings of a new account.
    package init() {}
}

// MARK: - Reading

extension ServiceProperties {
    /// What every service's body may hold, and what the Blob service's holds besides.
    private static let common: Set<String> = ["Logging", "HourMetrics", "MinuteMetrics", "Cors"]
    private static let ofBlobs: Set<String> = ["DefaultServiceVersion", "DeleteRetentionPolicy", "StaticWebsite"]

    /// These settings with those of a body of Set Blob Service Properties, or of another service's; what the body leaves
    /// out stays.
    package func updated(
        by body: [UInt8],
        of service: StorageService = .blob
    ) throws(StorageFault) -> ServiceProperties {
        let limits = XMLLimits(bytesMax: BlobLimits.xmlBytesMax, elementsMax: 256, depthMax: 8)
        let root = try XMLBody.parse(
            body,
            root: "StorageServiceProperties",
            limits: limits,
            tooLarge: .requestBodyTooLarge(limit: BlobLimits.xmlBytesMax)
        )
        try root.allowOnly(service == .blob ? Self.common.union(Self.ofBlobs) : Self.common)
        var new = self
        if let element = root.child(named: "Logging") { new.logging = try Self.logging(element) }
        if let element = root.child(named: "HourMetrics") { new.hourMetrics = try Self.metrics(element) }
        if let element = root.child(named: "MinuteMetrics") { new.minuteMetrics = try Self.metrics(element) }
        if let element = root.child(named: "Cors") { new.cors = try Self.cors(element) }
        if let text = root.optionalText("DefaultServiceVersion") {
            guard let version = ServiceVersion(text), version >= .oldest else {
                throw .invalidXMLNodeValue("DefaultServiceVersion", text)
            }
            new.defaultVersion = version.text
        }
        if let element = root.child(named: "DeleteRetentionPolicy") {
            let permanent = element.child(named: "AllowPermanentDelete") == nil
            new.deleteRetention = DeleteRetention(
                days: try Self.retention(element).days,
                allowsPermanentDelete: permanent ? false : try element.bool("AllowPermanentDelete")
            )
        }
        if let element = root.child(named: "StaticWebsite") {
            new.staticWebsite = StaticWebsite(
                enabled: try element.bool("Enabled"),
                indexDocument: element.optionalText("IndexDocument"),
                defaultIndexPath: element.optionalText("DefaultIndexDocumentPath"),
                errorDocument: element.optionalText("ErrorDocument404Path")
            )
        }
        return new
    }

    private static func retention(_ element: XMLElement) throws(StorageFault) -> Retention {
        guard try element.bool("Enabled") else { return Retention() }
        // The service judges both as a document against its schema (as the Go SDK's tests have it).
        guard let text = element.optionalText("Days"), let days = Int(text), (1...retentionDaysMax).contains(days)
        else {
            throw .invalidXMLDocument("a retention policy that is enabled has Days from 1 to \(retentionDaysMax).")
        }
        return Retention(days: days)
    }
    private static func logging(_ element: XMLElement) throws(StorageFault) -> Logging {
        Logging(
            version: try element.required("Version").trimmed,
            delete: try element.bool("Delete"),
            read: try element.bool("Read"),
            write: try element.bool("Write"),
            retention: try retention(element.required("RetentionPolicy"))
        )
    }
    private static func metrics(_ element: XMLElement) throws(StorageFault) -> Metrics {
        let enabled = try element.bool("Enabled")
        return Metrics(
            version: try element.required("Version").trimmed,
            enabled: enabled,
            includeAPIs: enabled ? try element.bool("IncludeAPIs") : nil,
            retention: try retention(element.required("RetentionPolicy"))
        )
    }
    private static func cors(_ element: XMLElement) throws(StorageFault) -> [CORSRule] {
        try element.allowOnly(["CorsRule"])
        guard element.children.count <= CrossOriginLimits.rulesMax else {
            throw .invalidXMLDocument("there are at most \(CrossOriginLimits.rulesMax) CORS rules.")
        }
        var rules: [CORSRule] = []
        for rule in element.children {
            guard let age = try rule.optionalInteger("MaxAgeInSeconds", in: 0...Int(Int32.max)) else {
                throw .missingRequiredXMLNode("MaxAgeInSeconds")
            }
            rules.append(
                CORSRule(
                    allowedOrigins: try rule.required("AllowedOrigins").trimmed,
                    allowedMethods: try rule.required("AllowedMethods").trimmed,
                    allowedHeaders: try rule.required("AllowedHeaders").trimmed,
                    exposedHeaders: try rule.required("ExposedHeaders").trimmed,
                    maxAgeSeconds: age
                )
            )
        }
        do throws(CrossOriginLimits.Flaw) { try CrossOriginLimits.check(rules) } catch { throw StorageFault(error) }
        return rules
    }
}

// MARK: - Writing

extension ServiceProperties {
    /// The body of Get Blob Service Properties, or of another service's.
    package func body(of service: StorageService = .blob) throws(StorageFault) -> [UInt8] {
        try XMLBody.write { writer in
            writer.open("StorageServiceProperties")
            writer.open("Logging")
            writer.leaf("Version", logging.version)
            writer.leaf("Delete", String(logging.delete))
            writer.leaf("Read", String(logging.read))
            writer.leaf("Write", String(logging.write))
            Self.write("RetentionPolicy", logging.retention.days, to: &writer)
            writer.close()
            Self.write("HourMetrics", hourMetrics, to: &writer)
            Self.write("MinuteMetrics", minuteMetrics, to: &writer)
            writer.open("Cors")
            for rule in cors { Self.write(rule, to: &writer) }
            writer.close()
            if service == .blob { writeBlobSettings(to: &writer) }
            writer.close()
        }
    }
    private func writeBlobSettings(to writer: inout XMLWriter) {
        writer.optional("DefaultServiceVersion", defaultVersion)
        let permanent = deleteRetention.allowsPermanentDelete
        Self.write("DeleteRetentionPolicy", deleteRetention.days, permanentDelete: permanent, to: &writer)
        writer.open("StaticWebsite")
        writer.leaf("Enabled", String(staticWebsite.enabled))
        writer.optional("IndexDocument", staticWebsite.indexDocument)
        writer.optional("DefaultIndexDocumentPath", staticWebsite.defaultIndexPath)
        writer.optional("ErrorDocument404Path", staticWebsite.errorDocument)
        writer.close()
    }
    private static func write(
        _ name: String,
        _ days: Int?,
        permanentDelete: Bool? = nil,
        to writer: inout XMLWriter
    ) {
        writer.open(name)
        writer.leaf("Enabled", String(days != nil))
        writer.optional("Days", days.map(String.init))
        writer.optional("AllowPermanentDelete", permanentDelete.map(String.init))
        writer.close()
    }
    private static func write(_ name: String, _ metrics: Metrics, to writer: inout XMLWriter) {
        writer.open(name)
        writer.leaf("Version", metrics.version)
        writer.leaf("Enabled", String(metrics.enabled))
        writer.optional("IncludeAPIs", metrics.includeAPIs.map(String.init))
        write("RetentionPolicy", metrics.retention.days, to: &writer)
        writer.close()
    }
    private static func write(_ rule: CORSRule, to writer: inout XMLWriter) {
        writer.open("CorsRule")
        writer.leaf("AllowedOrigins", rule.allowedOrigins)
        writer.leaf("AllowedMethods", rule.allowedMethods)
        writer.leaf("AllowedHeaders", rule.allowedHeaders)
        writer.leaf("ExposedHeaders", rule.exposedHeaders)
        writer.leaf("MaxAgeInSeconds", Int64(rule.maxAgeSeconds))
        writer.close()
    }
}
