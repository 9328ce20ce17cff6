// SPDX-License-Identifier: Apache-2.0
package import Base

/// What keeps the blobs of a container from being changed or removed (REST "Immutable storage for blob data"): a
/// time-based policy, legal holds, or both.
package struct Retention: Equatable, Sendable {
    /// What may still be appended to while the policy holds.
    package enum Appends: UInt8, Sendable {
        case none
        /// Append blobs (`allowProtectedAppendWrites`).
        case appendBlobs
        /// Append blobs and block blobs (`allowProtectedAppendWritesAll`).
        case allBlobs
    }
    /// Days a blob is kept from its creation; nil without a policy.
    package var days: Int?
    /// Whether the policy can only be extended.
    package var isLocked: Bool
    /// What may still be appended to.
    package var appends: Appends
    /// Whether there is a legal hold.
    package var hasHold: Bool

    /// Names what is in force.
    package init(days: Int?, isLocked: Bool = false, appends: Appends = .none, hasHold: Bool = false) {
        self.days = days
        self.isLocked = isLocked
        self.appends = appends
        self.hasHold = hasHold
    }
    /// Nothing is in force.
    package static let nothing = Retention(days: nil)
    /// Whether nothing is in force.
    package var isEmpty: Bool { days == nil && !hasHold }
    /// Whether a blob is kept at a time: from its creation on, or, where it may be appended to, from its last change on
    /// ("Allow protected append blobs writes").
    package func keeps(created: Timestamp, modified: Timestamp, isAppendBlob: Bool, at now: Timestamp) -> Bool {
        if hasHold { return true }
        guard let days else { return false }
        let since = appends.allow(isAppendBlob) ? max(created, modified) : created
        return now < since + .seconds(days * 24 * 3600)
    }
    /// How long policies may keep blobs, in days.
    package static let daysAllowed = 1...146_000
}

/// What a change does to a state of a blob.
package enum BlobChange: Equatable, Sendable {
    /// Adds to its end and changes nothing else.
    case append
    /// Puts other bytes in its place.
    case overwrite
    /// Changes its metadata.
    case amend
    /// Changes the properties of its content.
    case describe
    /// Takes a snapshot of it.
    case snapshot
    /// Removes it.
    case remove
    /// Changes its tier, tags, lease or policies.
    case aside
}

/// What keeps one state of a blob as it is.
package struct Protection: Equatable, Sendable {
    /// What is in force for its container.
    package var container: Retention?
    /// Whether the container's policy is the default of its versions (version-level immutability).
    package var isOfVersions: Bool
    /// When the blob was created.
    package var created: Timestamp
    /// When it was last changed.
    package var modified: Timestamp
    /// Until when its own policy keeps it; nil without one.
    package var until: Timestamp?
    /// Whether a legal hold of its own keeps it.
    package var hasHold: Bool
    /// Whether it is an append blob.
    package var isAppendBlob: Bool

    /// Names what is in force.
    package init(
        container: Retention?,
        isOfVersions: Bool = false,
        created: Timestamp,
        modified: Timestamp? = nil,
        until: Timestamp? = nil,
        hasHold: Bool = false,
        isAppendBlob: Bool = false
    ) {
        self.container = container
        self.isOfVersions = isOfVersions
        self.created = created
        self.modified = modified ?? created
        self.until = until
        self.hasHold = hasHold
        self.isAppendBlob = isAppendBlob
    }

    /// Refuses a change that what is in force does not allow, by the tables of "Container-level WORM policies" and
    /// "Version-level WORM policies" (Scenarios).
    ///
    /// A policy whose time is over lets a state be removed, and still not be changed or replaced. `isKept` says that this
    /// very state stays as a version: what becomes current touches neither its own policy nor one that is the default of
    /// versions, both of which let snapshots be made and properties be set at any time. Metadata is the version's own.
    package func check(_ change: BlobChange, isKept: Bool = false, at now: Timestamp) throws(StorageFault) {
        guard change != .aside else { return }
        let sparesVersion = change == .snapshot || change == .describe || isKept && change != .amend
        guard container?.hasHold != true, !hasHold || sparesVersion else { throw .blobImmutableDueToHold }
        if let until, !sparesVersion {
            guard change == .remove, until <= now else { throw .blobImmutableDueToPolicy }
        }
        guard let container, container.days != nil, !(isOfVersions && sparesVersion) else { return }
        let isAllowed =
            switch change {
            case .remove:
                !container.keeps(created: created, modified: modified, isAppendBlob: isAppendBlob, at: now)
            case .append: container.appends.allow(isAppendBlob)
            case .overwrite, .amend, .describe, .snapshot, .aside: false
            }
        guard isAllowed else { throw .blobImmutableDueToPolicy }
    }
}

extension Retention.Appends {
    fileprivate func allow(_ isAppendBlob: Bool) -> Bool {
        switch self {
        case .none: false
        case .appendBlobs: isAppendBlob
        case .allBlobs: true
        }
    }
}

/// A change of a blob's own time-based policy (REST "Set Blob Immutability Policy").
package enum OwnPolicy {
    /// The policy after a change: a locked one can only be extended, and never be unlocked.
    package static func check(
        until: Timestamp,
        isLocked: Bool,
        over current: (until: Timestamp, isLocked: Bool)?,
        at now: Timestamp
    ) throws(StorageFault) {
        guard until > now else { throw .invalidInput("the immutability policy ends in the past.") }
        guard until <= now + .seconds(Retention.daysAllowed.upperBound * 24 * 3600) else {
            throw .invalidInput("the immutability policy ends later than 146,000 days from now.")
        }
        guard let current, current.isLocked, current.until > now else { return }
        guard isLocked, until >= current.until else { throw .immutabilityPolicyLocked }
    }
}

extension StorageFault {
    /// 409: a policy keeps the blob as it is.
    package static let blobImmutableDueToPolicy = StorageFault(
        409,
        "BlobImmutableDueToPolicy",
        "This operation is not permitted as the blob is immutable due to a policy."
    )
    /// 409: a legal hold keeps the blob as it is.
    package static let blobImmutableDueToHold = StorageFault(
        409,
        "BlobImmutableDueToLegalHold",
        "This operation is not permitted as the blob is immutable due to one or more legal holds."
    )
    /// 409: a locked policy is neither shortened nor removed.
    package static let immutabilityPolicyLocked = StorageFault(
        409,
        "BlobImmutableDueToPolicy",
        "The immutability policy is locked: it can be extended, and neither shortened nor removed."
    )
    /// 409: a container with a policy or a hold is not deleted at the Blob service, empty or not.
    package static func containerImmutable(_ retention: Retention, hasVersionImmutability: Bool) -> StorageFault {
        if hasVersionImmutability {
            return StorageFault(
                409,
                "ContainerImmutableStorageWithVersioningEnabled",
                "The requested operation is not allowed as the container has a immutable storage with versioning enabled. "
                    + byManager
            )
        }
        if retention.hasHold {
            return StorageFault(
                409,
                "ContainerHasLegalHold",
                "The requested operation is not allowed as the container has one or more legal holds."
            )
        }
        guard retention.isLocked else {
            return StorageFault(
                409,
                "ContainerImmutableDueToPolicy",
                "The requested operation is not allowed as the container has an immutability policy. " + byManager
            )
        }
        return StorageFault(
            409,
            "ContainerImmutabilityPolicyLocked",
            "The requested operation is not allowed as the container has a locked immutability policy. " + byManager
        )
    }
    private static let byManager = "An empty one is deleted through Azure Resource Manager."
    /// 409: Azure Resource Manager deletes one that is empty and has no hold.
    package static let containerProtected = StorageFault(
        409,
        "ContainerProtectedFromDeletion",
        "The container has a legal hold, or holds blobs and has an immutability policy; it cannot be deleted."
    )
    /// 409: blobs have policies of their own only where the container was made for it.
    package static let versionImmutabilityOff = StorageFault(
        409,
        "FeatureNotEnabled",
        "The container does not have immutable storage with versioning (version-level immutability) enabled."
    )
}
