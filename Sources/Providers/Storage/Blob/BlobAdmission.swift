// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// Whether a request may do what it is about to do with what is there: the lease, the conditional headers, the condition
/// on tags.
///
/// Every handler of a blob or container asks here; `LeaseEscapeTests` holds the operation table to it.
extension BlobCall {
    /// Looks at a blob's lease and the request's conditions; nil is a place where nothing is.
    func admit(_ record: Blob?, for purpose: Conditions.Purpose) throws(ServiceError) {
        try admitLease(record, purpose.leaseUse)
        try admitConditions(record, for: purpose)
    }
    /// Looks at the lease only: for blocks, which change nothing that conditions look at.
    func admitLease(_ record: Blob?, _ use: LeaseUse) throws(ServiceError) {
        try checked { () throws(StorageFault) in
            try use.check(record?.lease, sent: try LeaseID(head)?.id, on: .blob, at: now)
        }
    }
    /// Looks at the conditions only: for lease operations, where the id means something else.
    func admitConditions(_ record: Blob?, for purpose: Conditions.Purpose) throws(ServiceError) {
        let conditions = try conditions
        try checked { () throws(StorageFault) in
            let isHolder = purpose == .create && record != nil ? try LeaseID(head) != nil : false
            try (isHolder ? conditions.withoutOnlyIfNew : conditions).check(record?.current, for: purpose)
            if let record, purpose == .write { try checkTierTime(record) }
            guard let condition = try TagExpression(head), let record else { return }
            guard condition.holds(for: record.tags) else { throw .conditionNotMet }
        }
    }
    /// Looks at the conditions on when the tier was set (REST "Delete Blob"); a tier that never was is older than all.
    private func checkTierTime(_ record: Blob) throws(StorageFault) {
        for (name, wantsNewer) in [
            ("x-ms-access-tier-if-modified-since", true), ("x-ms-access-tier-if-unmodified-since", false),
        ] {
            guard let text = head.text(name) else { continue }
            guard let date = Timestamp(httpDate: text) else { throw .invalidHeaderValue(name, text) }
            let isNewer = record.tier.changed(at: now).map { $0.wholeSecond > date } ?? false
            guard isNewer == wantsNewer else { throw .conditionNotMet }
        }
    }
    /// Looks at the conditions operations on tags have besides: they answer 412 to reads as well.
    func admitTagging(_ record: Blob) throws(ServiceError) {
        try checked { () throws(StorageFault) in
            try Conditions(head.headers, of: .tagged).check(record.current, for: .write)
        }
    }
    /// The key the request brings; nil when it brings none.
    var customerKey: CustomerKey? {
        get throws(ServiceError) { try checked { () throws(StorageFault) in try CustomerKey(head) } }
    }
    /// Looks at the customer's key of what is read, and answers it; for what is written see `admitSeal`.
    @discardableResult
    func admitKey(_ record: Blob) throws(ServiceError) -> CustomerKey? {
        let key = try customerKey
        try checked { () throws(StorageFault) in try CustomerKey.check(key, against: record.customerKeyHash) }
        return key
    }
    /// Looks at a container's lease and the request's conditions.
    ///
    /// A container's lease keeps it from being removed, and nothing else (REST "Lease Container").
    func admit(
        _ container: Container,
        _ use: LeaseUse,
        for purpose: Conditions.Purpose?
    ) throws(ServiceError) {
        try checked { () throws(StorageFault) in
            try use.check(container.lease, sent: try LeaseID(head)?.id, on: .container, at: now)
        }
        if let purpose { try check(container.current, for: purpose) }
    }
}

extension Conditions.Purpose {
    /// What a lease is asked for the purpose.
    fileprivate var leaseUse: LeaseUse {
        switch self {
        case .read, .copySource: .look
        case .write, .create, .copyTarget, .incrementTarget: .change
        }
    }
}
