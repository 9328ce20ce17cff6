// SPDX-License-Identifier: Apache-2.0
import Base

/// The columns of inventory reports, and what stands in them (ARM "Blob Inventory Policies", schemaFields).
package enum InventoryFields {
    private static let ofBlobs = [
        "Name", "Creation-Time", "Last-Modified", "ETag", "Content-Length", "Content-Type", "Content-Encoding",
        "Content-Language", "Content-CRC64", "Content-MD5", "Cache-Control", "Content-Disposition", "BlobType",
        "AccessTier", "AccessTierChangeTime", "AccessTierInferred", "LeaseStatus", "LeaseState", "LeaseDuration",
        "ServerEncrypted", "CustomerProvidedKeySha256", "EncryptionScope", "RehydratePriority", "ArchiveStatus",
        "LastAccessTime", "Metadata", "Tags", "TagCount", "Snapshot", "VersionId", "IsCurrentVersion", "Deleted",
        "DeletedTime", "RemainingRetentionDays", "ImmutabilityPolicyUntilDate", "ImmutabilityPolicyMode", "LegalHold",
        "CopyId", "CopyStatus", "CopySource", "CopyProgress", "CopyCompletionTime", "CopyStatusDescription",
        "IncrementalCopy", "x-ms-blob-sequence-number",
    ]
    /// Other spellings the reference has for the same columns.
    private static let alike = [
        "ContentType": "Content-Type", "ContentEncoding": "Content-Encoding", "ContentLanguage": "Content-Language",
        "ContentCRC64": "Content-CRC64", "CacheControl": "Cache-Control", "ContentDisposition": "Content-Disposition",
    ]
    private static let ofHierarchies = [
        "Expiry-Time", "hdi_isfolder", "Owner", "Group", "Permissions", "Acl", "DeletionId",
    ]
    private static let ofContainers = [
        "Name", "Last-Modified", "ETag", "Metadata", "LeaseStatus", "LeaseState", "LeaseDuration", "PublicAccess",
        "HasImmutabilityPolicy", "HasLegalHold", "DefaultEncryptionScope", "DenyEncryptionScopeOverride",
        "ImmutableStorageWithVersioningEnabled", "Deleted", "Version", "DeletedTime", "RemainingRetentionDays",
    ]

    /// Reads `schemaFields`; `needed` are columns the filters ask for.
    static func read(
        _ reader: PolicyReader,
        _ subject: InventoryRule.Subject,
        _ needed: [String]
    ) throws(StorageFault) -> [String] {
        let known = subject == .blob ? ofBlobs + alike.keys : ofContainers
        var fields: [String] = []
        for element in try reader.elements(1...64) {
            let text = try element.string()
            guard let field = known.first(where: { $0.lowercased() == text.lowercased() }) else {
                guard !ofHierarchies.contains(where: { $0.lowercased() == text.lowercased() }) else {
                    throw element.fault("'\(text)' is for accounts with a hierarchical namespace only")
                }
                throw element.fault("'\(text)' is no field of \(subject.rawValue) reports")
            }
            guard !fields.contains(field) else { throw element.fault("'\(text)' is named twice") }
            fields.append(field)
        }
        for field in ["Name"] + needed where !fields.contains(field) {
            throw reader.fault("the field \(field) is needed here")
        }
        return fields
    }

    /// One line of a report, with its end.
    package static func line(_ values: [String]) -> String { values.map(quoted).joined(separator: ",") + "\n" }
    /// A value as CSV writes it (RFC 4180).
    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }

    /// What a column says of a blob; `container` is its container's name.
    package static func value(_ field: String, of entry: BlobEntry, in container: String) -> String? {
        switch alike[field] ?? field {
        case "Name": "\(container)/\(entry.name.text)"
        case "Creation-Time": entry.created?.iso8601Seconds
        case "Last-Modified": entry.lastModified?.iso8601Seconds
        case "ETag": entry.etag
        case "Content-Length": String(entry.length)
        case "BlobType": entry.kind.rawValue
        case "Snapshot": entry.snapshot
        case "VersionId": entry.version
        case "IsCurrentVersion": entry.isCurrentVersion.map(String.init)
        case "Metadata": entry.metadata.map { pairs($0.items) }
        case "Tags": entry.tags.map(pairs)
        case "TagCount": entry.tagCount.map(String.init)
        case "LastAccessTime": entry.lastAccess?.iso8601Seconds
        case "x-ms-blob-sequence-number": entry.sequenceNumber.map(String.init)
        default: contentValue(field, of: entry) ?? stateValue(field, of: entry) ?? copyValue(field, of: entry)
        }
    }
    private static func contentValue(_ field: String, of entry: BlobEntry) -> String? {
        switch alike[field] ?? field {
        case "Content-Type": entry.headers.type ?? "application/octet-stream"
        case "Content-Encoding": entry.headers.encoding
        case "Content-Language": entry.headers.language
        case "Content-MD5": entry.headers.md5?.base64
        case "Cache-Control": entry.headers.cacheControl
        case "Content-Disposition": entry.headers.disposition
        case "ServerEncrypted": "true"
        case "CustomerProvidedKeySha256": entry.customerKeyHash?.base64
        case "EncryptionScope": entry.encryptionScope
        default: nil
        }
    }
    private static func stateValue(_ field: String, of entry: BlobEntry) -> String? {
        switch field {
        case "AccessTier": entry.tier
        case "AccessTierChangeTime": entry.tierChanged?.iso8601Seconds
        case "AccessTierInferred": entry.isTierInferred ? "true" : nil
        case "RehydratePriority": entry.rehydratePriority
        case "ArchiveStatus": entry.archiveStatus
        case "LeaseStatus": entry.lease?.status
        case "LeaseState": entry.lease?.rawValue
        case "LeaseDuration": entry.leaseDuration?.rawValue
        case "Deleted": entry.isDeleted ? "true" : nil
        case "DeletedTime": entry.deleted?.iso8601Seconds
        case "RemainingRetentionDays": entry.remainingRetentionDays.map(String.init)
        case "ImmutabilityPolicyUntilDate": entry.immutableUntil?.iso8601Seconds
        case "ImmutabilityPolicyMode": entry.immutabilityMode
        case "LegalHold": entry.hasLegalHold.map(String.init)
        default: nil
        }
    }
    private static func copyValue(_ field: String, of entry: BlobEntry) -> String? {
        guard let copy = entry.copy else { return nil }
        switch field {
        case "CopyId": return copy.id
        case "CopyStatus": return copy.status
        case "CopySource": return copy.source
        case "CopyProgress": return copy.progress
        case "CopyCompletionTime": return copy.completed?.iso8601Seconds
        case "CopyStatusDescription": return copy.reason
        case "IncrementalCopy": return copy.isIncremental ? "true" : nil
        default: return nil
        }
    }
    /// What a column says of a container.
    package static func value(_ field: String, of entry: ContainerEntry) -> String? {
        switch field {
        case "Name": entry.name.text
        case "Last-Modified": entry.lastModified.iso8601Seconds
        case "ETag": entry.etag
        case "Metadata": entry.metadata.map { pairs($0.items) }
        case "LeaseStatus": entry.lease.status
        case "LeaseState": entry.lease.rawValue
        case "LeaseDuration": entry.leaseDuration?.rawValue
        case "PublicAccess": entry.publicAccess?.rawValue
        case "HasImmutabilityPolicy": String(entry.hasImmutabilityPolicy)
        case "HasLegalHold": String(entry.hasLegalHold)
        case "DefaultEncryptionScope": entry.encryptionScope ?? ContainerEntry.accountScope
        case "DenyEncryptionScopeOverride": String(entry.deniesScopeOverride)
        case "ImmutableStorageWithVersioningEnabled": String(entry.hasVersionImmutability)
        case "Deleted": entry.deleted == nil ? nil : "true"
        case "Version": entry.version
        case "DeletedTime": entry.deleted?.iso8601Seconds
        case "RemainingRetentionDays": entry.remainingRetentionDays.map(String.init)
        default: nil
        }
    }
    /// Names and values as JSON.
    private static func pairs(_ items: [Metadata.Item]) -> String {
        guard !items.isEmpty else { return "" }
        let object = Dictionary(items.map { ($0.name, JSON.string($0.value)) }, uniquingKeysWith: { $1 })
        return String(decoding: JSON.object(object).bytes, as: UTF8.self)
    }
}
