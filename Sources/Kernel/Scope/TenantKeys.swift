// SPDX-License-Identifier: Apache-2.0
package import Base
import Custody
import Store

/// Makes and rotates the keys of tenants.
extension WriteScope {
    /// Makes a tenant's key and the data key of its directory.
    ///
    /// Only for a tenant that has none.
    package func createTenantKeys(_ tenant: TenantID) async throws(ServiceError) {
        let key = KeyRing.tenantKey(tenant)
        guard try await sealedValue(key, isReadOften: false) == nil else {
            preconditionFailure("tenant \(tenant.text) has keys")
        }
        do {
            let wrapped = try await frame.keyRing.root.wrap(Secret(entropy.bytes(32)))
            transaction.set(key, try JSONCoding.encode(TenantKeyRecord(generation: 1, wrapped: wrapped)))
        } catch { throw .unavailable("key of tenant \(tenant.text): \(error)") }
        try await of(tenant).create(.tenant)
        if tenant == KeyRing.regionTenant { try await create(.region) }
    }
    /// The next generation of a tenant's key.
    ///
    /// Data keys are wrapped anew; no data is rewritten. All in one commit: a tenant has fewer data keys than a commit
    /// has writes, or this is refused. Returns the new generation.
    @discardableResult
    package func rotateTenantKey(_ tenant: TenantID) async throws(ServiceError) -> Int {
        let old = try await frame.keyRing.tenantSecret(
            tenant,
            get: { key async throws(ServiceError) in try await sealedValue(key, isReadOften: false) }
        )
        let rows = try await sealedPairs(
            KeyRing.tenantKey(tenant).children,
            limit: Self.dataKeysMax + 1,
            reverse: false
        )
        guard rows.count <= Self.dataKeysMax else {
            throw ServiceError(409, "TooManyKeys", "The tenant has more than \(Self.dataKeysMax) data keys.")
        }
        do {
            let new = Secret(entropy.bytes(32))
            let generation = old.generation + 1
            for row in rows {
                let record = try JSONCoding.decode(DataKeyRecord.self, from: row.value)
                let rewrapped = try KeyHierarchy.rewrap(record, from: old.secret, to: new, generation: generation)
                transaction.set(row.key, try JSONCoding.encode(rewrapped))
            }
            let record = TenantKeyRecord(generation: generation, wrapped: try await frame.keyRing.root.wrap(new))
            transaction.set(KeyRing.tenantKey(tenant), try JSONCoding.encode(record))
            return generation
        } catch { throw .unavailable("rotation of the key of tenant \(tenant.text): \(error)") }
    }
    private static var dataKeysMax: Int { 990 }
}
