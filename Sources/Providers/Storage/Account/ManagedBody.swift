// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The body of a PUT or PATCH of what lies below an account, read strictly.
///
/// A member that Azure does not have there is a mistake of the client's, and so is a value of another type. Nothing would
/// tell it if they were passed over.
struct ManagedBody {
    /// What may be there: the names of `properties`, of the REST reference's Storage Resource Provider.
    struct Shape {
        let type: String
        let properties: Set<String>
    }
    static let blobService = Shape(
        type: "BlobServiceProperties",
        properties: [
            "automaticSnapshotPolicyEnabled", "changeFeed", "containerDeleteRetentionPolicy", "cors",
            "defaultServiceVersion", "deleteRetentionPolicy", "isVersioningEnabled", "lastAccessTimeTrackingPolicy",
            "restorePolicy", "staticWebsite",
        ]
    )
    static let queueService = Shape(type: "QueueServiceProperties", properties: ["cors"])
    static let tableService = Shape(type: "TableServiceProperties", properties: ["cors"])
    static let container = Shape(
        type: "BlobContainer",
        properties: [
            "blobAccessPointConfiguration", "defaultEncryptionScope", "denyEncryptionScopeOverride",
            "enableNfsV3AllSquash", "enableNfsV3RootSquash", "immutableStorageWithVersioning", "metadata",
            "publicAccess",
            // Those the service alone sets: read, and sent back as they were.
            "deleted", "deletedTime", "hasImmutabilityPolicy", "hasLegalHold", "immutabilityPolicy",
            "lastModifiedTime", "leaseDuration", "leaseState", "leaseStatus", "legalHold", "remainingRetentionDays",
            "version",
        ]
    )
    static let queue = Shape(type: "StorageQueue", properties: ["approximateMessageCount", "metadata"])
    static let table = Shape(type: "Table", properties: ["signedIdentifiers", "tableName"])
    /// What every resource has, as a client gets it back.
    private static let resource: Set<String> = ["etag", "id", "name", "properties", "sku", "systemData", "type"]

    let properties: JSON

    /// Reads a body; an empty one says nothing.
    init(_ call: Call, as shape: Shape) throws(ServiceError) {
        let body: JSON = call.body.isEmpty ? [:] : try call.json()
        try AccountMembers.check(body, Self.resource, shape.type)
        properties = body["properties"] ?? [:]
        try AccountMembers.check(properties, shape.properties, "\(shape.type).properties")
    }

    /// An object among the properties, with no other members than `known`; nil where it is not there.
    func object(_ name: String, _ known: Set<String>) throws(ServiceError) -> JSON? {
        guard let value = properties[name] else { return nil }
        try AccountMembers.check(value, known, name)
        return value
    }
    /// A truth among the properties.
    func flag(_ name: String) throws(ServiceError) -> Bool? { try properties.flag(name) }

    /// `cors`: all rules, none where the list is not there ("if no CorsRule elements are included in the request body,
    /// all CORS rules will be deleted"); nil where nothing is said of them.
    func cors() throws(ServiceError) -> [ServiceProperties.CORSRule]? {
        guard let cors = try object("cors", ["corsRules"]) else { return nil }
        guard let rules = cors["corsRules"] else { return [] }
        guard let rules = rules.array else { throw AccountMembers.invalid("'corsRules' must be an array") }
        let read = try rules.map { rule throws(ServiceError) in try Self.rule(rule) }
        do throws(CrossOriginLimits.Flaw) { try CrossOriginLimits.check(read) } catch {
            throw .badRequest("InvalidValuesForRequestParameters", "corsRules: \(error.why)")
        }
        return read
    }
    private static let corsRule: Set<String> = [
        "allowedHeaders", "allowedMethods", "allowedOrigins", "exposedHeaders", "maxAgeInSeconds",
    ]
    /// A rule for other origins as ARM writes it.
    private static func rule(_ json: JSON) throws(ServiceError) -> ServiceProperties.CORSRule {
        try AccountMembers.check(json, corsRule, "CorsRule")
        func list(_ name: String) throws(ServiceError) -> [String] {
            guard let value = json[name] else { return [] }
            let texts = value.array?.compactMap(\.string) ?? []
            guard let count = value.array?.count, count == texts.count else {
                throw AccountMembers.invalid("'\(name)' must be an array of texts")
            }
            return texts
        }
        guard let age = json["maxAgeInSeconds"]?.integer else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "A corsRule needs allowedOrigins, allowedMethods and a maxAgeInSeconds that is not negative."
            )
        }
        return ServiceProperties.CORSRule(
            allowedOrigins: try list("allowedOrigins").joined(separator: ","),
            allowedMethods: try list("allowedMethods").joined(separator: ","),
            allowedHeaders: try list("allowedHeaders").joined(separator: ","),
            exposedHeaders: try list("exposedHeaders").joined(separator: ","),
            maxAgeSeconds: Int(age)
        )
    }

    /// `metadata`, checked as if it had come in headers; nil where nothing is said of it.
    func metadata() throws(ServiceError) -> Metadata? {
        guard let value = properties["metadata"] else { return nil }
        guard let members = value.object else { throw AccountMembers.invalid("'metadata' must be an object") }
        var items: [Metadata.Item] = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let text = value.string else { throw AccountMembers.invalid("'metadata' is a map of texts") }
            items.append(Metadata.Item(name: name, value: text))
        }
        return try checked { () throws(StorageFault) in try Metadata(checking: items) }
    }
}

extension JSON {
    /// A member that is true or false, where it is there.
    func flag(_ name: String) throws(ServiceError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let truth = value.bool else { throw AccountMembers.invalid("'\(name)' must be true or false") }
        return truth
    }
}
