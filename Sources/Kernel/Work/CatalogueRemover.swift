// SPDX-License-Identifier: Apache-2.0

/// Removes a resource through the provider that keeps its type.
package struct CatalogueRemover: ResourceRemover {
    private let types: [String: BoundResourceType]

    package init(_ catalogue: Catalogue) {
        types = Dictionary(
            catalogue.types.map { ("\($0.namespace)/\($0.name)".lowercased(), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }
    package func remove(_ resource: ResourceID, _ scope: WriteScope) async throws(ServiceError) {
        guard let type = resource.type.flatMap({ types[$0.lowercased()] }) else {
            throw .unavailable("no provider keeps resources like \(resource)")
        }
        try await type.remove(resource, scope.narrowed(to: type.namespace))
    }
}
