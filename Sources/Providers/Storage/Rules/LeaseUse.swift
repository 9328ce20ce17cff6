// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials

/// What a request is about to do with something that may be leased.
package enum LeaseUse: Sendable {
    /// Looks at a blob, or at a container, or changes a container's properties: a lease id is checked if one is sent.
    case look
    /// Changes or removes a blob, or removes a container: needs the id of the lease, if there is one.
    case change
}

/// What a lease lies on, which decides the error's name.
package enum LeaseSubject: Sendable {
    case blob
    case container

    fileprivate var notPresent: StorageFault {
        self == .blob ? .leaseNotPresentWithBlob : .leaseNotPresentWithContainer
    }
    fileprivate var mismatch: StorageFault {
        self == .blob ? .leaseIDMismatchWithBlob : .leaseIDMismatchWithContainer
    }
}

extension LeaseUse {
    /// Checks the lease id of a request against the lease there is (REST "Lease Blob" and "Lease Container", outcomes of
    /// use attempts by lease state).
    package func check(
        _ lease: Lease?,
        sent: UUID?,
        on subject: LeaseSubject,
        at now: Timestamp
    ) throws(StorageFault) {
        let state = lease.state(at: now)
        guard let sent else {
            guard self == .look || !state.isLocked else { throw .leaseIDMissing }
            return
        }
        guard let lease else { throw subject.notPresent }
        guard lease.id == sent else {
            throw state.isLocked ? subject.mismatch : subject.notPresent
        }
        guard state.isLocked else { throw .leaseLost }
    }
}

extension Lease? {
    /// What a write leaves of a lease: one that ended is gone with the first write after it, so that its former holder
    /// cannot renew it over somebody else's change (REST "Lease Blob", outcomes of use attempts).
    package func afterWrite(at now: Timestamp) -> Lease? { state(at: now).isLocked ? self : nil }
}
