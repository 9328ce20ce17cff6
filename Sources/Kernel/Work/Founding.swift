// SPDX-License-Identifier: Apache-2.0
package import Base

/// One part of making a tenant, in one provider's keys.
package struct FoundingStep: Sendable {
    let namespace: String
    let run: @Sendable (WriteScope) async throws(ServiceError) -> Void
    package init(_ namespace: String, _ run: @escaping @Sendable (WriteScope) async throws(ServiceError) -> Void) {
        self.namespace = namespace
        self.run = run
    }
}

extension Journal {
    /// Whether the region was founded.
    ///
    /// Throws when its keys do not open: the root key is another region's.
    package func isFounded() async throws(ServiceError) -> Bool {
        let scope = try await reader(kernelNamespace, KeyRing.regionTenant)
        return try await scope.exists(.region)
    }
    /// Makes the region's own keys, a tenant's keys and everything the steps make, in one commit: a crash leaves all of
    /// it or nothing.
    package func found(_ tenant: TenantID, _ steps: [FoundingStep]) async throws(ServiceError) {
        let note = ChangeNote(actor: "region:founding", action: "region.found", operation: "region.found")
        _ = try await change(note, kernelNamespace, KeyRing.regionTenant) { scope async throws(ServiceError) in
            try await scope.createTenantKeys(KeyRing.regionTenant)
            try await scope.createTenantKeys(tenant)
            for step in steps { try await step.run(scope.narrowed(to: step.namespace, tenant: tenant)) }
        }
    }
}
