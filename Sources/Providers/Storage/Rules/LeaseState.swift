// SPDX-License-Identifier: Apache-2.0

/// What listings and properties say of a lease.
package enum LeaseState: String, Sendable, Codable {
    case available
    case leased
    case expired
    case breaking
    case broken
    /// Whether writes need the lease's id.
    package var isLocked: Bool { self == .leased || self == .breaking }
    /// `x-ms-lease-status`.
    package var status: String { isLocked ? "locked" : "unlocked" }
}

/// How long a lease lasts.
package enum LeaseDuration: String, Sendable, Codable {
    case infinite
    case fixed
}
