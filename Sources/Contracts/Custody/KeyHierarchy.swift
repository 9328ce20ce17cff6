// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography

/// A tenant's key as it is stored: wrapped by the root key.
///
/// Rotation makes the next generation.
package struct TenantKeyRecord: Codable, Sendable {
    /// Grows by one with each rotation.
    package var generation: Int
    /// The key under the root key.
    package var wrapped: [UInt8]
    /// Joins the parts.
    package init(generation: Int, wrapped: [UInt8]) {
        self.generation = generation
        self.wrapped = wrapped
    }
}

/// A data key as it is stored: wrapped by its tenant's key.
///
/// It seals one domain's values and bytes and never changes, so rotating the tenant's key re-wraps it and rewrites no
/// data.
package struct DataKeyRecord: Codable, Sendable {
    /// The generation of the tenant's key it is wrapped under.
    package var tenantGeneration: Int
    /// The key under the tenant's key.
    package var wrapped: [UInt8]
    /// Joins the parts.
    package init(tenantGeneration: Int, wrapped: [UInt8]) {
        self.tenantGeneration = tenantGeneration
        self.wrapped = wrapped
    }
}

/// The key hierarchy root → tenant → data, as computations.
package enum KeyHierarchy {
    /// Makes a data key under a tenant's key.
    package static func makeDataKey(
        under tenant: Secret,
        generation: Int,
        entropy: any Entropy
    ) throws(CustodyError) -> (record: DataKeyRecord, key: Secret) {
        let key = Secret(entropy.bytes(SealingKey.sizeBytes))
        return (DataKeyRecord(tenantGeneration: generation, wrapped: try wrap(key, under: tenant)), key)
    }
    /// Opens a data key.
    package static func open(_ record: DataKeyRecord, under tenant: Secret) throws(CustodyError) -> Secret {
        do { return try KeyWrap.unwrap(record.wrapped, under: tenant) } catch {
            throw .wrongKey("a data key does not open under its tenant's key of generation \(record.tenantGeneration)")
        }
    }
    /// The same data key under another generation of its tenant's key.
    package static func rewrap(
        _ record: DataKeyRecord,
        from old: Secret,
        to new: Secret,
        generation: Int
    ) throws(CustodyError) -> DataKeyRecord {
        DataKeyRecord(tenantGeneration: generation, wrapped: try wrap(try open(record, under: old), under: new))
    }
    private static func wrap(_ key: Secret, under tenant: Secret) throws(CustodyError) -> [UInt8] {
        do { return try KeyWrap.wrap(key, under: tenant) } catch { throw .wrongKey("a tenant's key has 32 bytes") }
    }
}
