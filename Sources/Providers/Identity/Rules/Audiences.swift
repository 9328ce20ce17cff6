// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// The resources the region itself mints tokens for.
///
/// Anything else must be a registered application.
package struct Audiences: Sendable {
    private let plan: HostPlan

    /// Audiences that clients have built in and send even in a custom cloud.
    package static let fixed: Set<String> = [
        "management.azure.com", "management.core.windows.net", "graph.microsoft.com", "storage.azure.com",
        "containerregistry.azure.net", "vault.azure.net",
    ]

    package init(_ plan: HostPlan) { self.plan = plan }

    /// Whether the resource is one of the region's own, under any of its name sets, or one that clients have built in.
    package func knows(_ resource: String) -> Bool {
        guard let host = host(of: resource) else { return false }
        if Self.fixed.contains(host) || host == plan.domain || IdentityProvider.loopback.contains(host) {
            return true
        }
        return plan.nameSets.contains { names in
            [names.management, names.graph, names.storage, names.vault, names.registry].contains(host)
                || host.hasSuffix("." + names.vault) || host.hasSuffix("." + names.registry)
                || host.hasSuffix("." + names.storage)
        }
    }
    /// Microsoft Graph under a set of names: the resource of a request that names none.
    package func graph(_ names: NameSet) -> String { plan.address(names.graph) + "/" }

    /// The lower-case host of `https://host[:port][/]`; nil for everything else.
    private func host(of resource: String) -> String? {
        let text = resource.lowercased()
        guard text.hasPrefix("https://") else { return nil }
        var host = text.dropFirst("https://".count)
        while host.hasSuffix("/") { host = host.dropLast() }
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            guard let port = Int(host[host.index(after: colon)...]), port == plan.port ?? 443 else { return nil }
            host = host[..<colon]
        }
        guard !host.isEmpty, !host.contains("/") else { return nil }
        return String(host)
    }
}
