// SPDX-License-Identifier: Apache-2.0
package import Base

/// What the first segment of a sign-in address says about the tenant.
package enum TenantHint: Hashable, Sendable {
    /// A tenant's id.
    case id(TenantID)
    /// One of a tenant's verified domains, lower-case.
    case domain(String)
    /// `common`, `organizations`: whoever signs in decides.
    case open(String)
    /// `adfs`: as `open`, for clients that then ask nothing of Microsoft's own servers (azure-clients: `/adfs`).
    case adfs

    package init(_ segment: String) {
        let name = segment.lowercased()
        self =
            switch name {
            case "adfs": .adfs
            case "common", "organizations", "consumers": .open(name)
            default: TenantID(text: name).map(TenantHint.id) ?? .domain(name)
            }
    }
}
