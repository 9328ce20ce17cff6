// SPDX-License-Identifier: Apache-2.0

/// Answers of leases (REST "Blob service error codes").
extension StorageFault {
    /// 412: the request names a lease, and the blob has none.
    package static let leaseNotPresentWithBlob = StorageFault(
        412,
        "LeaseNotPresentWithBlobOperation",
        "There is currently no lease on the blob."
    )
    /// 412: the request names a lease, and the container has none.
    package static let leaseNotPresentWithContainer = StorageFault(
        412,
        "LeaseNotPresentWithContainerOperation",
        "There is currently no lease on the container."
    )
    /// 412: the blob is leased under another id.
    package static let leaseIDMismatchWithBlob = StorageFault(
        412,
        "LeaseIdMismatchWithBlobOperation",
        "The lease ID specified did not match the lease ID for the blob."
    )
    /// 412: the container is leased under another id.
    package static let leaseIDMismatchWithContainer = StorageFault(
        412,
        "LeaseIdMismatchWithContainerOperation",
        "The lease ID specified did not match the lease ID for the container."
    )
    /// 412: what is leased cannot be changed without the lease's id.
    package static let leaseIDMissing = StorageFault(
        412,
        "LeaseIdMissing",
        "There is currently a lease on the resource and no lease ID was specified in the request; send x-ms-lease-id."
    )
    /// 412: the lease the request names ran out or was broken.
    package static let leaseLost = StorageFault(
        412,
        "LeaseLost",
        "A lease ID was specified, but the lease for the resource has expired."
    )
    /// 409: somebody holds a lease.
    package static let leaseAlreadyPresent = StorageFault(
        409,
        "LeaseAlreadyPresent",
        "There is already a lease present."
    )
    /// 409: the lease operation names another lease.
    package static let leaseIDMismatchWithLease = StorageFault(
        409,
        "LeaseIdMismatchWithLeaseOperation",
        "The lease ID specified did not match the lease ID for the resource."
    )
    /// 409: there is no lease to operate on.
    package static let leaseNotPresentWithLease = StorageFault(
        409,
        "LeaseNotPresentWithLeaseOperation",
        "There is currently no lease on the resource."
    )
    /// 409: the lease is being broken.
    package static let leaseIsBreakingAndCannotBeAcquired = StorageFault(
        409,
        "LeaseIsBreakingAndCannotBeAcquired",
        "The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken."
    )
    /// 409: the lease is being broken.
    package static let leaseIsBreakingAndCannotBeChanged = StorageFault(
        409,
        "LeaseIsBreakingAndCannotBeChanged",
        "The lease ID matched, but the lease is currently in breaking state and cannot be changed."
    )
    /// 409: the lease was broken.
    package static let leaseIsBrokenAndCannotBeRenewed = StorageFault(
        409,
        "LeaseIsBrokenAndCannotBeRenewed",
        "The lease ID matched, but the lease has been broken explicitly and cannot be renewed."
    )
}
