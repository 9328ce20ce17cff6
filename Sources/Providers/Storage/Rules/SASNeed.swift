// SPDX-License-Identifier: Apache-2.0

/// What a signature must permit for one operation; one letter of a set is enough.
///
/// From REST "Create an account SAS", table of operations, and "Create a service SAS", table of permissions.
package struct SASNeed: Equatable, Sendable {
    /// The level of resource in `srt`.
    package enum Level: Equatable, Sendable {
        case service
        case container
        case object
        case any
    }
    /// The service the operation is of; an account signature must name it in `ss`.
    package let face: StorageService
    /// The level an account signature must cover.
    package let level: Level
    /// Letters that permit the operation in an account signature; none: no account signature does.
    package let account: SASPermissions
    /// Letters that permit it in a signature of the blob or its container; none: no service signature does.
    package let service: SASPermissions
    /// Letters that permit it as long as the target does not exist.
    package let whenAbsent: SASPermissions
    /// Whether the operation touches the container itself, which a signature of a blob never covers.
    package let isOnContainer: Bool

    init(
        _ level: Level,
        of face: StorageService = .blob,
        account: SASPermissions,
        service: SASPermissions? = nil,
        whenAbsent: SASPermissions = []
    ) {
        self.face = face
        self.level = level
        self.account = account
        self.service = service ?? account
        self.whenAbsent = whenAbsent
        isOnContainer = level == .container
    }
}

extension SASNeed {
    /// List Containers.
    package static let listContainers = SASNeed(.service, account: "l", service: [])
    /// Get Blob Service Properties and Get Blob Service Stats.
    package static let getServiceProperties = SASNeed(.service, account: "r", service: [])
    /// Set Blob Service Properties.
    package static let setServiceProperties = SASNeed(.service, account: "w", service: [])
    /// Find Blobs by Tags over the account.
    package static let findBlobsByTags = SASNeed(.service, account: "f", service: [])
    /// Get Account Information: any valid signature will do.
    package static let getAccountInformation = SASNeed(.any, account: .account, service: .service)
    /// Blob Batch: any valid signature will do, for each request it carries is signed by itself.
    package static let carry = SASNeed(.any, account: .account, service: .service)
    /// Get User Delegation Key: never by signature.
    package static let getUserDelegationKey = SASNeed(.service, account: [])

    /// Create Container.
    package static let createContainer = SASNeed(.container, account: "cw", service: [])
    /// Get Container Properties and Get Container Metadata.
    package static let getContainerProperties = SASNeed(.container, account: "r", service: [])
    /// Set Container Metadata.
    package static let setContainerMetadata = SASNeed(.container, account: "w", service: [])
    /// Get and Set Container ACL: never by signature.
    package static let containerACL = SASNeed(.container, account: [])
    /// Lease Container, but for break.
    package static let leaseContainer = SASNeed(.container, account: "w", service: [])
    /// Lease Container: break.
    package static let breakContainerLease = SASNeed(.container, account: "wd", service: [])
    /// Delete Container.
    package static let deleteContainer = SASNeed(.container, account: "d", service: [])
    /// Restore Container.
    package static let restoreContainer = SASNeed(.container, account: "w", service: [])
    /// List Blobs.
    package static let listBlobs = SASNeed(.container, account: "l")
    /// Find Blobs by Tags in one container.
    package static let findBlobsInContainer = SASNeed(.container, account: "f")

    /// Get Blob, Get Blob Properties, Get Blob Metadata, Get Block List, and the source of a copy.
    package static let readBlob = SASNeed(.object, account: "r")
    /// Put Blob, Put Blob From URL, Copy Blob, Copy Blob From URL: create is enough for a new blob.
    package static let putBlob = SASNeed(.object, account: "w", whenAbsent: "c")
    /// Snapshot Blob.
    package static let snapshotBlob = SASNeed(.object, account: "wc")
    /// Put Block, Put Block From URL and Put Block List: from version 2026-06-06 on, create is enough for a new blob.
    package static func putBlocks(_ version: ServiceVersion?) -> SASNeed {
        version?.isAtLeast("2026-06-06") == true ? .putBlob : .writeBlob
    }
    /// Set Blob Properties, Set Blob Metadata, Set Blob Tier, Abort Copy, Undelete Blob.
    package static let writeBlob = SASNeed(.object, account: "w")
    /// Append Block.
    package static let appendBlock = SASNeed(.object, account: "aw")
    /// Lease Blob, but for break.
    package static let leaseBlob = SASNeed(.object, account: "w")
    /// Lease Blob: break.
    package static let breakBlobLease = SASNeed(.object, account: "wd")
    /// Delete Blob.
    package static let deleteBlob = SASNeed(.object, account: "d")
    /// Delete Blob with `versionid`.
    package static let deleteVersion = SASNeed(.object, account: "x")
    /// Delete Blob with `deletetype=permanent`.
    package static let deletePermanently = SASNeed(.object, account: "y")
    /// Path - Get Properties with `getAccessControl` or `checkAccess`.
    package static let getAccess = SASNeed(.object, account: "r", service: "re")
    /// Path - Update with `setAccessControl`: `o` is for owner and group, `p` for permissions and lists.
    package static let setAccess = SASNeed(.object, account: "w", service: "op")
    /// Get Blob Tags and Set Blob Tags.
    package static let blobTags = SASNeed(.object, account: "t")
    /// Tags shown in a listing of a container's blobs.
    package static let listedTags = SASNeed(.container, account: "t")
    /// Set and Delete Blob Immutability Policy, Set Blob Legal Hold.
    package static let immutability = SASNeed(.object, account: "i")
}
