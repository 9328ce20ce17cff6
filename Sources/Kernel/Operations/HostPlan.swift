// SPDX-License-Identifier: Apache-2.0

/// One set of names a region answers under (azure-style host plan): every suffix without leading dot.
package struct NameSet: Sendable, Hashable {
    /// The host `management.D`.
    package var management: String
    /// The host `login.D`.
    package var login: String
    /// The host `graph.D`.
    package var graph: String
    /// `core.D`: storage hosts are `{account}.{service}.core.D`; clients insist on the label `core`.
    package var storage: String
    /// The host `vault.D`.
    package var vault: String
    /// The host `azurecr.D`.
    package var registry: String
    /// The host `portal.D`.
    package var portal: String

    package init(
        management: String,
        login: String,
        graph: String,
        storage: String,
        vault: String,
        registry: String,
        portal: String
    ) {
        self.management = management
        self.login = login
        self.graph = graph
        self.storage = storage
        self.vault = vault
        self.registry = registry
        self.portal = portal
    }
    /// The plan for one domain.
    package init(domain: String) {
        self.init(
            management: "management.\(domain)",
            login: "login.\(domain)",
            graph: "graph.\(domain)",
            storage: "core.\(domain)",
            vault: "vault.\(domain)",
            registry: "azurecr.\(domain)",
            portal: "portal.\(domain)"
        )
    }
    /// The names a certificate must hold for this set.
    package var certificateNames: [String] {
        [management, login, graph, portal]
            + ["blob", "queue", "table", "file", "dfs", "web"].map { "*.\($0).\(storage)" }
            + ["*.\(vault)", vault, "*.\(registry)"]
    }
}

/// Where a host name leads.
package struct Destination: Sendable, Hashable {
    /// The face.
    package let surface: Surface
    /// The label before the suffix: the storage account; nil where there is none.
    package let label: String?
    /// The set of names the host is of, for addresses in answers.
    package let names: NameSet
}

/// All the names of a region.
package struct HostPlan: Sendable {
    /// The domain; `D` itself and `localhost` show the portal and, by path, everything (zero-DNS).
    package let domain: String
    /// The port clients see; nil for 443.
    package let port: Int?
    /// The first is the region's own.
    package let nameSets: [NameSet]

    package init(domain: String, port: Int?, further: [NameSet] = []) {
        self.domain = domain
        self.port = port
        nameSets = [NameSet(domain: domain)] + further
    }
    /// The region's own set.
    package var primary: NameSet { nameSets[0] }
    /// `https://host`, with the port where it is not 443.
    package func address(_ host: String) -> String { port.map { "https://\(host):\($0)" } ?? "https://\(host)" }

    /// Where a host (lower-case, no port) leads; nil when the region does not answer under it.
    package func destination(of host: String) -> Destination? {
        // Over bytes: as characters, a host's labels cost as much as all else that is found out of a request's target.
        let labels = host.utf8.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
            .map { Substring($0) }
        for names in nameSets {
            switch host {
            case names.management: return Destination(surface: .management, label: nil, names: names)
            case names.login: return Destination(surface: .login, label: nil, names: names)
            case names.graph: return Destination(surface: .graph, label: nil, names: names)
            case names.portal: return Destination(surface: .portal, label: nil, names: names)
            default: break
            }
            if labels.count == 3, labels[2] == names.storage, let surface = Self.storage[String(labels[1])] {
                return Destination(surface: surface, label: String(labels[0]), names: names)
            }
            for (suffix, surface) in [(names.vault, Surface.vault), (names.registry, .registry)] {
                guard host.hasSuffix("." + suffix) else { continue }
                let label = String(host.dropLast(suffix.utf8.count + 1))
                if !label.isEmpty, !label.contains(".") {
                    return Destination(surface: surface, label: label, names: names)
                }
            }
        }
        return host == domain ? Destination(surface: .portal, label: nil, names: primary) : nil
    }
    private static let storage: [String: Surface] = [
        "blob": .blob, "queue": .queue, "table": .table, "file": .file, "dfs": .dfs, "web": .web,
    ]
}

extension HostPlan {
    /// Where a request leads, and the path below that destination.
    package struct Target: Sendable {
        package let destination: Destination
        /// The path to be routed: as sent, without the account of path-style storage addresses.
        package let path: String
        /// Whether it is reached by path, on the host of the sign-in pages: what it answers is of one origin with them.
        package var isByPath = false
    }

    /// By host; on the domain itself and on `localhost` by path, for sites without wildcard names (path style).
    package func target(of request: Request) -> Target? {
        if let destination = destination(of: request.host), destination.surface != .portal {
            return Target(destination: destination, path: destination.surface.routed(request.path))
        }
        guard request.host == domain || Self.loopback.contains(request.host) || request.host == primary.portal else {
            return nil
        }
        let pieces = request.path.split(separator: "/", maxSplits: 1)
        let first = pieces.first?.lowercased() ?? ""
        func whole(_ surface: Surface) -> Target {
            Target(destination: Destination(surface: surface, label: nil, names: primary), path: request.path)
        }
        switch first {
        case "": return whole(.portal)
        case "metadata", "subscriptions", "tenants", "providers": return whole(.management)
        case "v1.0": return whole(.graph)
        case "common", "organizations", "adfs": return whole(.login)
        case _ where first.count == 36 && first.contains("-"): return whole(.login)
        default:
            let rest = "/" + (pieces.count > 1 ? String(pieces[1]) : "")
            // No account's name has a hyphen: `account` is its Blob service, `account-queue` its Queue service.
            let halves = first.split(separator: "-", maxSplits: 1)
            let service = halves.count == 2 ? Self.storage[String(halves[1])] : nil
            let label = service == nil ? first : String(halves[0])
            return Target(
                destination: Destination(surface: service ?? .blob, label: label, names: primary),
                path: (service ?? .blob).routed(rest),
                isByPath: true
            )
        }
    }
    private static let loopback: Set<String> = ["localhost", "127.0.0.1", "::1", "[::1]"]
}
