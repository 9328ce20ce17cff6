// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// `x-ms-lease-action` of an append or a flush: what becomes of the lease along with it (REST "Path - Update").
private enum PathLeaseAction: String {
    case acquire
    case autoRenew = "auto-renew"
    case release
    case acquireRelease = "acquire-release"
}

extension BlobCall {
    private func leaseAction() throws(ServiceError) -> PathLeaseAction? {
        let name = "x-ms-lease-action"
        guard let text = head.text(name) else { return nil }
        guard let action = PathLeaseAction(rawValue: text.lowercased()) else {
            throw ServiceError(.invalidHeaderValue(name, text))
        }
        return action
    }
    /// Looks at the lease before the bytes of an append are taken in; one that is yet to be acquired is looked at after.
    func admitBytes(_ record: Blob) throws(ServiceError) {
        switch try leaseAction() {
        case .acquire, .acquireRelease: return
        case .autoRenew, .release, nil: try admitLease(record, .change)
        }
    }
    /// The lease after an append or a flush that it admits.
    func settleLease(of record: Blob, _ scope: WriteScope) throws(ServiceError) -> Lease? {
        let action = try leaseAction()
        guard let action else {
            try admitLease(record, .change)
            return record.lease
        }
        return try checked { () throws(StorageFault) in
            let request: LeaseRequest
            switch action {
            case .acquire, .acquireRelease: request = try LeaseRequest(acquiring: head)
            case .autoRenew: request = .renew(try head.requiredGUID("x-ms-lease-id"))
            case .release: request = .release(try head.requiredGUID("x-ms-lease-id"))
            }
            let outcome = try request.outcome(on: record.lease, at: now, fresh: scope.entropy.uuid())
            return action == .acquireRelease ? nil : outcome.lease
        }
    }
    /// The lease a new path begins with; nil when the request asks for none.
    func initialLease(_ scope: WriteScope) throws(ServiceError) -> Lease? {
        guard head.text("x-ms-proposed-lease-id") != nil || head.text("x-ms-lease-duration") != nil else { return nil }
        return try checked { () throws(StorageFault) in
            try LeaseRequest(acquiring: head).outcome(on: nil, at: now, fresh: scope.entropy.uuid()).lease
        }
    }
}
