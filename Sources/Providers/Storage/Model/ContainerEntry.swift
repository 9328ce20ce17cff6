// SPDX-License-Identifier: Apache-2.0
package import Base
import Markup

/// One `<Container>` of a listing.
package struct ContainerEntry: Equatable, Sendable {
    /// The container's name.
    package var name: ContainerName
    /// The version a deleted container is restored by.
    package var version: String?
    /// When it changed last.
    package var lastModified: Timestamp
    /// The entity tag, without quotes.
    package var etag: String
    /// The lease's state.
    package var lease = LeaseState.available
    /// How long the lease lasts, while there is one.
    package var leaseDuration: LeaseDuration?
    /// What anyone may read.
    package var publicAccess: PublicAccess?
    /// Whether an immutability policy holds.
    package var hasImmutabilityPolicy = false
    /// Whether a legal hold holds.
    package var hasLegalHold = false
    /// Whether versions may have immutability policies of their own.
    package var hasVersionImmutability = false
    /// The encryption scope of blobs that name none; nil for the account's key.
    package var encryptionScope: String?
    /// Whether blobs may not name another scope.
    package var deniesScopeOverride = false
    /// The encryption scope that stands for the account's key.
    package static let accountScope = "$account-encryption-key"
    /// When it was deleted, for deleted containers.
    package var deleted: Timestamp?
    /// How many days a deleted container is still kept.
    package var remainingRetentionDays: Int?
    /// The metadata; nil when the listing does not include them.
    package var metadata: Metadata?

    /// A container without lease, policy and metadata.
    package init(name: ContainerName, lastModified: Timestamp, etag: String) {
        self.name = name
        self.lastModified = lastModified
        self.etag = etag
    }

    /// Writes the element (REST "List Containers", response body).
    func write(to writer: inout XMLWriter) {
        writer.open("Container")
        writer.leaf("Name", name.text)
        writer.optional("Version", version)
        if deleted != nil { writer.leaf("Deleted", "true") }
        writer.open("Properties")
        writer.leaf("Last-Modified", lastModified.httpDate)
        writer.leaf("Etag", "\"\(etag)\"")
        writer.leaf("LeaseStatus", lease.status)
        writer.leaf("LeaseState", lease.rawValue)
        if lease == .leased { writer.optional("LeaseDuration", leaseDuration?.rawValue) }
        writer.optional("PublicAccess", publicAccess?.rawValue)
        writer.leaf("DefaultEncryptionScope", encryptionScope ?? Self.accountScope)
        writer.leaf("DenyEncryptionScopeOverride", String(deniesScopeOverride))
        writer.leaf("HasImmutabilityPolicy", String(hasImmutabilityPolicy))
        writer.leaf("HasLegalHold", String(hasLegalHold))
        writer.leaf("ImmutableStorageWithVersioningEnabled", String(hasVersionImmutability))
        writer.optional("DeletedTime", deleted?.httpDate)
        writer.optional("RemainingRetentionDays", remainingRetentionDays.map(String.init))
        writer.close()
        if let metadata { writer.metadata(metadata) }
        writer.close()
    }
}
