// SPDX-License-Identifier: Apache-2.0
package import Base
import Markup

/// One `<Blob>` of a listing.
package struct BlobEntry: Equatable, Sendable {
    /// The kind of a blob.
    package enum Kind: String, Sendable, Codable {
        case block = "BlockBlob"
        case append = "AppendBlob"
        case page = "PageBlob"
    }
    /// The last copy onto a blob.
    package struct Copy: Equatable, Sendable, Codable {
        /// `x-ms-copy-id`.
        package var id: String
        /// `pending`, `success`, `aborted` or `failed`.
        package var status: String
        /// The address it was copied from, without its signature.
        package var source: String
        /// Bytes copied / bytes in all.
        package var progress: String
        /// When it ended.
        package var completed: Timestamp?
        /// Why it failed.
        package var reason: String?
        /// Whether it brings over changes between snapshots only.
        package var isIncremental = false
        /// The snapshot an incremental copy made last.
        package var snapshot: String?
        /// Names a copy.
        package init(id: String, status: String, source: String, progress: String, completed: Timestamp?) {
            self.id = id
            self.status = status
            self.source = source
            self.progress = progress
            self.completed = completed
        }
    }

    /// The blob's name.
    package var name: BlobName
    /// The snapshot's time as its clients send it.
    package var snapshot: String?
    /// The version's id.
    package var version: String?
    /// Whether this version is the current one; said only where there are versions.
    package var isCurrentVersion: Bool?
    /// Whether it is kept by soft delete only.
    package var isDeleted = false
    /// What tells a deleted path from others that had its name, in a hierarchical namespace.
    package var deletionID: String?
    /// When it was created; nil for a blob whose blocks were never committed.
    package var created: Timestamp?
    /// When it changed last.
    package var lastModified: Timestamp?
    /// The entity tag, without quotes.
    package var etag: String?
    /// The length in bytes.
    package var length: Int64 = 0
    /// The HTTP properties.
    package var headers = ContentHeaders()
    /// The sequence number of a page blob.
    package var sequenceNumber: Int64?
    /// The kind.
    package var kind = Kind.block
    /// The access tier.
    package var tier: String?
    /// Whether the tier is the account's default.
    package var isTierInferred = false
    /// What the smart tier makes of the blob at present.
    package var smartTier: String?
    /// When the tier was chosen.
    package var tierChanged: Timestamp?
    /// `rehydrate-pending-to-…`, on the way out of the archive.
    package var archiveStatus: String?
    /// `High` or `Standard`, on the way out of the archive.
    package var rehydratePriority: String?
    /// Whether an append blob takes no more; nil for other kinds.
    package var isSealed: Bool?
    /// The encryption scope, unless it is the account's key.
    package var encryptionScope: String?
    /// The SHA-256 of the key a customer provided.
    package var customerKeyHash: [UInt8]?
    /// When it was read last, where that is tracked.
    package var lastAccess: Timestamp?
    /// When it ends by itself.
    package var expiry: Timestamp?
    /// How long it cannot be changed.
    package var immutableUntil: Timestamp?
    /// `locked` or `unlocked`.
    package var immutabilityMode: String?
    /// Whether a legal hold holds.
    package var hasLegalHold: Bool?
    /// Whether a name stands for versions only, of which none is current.
    package var hasVersionsOnly = false
    /// The lease's state; nil for past states, which have no leases.
    package var lease: LeaseState? = .available
    /// How long the lease lasts, while there is one.
    package var leaseDuration: LeaseDuration?
    /// The last copy; written when the listing includes copies.
    package var copy: Copy?
    /// The number of tags, unless there are none.
    package var tagCount: Int?
    /// When it was deleted, for deleted blobs.
    package var deleted: Timestamp?
    /// How many days a deleted blob is still kept.
    package var remainingRetentionDays: Int?
    /// The metadata; nil when the listing does not include them.
    package var metadata: Metadata?
    /// The tags; nil when the listing does not include them.
    package var tags: [Metadata.Item]?
    /// What a hierarchical namespace knows of it besides; nil in flat containers.
    package var path: PathEntry?

    /// A blob of which only the name is known yet.
    package init(name: BlobName) { self.name = name }
}

extension BlobEntry {
    /// Writes the element, its children in the service's order (REST "List Blobs", response body).
    func write(to writer: inout XMLWriter) {
        writer.open("Blob")
        // Names may hold characters that XML cannot (REST "List Blobs": Encoded="true").
        writer.leaf("Name", name.text, whenIllegal: .percentEncode)
        if isDeleted { writer.leaf("Deleted", "true") }
        writer.optional("DeletionId", deletionID)
        writer.optional("Snapshot", snapshot)
        writer.optional("VersionId", version)
        if version != nil { writer.optional("IsCurrentVersion", isCurrentVersion.map(String.init)) }
        if hasVersionsOnly { writer.leaf("HasVersionsOnly", "true") }
        writer.open("Properties")
        writeContent(to: &writer)
        writeState(to: &writer)
        writer.close()
        if let metadata { writer.metadata(metadata) }
        if let tags, !tags.isEmpty { writeTags(tags, to: &writer) }
        writer.leaf("OrMetadata", "")
        writer.close()
    }

    private func writeContent(to writer: inout XMLWriter) {
        writer.optional("Creation-Time", created?.httpDate)
        writer.optional("Last-Modified", lastModified?.httpDate)
        writer.optional("Etag", etag)
        path?.write(to: &writer)
        writer.leaf("Content-Length", length)
        writer.leaf("Content-Type", headers.type ?? ContentHeaders.defaultType)
        writer.leaf("Content-Encoding", headers.encoding ?? "")
        writer.leaf("Content-Language", headers.language ?? "")
        writer.leaf("Content-CRC64", "")
        writer.leaf("Content-MD5", headers.md5?.base64 ?? "")
        writer.leaf("Cache-Control", headers.cacheControl ?? "")
        writer.leaf("Content-Disposition", headers.disposition ?? "")
        writer.optional("x-ms-blob-sequence-number", sequenceNumber.map(String.init))
        writer.leaf("BlobType", kind.rawValue)
    }
    private func writeState(to writer: inout XMLWriter) {
        writer.optional("AccessTier", tier)
        writer.optional("SmartAccessTier", smartTier)
        if isTierInferred { writer.leaf("AccessTierInferred", "true") }
        writer.optional("AccessTierChangeTime", tierChanged?.httpDate)
        writer.optional("ArchiveStatus", archiveStatus)
        writer.optional("RehydratePriority", rehydratePriority)
        writer.optional("LeaseStatus", lease?.status)
        writer.optional("LeaseState", lease?.rawValue)
        if lease == .leased { writer.optional("LeaseDuration", leaseDuration?.rawValue) }
        if let copy {
            writer.leaf("CopyId", copy.id)
            writer.leaf("CopyStatus", copy.status)
            writer.leaf("CopySource", copy.source, whenIllegal: .percentEncode)
            writer.leaf("CopyProgress", copy.progress)
            writer.optional("CopyCompletionTime", copy.completed?.httpDate)
            writer.optional("CopyStatusDescription", copy.reason)
            if copy.isIncremental { writer.leaf("IncrementalCopy", "true") }
            writer.optional("CopyDestinationSnapshot", copy.snapshot)
        }
        writer.leaf("ServerEncrypted", "true")
        writer.optional("CustomerProvidedKeySha256", customerKeyHash?.base64)
        writer.optional("EncryptionScope", encryptionScope)
        writer.optional("DeletedTime", deleted?.httpDate)
        writer.optional("RemainingRetentionDays", remainingRetentionDays.map(String.init))
        writer.optional("TagCount", tagCount.map(String.init))
        writer.optional("Sealed", isSealed.map(String.init))
        writer.optional("LastAccessTime", lastAccess?.httpDate)
        writer.optional("Expiry-Time", expiry?.httpDate)
        writer.optional("ImmutabilityPolicyUntilDate", immutableUntil?.httpDate)
        writer.optional("ImmutabilityPolicyMode", immutabilityMode)
        writer.optional("LegalHold", hasLegalHold.map(String.init))
    }
    private func writeTags(_ tags: [Metadata.Item], to writer: inout XMLWriter) {
        writer.open("Tags")
        writer.open("TagSet")
        for tag in tags {
            writer.open("Tag")
            writer.leaf("Key", tag.name)
            writer.leaf("Value", tag.value)
            writer.close()
        }
        writer.close()
        writer.close()
    }
}

extension XMLWriter {
    /// A leaf, unless there is no text.
    mutating func optional(_ name: String, _ text: String?) {
        if let text { leaf(name, text) }
    }
    /// The `<Metadata>` of a listing.
    mutating func metadata(_ metadata: Metadata) {
        guard !metadata.items.isEmpty else {
            leaf("Metadata", "")
            return
        }
        open("Metadata")
        for item in metadata.items { leaf(item.name, item.value) }
        close()
    }
}
