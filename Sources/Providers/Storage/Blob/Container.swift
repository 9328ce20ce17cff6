// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// A container of blobs.
struct Container: Stored {
    /// Never used twice: a new container of the same name is another one.
    let id: UUID
    var etag: EntityTag
    var modified: Timestamp
    var metadata: Metadata
    var publicAccess: PublicAccess?
    var policies: [StoredPolicy] = []
    var lease: Lease?
    /// While soft delete keeps it.
    var deleted: Blob.Deletion?
    /// The tags of its legal holds.
    var legalHolds: [String] = []
    var immutability: Immutability?
    /// Whether its versions may have immutability policies of their own.
    var hasVersionImmutability = false
    /// The encryption scope of blobs that name none.
    var encryptionScope: String?
    /// Whether blobs may not name another scope.
    var deniesScopeOverride = false

    /// A time-based retention policy of the whole container.
    struct Immutability {
        /// Days each blob is kept from its creation.
        var days: Int
        var isLocked: Bool
        /// Whether append blobs, or all blobs, may still be appended to.
        var appends: Appends
        /// Changes with every change of the policy.
        var etag: UInt64

        enum Appends: UInt8 {
            case none
            case appendBlobs
            case allBlobs
        }
    }

    static let format: UInt8 = 2
    static let isReadOften = true
    /// The directory its blobs lie in.
    var root: UUID { id }
    var current: Conditions.Current { Conditions.Current(etag: etag.text, lastModified: modified) }

    /// A new one.
    init(_ scope: WriteScope, metadata: Metadata, publicAccess: PublicAccess?) {
        id = scope.entropy.uuid()
        etag = EntityTag(scope)
        modified = scope.now
        self.metadata = metadata
        self.publicAccess = publicAccess
    }
    /// What a deleted one is restored by, as the service writes it: sixteen hexadecimal digits.
    var deletedVersion: String? { deleted.map { Self.version(Moment($0.at)) } }
    static func version(_ moment: Moment) -> String {
        let digits = String(moment.ticks, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 16 - digits.utf8.count)) + digits
    }
    /// Marks a change.
    mutating func touch(_ scope: WriteScope) {
        etag = EntityTag(scope, after: etag)
        modified = scope.now
    }
    func entry(_ name: ContainerName, at now: Timestamp, metadata withMetadata: Bool) -> ContainerEntry {
        var entry = ContainerEntry(name: name, lastModified: modified, etag: etag.text)
        entry.publicAccess = publicAccess
        entry.lease = lease.state(at: now)
        entry.leaseDuration = lease?.duration(at: now)
        entry.hasImmutabilityPolicy = immutability != nil
        entry.hasLegalHold = !legalHolds.isEmpty
        entry.hasVersionImmutability = hasVersionImmutability
        entry.encryptionScope = encryptionScope
        entry.deniesScopeOverride = deniesScopeOverride
        if let deleted {
            entry.version = deletedVersion
            entry.deleted = deleted.at
            entry.remainingRetentionDays = deleted.remainingDays(at: now)
        }
        entry.metadata = withMetadata ? metadata : nil
        return entry
    }

    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(id)
        writer.number(etag.value)
        writer.time(modified)
        writer.metadata(metadata)
        writer.optional(publicAccess?.rawValue)
        writer.number(UInt64(policies.count))
        for policy in policies {
            writer.text(policy.identifier)
            writer.optional(policy.start)
            writer.optional(policy.expiry)
            writer.optional(policy.permissions)
        }
        writer.flag(lease != nil)
        writer.part(lease)
        writer.optional(deleted?.at)
        if let deleted { writer.time(deleted.until) }
        writer.number(UInt64(legalHolds.count))
        for tag in legalHolds { writer.text(tag) }
        writer.flag(immutability != nil)
        if let immutability {
            writer.number(UInt64(immutability.days))
            writer.flag(immutability.isLocked)
            writer.number(UInt64(immutability.appends.rawValue))
            writer.number(immutability.etag)
        }
        writer.flag(hasVersionImmutability)
        writer.optional(encryptionScope)
        writer.flag(deniesScopeOverride)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        id = try reader.uuid()
        etag = EntityTag(try reader.number())
        modified = try reader.time()
        metadata = try reader.metadata()
        publicAccess = try reader.optionalText().flatMap(PublicAccess.init(rawValue:))
        for _ in 0..<(try reader.count()) {
            policies.append(
                StoredPolicy(
                    identifier: try reader.text(),
                    start: try reader.optionalTime(),
                    expiry: try reader.optionalTime(),
                    permissions: try reader.optionalText()
                )
            )
        }
        guard format > 1 else { return }
        if try reader.flag() { lease = try reader.lease() }
        if let at = try reader.optionalTime() { deleted = Blob.Deletion(at: at, until: try reader.time()) }
        for _ in 0..<(try reader.count()) { legalHolds.append(try reader.text()) }
        if try reader.flag() {
            let (days, isLocked) = (Int(truncatingIfNeeded: try reader.number()), try reader.flag())
            guard let appends = UInt8(exactly: try reader.number()).flatMap(Immutability.Appends.init(rawValue:)) else {
                throw StoredFormatError("a policy of unknown appends")
            }
            let etag = try reader.number()
            immutability = Immutability(days: days, isLocked: isLocked, appends: appends, etag: etag)
        }
        hasVersionImmutability = try reader.flag()
        encryptionScope = try reader.optionalText()
        deniesScopeOverride = try reader.flag()
    }
}
