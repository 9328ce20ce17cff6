// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// The CORS rules of a storage service's settings.
package struct StorageCrossOrigin: CrossOriginPolicy {
    private let provider: StorageProvider
    private let service: StorageService

    /// One for each service whose settings hold rules, by surface.
    package static func all(_ provider: StorageProvider) -> [Surface: any CrossOriginPolicy] {
        [
            .blob: StorageCrossOrigin(provider: provider, service: .blob),
            // Its rules are the Blob service's, as all its settings.
            .dfs: StorageCrossOrigin(provider: provider, service: .dfs),
            .queue: StorageCrossOrigin(provider: provider, service: .queue),
            .table: StorageCrossOrigin(provider: provider, service: .table),
        ]
    }

    package var namespace: String { StorageProvider.namespace }

    package func rules(
        of destination: Destination,
        _ scope: ReadScope
    ) async throws(ServiceError) -> [CrossOriginRule] {
        guard let name = destination.label.flatMap({ AccountName($0) }),
            let place = try await provider.place(name, scope)
        else { return [] }
        return try await properties(place, scope.of(place.tenant)).cors.map { rule in
            CrossOriginRule(
                origins: Self.list(rule.allowedOrigins),
                methods: Self.list(rule.allowedMethods),
                requestHeaders: Self.list(rule.allowedHeaders),
                exposedHeaders: Self.list(rule.exposedHeaders),
                maxAgeSeconds: rule.maxAgeSeconds
            )
        }
    }
    private func properties(_ place: AccountPlace, _ scope: ReadScope) async throws(ServiceError) -> ServiceProperties {
        switch service {
        case .blob, .dfs: try await provider.settings(place, scope)
        case .queue: try await provider.queueSettings(place, scope)
        case .table: try await provider.tableSettings(place, scope)
        }
    }
    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }
    }
}
