// SPDX-License-Identifier: Apache-2.0
import Base

/// What a customer does with its own keys.
package struct CustodyProvider: ResourceProvider {
    package static let namespace = "Lazuli.Custody"
    package static let operations: [Operation<Self>] = [
        .writes(
            "tenantKey.rotate",
            .management,
            .post("/providers/Lazuli.Custody/rotateTenantKey"),
            .control("Lazuli.Custody/tenantKeys/rotate/action"),
            residency: .regional,
            proof: .client("Lazuli.Custody/rotateTenantKey"),
            rotate
        )
    ]
    package static let resourceTypes: [ResourceType<Self>] = []

    package init() {}

    /// Makes the next generation of the tenant's key.
    ///
    /// Data keys are wrapped anew; no data is rewritten.
    private func rotate(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let generation = try await scope.rotateTenantKey(call.tenant)
        return .json(200, ["generation": .integer(Int64(generation))])
    }
}
