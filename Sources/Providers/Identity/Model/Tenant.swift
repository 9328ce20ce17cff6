// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// A customer's directory as the region knows it.
///
/// Lies in the region's domain.
struct Tenant: Stored, Codable, Hashable {
    var id: TenantID
    var displayName: String
    /// Lower-case; the first is the default one.
    var domains: [String]
    var created: Timestamp

    static func key(_ id: TenantID) -> Key { Key("tenant", id) }
    static func key(domain: String) -> Key { Key("tenant-domain", domain.lowercased()) }
    /// The domain new users get.
    var defaultDomain: String { domains.first ?? "" }
}

/// The way from a verified domain to its tenant.
struct DomainHome: Stored, Codable { var tenant: TenantID }
