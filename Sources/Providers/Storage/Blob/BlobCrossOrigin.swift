// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// The CORS rules of the settings of the Blob, Queue and Table services.
package struct BlobCrossOrigin: CrossOriginPolicy {
    private let provider: StorageProvider

    package init(_ provider: StorageProvider) { self.provider = provider }

    package var namespace: String { StorageProvider.namespace }

    package func rules(
        of destination: Destination,
        _ scope: ReadScope
    ) async throws(ServiceError) -> [CrossOriginRule] {
        guard let name = destination.label.flatMap({ AccountName($0) }),
            let place = try await provider.place(name, scope)
        else { return [] }
        let own = scope.of(place.tenant)
        let settings =
            switch destination.surface {
            case .table: try await provider.tableSettings(place, own)
            case .queue: try await provider.queueSettings(place, own)
            default: try await provider.settings(place, own)
            }
        return settings.cors.map { rule in
            CrossOriginRule(
                origins: Self.list(rule.allowedOrigins),
                methods: Self.list(rule.allowedMethods),
                requestHeaders: Self.list(rule.allowedHeaders),
                exposedHeaders: Self.list(rule.exposedHeaders),
                maxAgeSeconds: rule.maxAgeSeconds
            )
        }
    }
    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }
    }
}
