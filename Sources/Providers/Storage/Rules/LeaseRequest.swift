// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials
import HTTPTypes

/// What Lease Blob and Lease Container are asked to do.
package enum LeaseRequest: Equatable, Sendable {
    /// Take a lease; without `duration` it does not end by itself, without `proposed` the service chooses its id.
    case acquire(duration: Duration?, proposed: UUID?)
    /// Begin its time anew.
    case renew(UUID)
    /// Go on under another id.
    case change(UUID, to: UUID)
    /// Give it back.
    case release(UUID)
    /// Take it from its holder; without a period a lease that ends by itself is left to end.
    case `break`(period: Duration?)

    /// What a lease may last (REST "Lease Blob": 15 to 60 seconds, or -1).
    package static let secondsAllowed = 15...60
    /// How long a break may take.
    package static let breakSecondsAllowed = 0...60

    /// Reads the headers of a request.
    package init(_ head: RequestHead) throws(StorageFault) {
        guard let action = head.text("x-ms-lease-action") else { throw .missingRequiredHeader("x-ms-lease-action") }
        switch action.lowercased() {
        case "acquire":
            self = try LeaseRequest(acquiring: head)
        case "renew": self = .renew(try head.requiredGUID("x-ms-lease-id"))
        case "change":
            self = .change(
                try head.requiredGUID("x-ms-lease-id"),
                to: try head.requiredGUID("x-ms-proposed-lease-id")
            )
        case "release": self = .release(try head.requiredGUID("x-ms-lease-id"))
        case "break":
            let seconds = try head.integer("x-ms-lease-break-period")
            if let seconds, !Self.breakSecondsAllowed.contains(seconds) {
                throw .invalidHeaderValue("x-ms-lease-break-period", String(seconds))
            }
            self = .break(period: seconds.map { .seconds($0) })
        default: throw .invalidHeaderValue("x-ms-lease-action", action)
        }
    }

    /// Reads the headers of a request that takes a lease.
    init(acquiring head: RequestHead) throws(StorageFault) {
        let seconds = try head.integer("x-ms-lease-duration")
        guard let seconds else { throw .missingRequiredHeader("x-ms-lease-duration") }
        guard seconds == -1 || Self.secondsAllowed.contains(seconds) else {
            throw .invalidHeaderValue("x-ms-lease-duration", String(seconds))
        }
        let proposed = try head.guid("x-ms-proposed-lease-id")
        self = .acquire(duration: seconds == -1 ? nil : .seconds(seconds), proposed: proposed)
    }
    /// What a lease operation leads to.
    package struct Outcome: Equatable, Sendable {
        /// The lease from now on; nil when it was given back.
        package let lease: Lease?
        /// The answer's status.
        package let status: Int
        /// Seconds until a break takes effect: `x-ms-lease-time` of a break.
        package var secondsLeft: Int?
        /// Whether the answer names the lease's id.
        package var showsID = true
    }

    /// The outcome by the state of the lease (REST "Lease Blob", outcomes of lease operations); `fresh` is the id of a
    /// lease nobody proposed one for.
    package func outcome(on lease: Lease?, at now: Timestamp, fresh: UUID) throws(StorageFault) -> Outcome {
        switch self {
        case .acquire(let duration, let proposed):
            return try Self.acquire(lease, duration, proposed, now, fresh)
        case .renew(let id): return try Self.renew(lease, id, now)
        case .change(let id, let new): return try Self.change(lease, id, new, now)
        case .release(let id):
            guard let lease, lease.id == id else { throw .leaseIDMismatchWithLease }
            return Outcome(lease: nil, status: 200, showsID: false)
        case .break(let period):
            guard let lease else { throw .leaseNotPresentWithLease }
            return Self.break(lease, period, now)
        }
    }

    private static func acquire(
        _ lease: Lease?,
        _ duration: Duration?,
        _ proposed: UUID?,
        _ now: Timestamp,
        _ fresh: UUID
    ) throws(StorageFault) -> Outcome {
        let isHolder = proposed != nil && lease?.id == proposed
        switch lease.state(at: now) {
        case .breaking: throw isHolder ? .leaseIsBreakingAndCannotBeAcquired : .leaseAlreadyPresent
        case .leased: guard isHolder else { throw .leaseAlreadyPresent }
        case .available, .expired, .broken: break
        }
        return Outcome(lease: Lease(id: proposed ?? fresh, duration: duration, from: now), status: 201)
    }

    private static func renew(_ lease: Lease?, _ id: UUID, _ now: Timestamp) throws(StorageFault) -> Outcome {
        guard let lease, lease.id == id else { throw .leaseIDMismatchWithLease }
        guard lease.phase == .leased else { throw .leaseIsBrokenAndCannotBeRenewed }
        return Outcome(lease: Lease(id: id, duration: lease.seconds.map { .seconds($0) }, from: now), status: 200)
    }

    private static func change(
        _ lease: Lease?,
        _ id: UUID,
        _ new: UUID,
        _ now: Timestamp
    ) throws(StorageFault) -> Outcome {
        guard var lease else { throw .leaseNotPresentWithLease }
        switch lease.state(at: now) {
        case .leased:
            // A change that was answered and repeated names what is there as what it wants.
            guard lease.id == id || lease.id == new else { throw .leaseIDMismatchWithLease }
            lease.id = new
            return Outcome(lease: lease, status: 200)
        case .breaking: throw lease.id == id ? .leaseIsBreakingAndCannotBeChanged : .leaseIDMismatchWithLease
        case .available, .broken, .expired: throw .leaseNotPresentWithLease
        }
    }

    /// A break never makes a lease last longer than it would have without.
    private static func `break`(_ lease: Lease, _ period: Duration?, _ now: Timestamp) -> Outcome {
        let asked = period.map { now + $0 }
        let ending: Timestamp
        switch lease.state(at: now) {
        case .available, .broken, .expired: ending = min(lease.until ?? now, now)
        case .leased, .breaking: ending = min(asked ?? lease.until ?? now, lease.until ?? asked ?? now)
        }
        let left = max(0, ending.microseconds - now.microseconds)
        return Outcome(
            lease: Lease(id: lease.id, phase: .breaking, seconds: nil, until: ending),
            status: 202,
            // A part of a second counts: who waits as told must find it broken.
            secondsLeft: Int((left + 999_999) / 1_000_000),
            showsID: false
        )
    }
}

extension Lease {
    /// A lease from now on; without `duration` it does not end by itself.
    package init(id: UUID, duration: Duration?, from now: Timestamp) {
        let seconds = duration.map { Int($0.components.seconds) }
        self.init(id: id, seconds: seconds, until: duration.map { now + $0 })
    }
}

extension RequestHead {
    /// A header's text; nil when it is absent or empty.
    func text(_ name: String) -> String? {
        guard mayHave(name) else { return nil }
        return headers[StorageHeader.name(name)].flatMap { $0.isEmpty ? nil : $0 }
    }
    /// A header's whole number.
    func integer(_ name: String) throws(StorageFault) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text) else { throw .invalidHeaderValue(name, text) }
        return number
    }
    /// A header's GUID.
    func guid(_ name: String) throws(StorageFault) -> UUID? {
        guard let text = text(name) else { return nil }
        guard let id = UUID(guid: text) else { throw .invalidHeaderValue(name, text) }
        return id
    }
    /// A GUID the operation cannot do without.
    func requiredGUID(_ name: String) throws(StorageFault) -> UUID {
        guard let id = try guid(name) else { throw .missingRequiredHeader(name) }
        return id
    }
}

extension UUID {
    /// Reads a GUID in the forms the service takes (.NET's N, D, B and P: bare digits, with dashes, and that within
    /// braces or parentheses); nil for anything else.
    init?(guid text: String) {
        var rest = text[...]
        for (first, last) in [("{", "}"), ("(", ")")] where rest.hasPrefix(first) && rest.hasSuffix(last) {
            guard rest.utf8.count == 38 else { return nil }
            rest = rest.dropFirst().dropLast()
        }
        if rest.utf8.count == 32, rest.utf8.allSatisfy({ $0 != 45 }) {
            var dashed = ""
            for (place, digit) in rest.enumerated() {
                if [8, 12, 16, 20].contains(place) { dashed += "-" }
                dashed.append(digit)
            }
            rest = dashed[...]
        }
        guard rest.utf8.count == 36, let id = UUID(uuidString: String(rest)) else { return nil }
        self = id
    }
}
