// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials

/// A lease as it is stored: what was last decided.
///
/// What it amounts to follows from the time, so nothing has to happen when a lease runs out. A released lease is no lease.
package struct Lease: Equatable, Sendable {
    /// What was decided last.
    package enum Phase: UInt8, Sendable {
        case leased
        case breaking
    }
    /// The id that opens it.
    package var id: UUID
    /// What was decided last.
    package var phase: Phase
    /// The duration asked for, in seconds; nil is for ever.
    package var seconds: Int?
    /// When it runs out or its break is over; nil is never.
    package var until: Timestamp?

    /// Names a lease.
    package init(id: UUID, phase: Phase = .leased, seconds: Int?, until: Timestamp?) {
        self.id = id
        self.phase = phase
        self.seconds = seconds
        self.until = until
    }
    /// What it amounts to at a time.
    package func state(at now: Timestamp) -> LeaseState {
        let isOver = until.map { $0 <= now } ?? false
        return switch phase {
        case .leased: isOver ? .expired : .leased
        case .breaking: isOver ? .broken : .breaking
        }
    }
    /// How long it lasts, while it lasts.
    package func duration(at now: Timestamp) -> LeaseDuration? {
        guard state(at: now) == .leased else { return nil }
        return seconds == nil ? .infinite : .fixed
    }
}

extension Lease? {
    /// What it amounts to at a time; without a lease, it can be had.
    package func state(at now: Timestamp) -> LeaseState { self?.state(at: now) ?? .available }
}
