// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography
package import Custody
import FoundationEssentials
import Store
import Synchronization

/// A part of a provider's data with a data key of its own: where a value lies, and what seals it.
package enum Domain: Hashable, Sendable {
    /// What the provider keeps for the tenant at large.
    case tenant
    /// What the provider keeps for the region: global names, the way from a name to its tenant.
    case region
    /// What belongs to one resource, such as `account/<id>`; forgetting its key shreds it.
    case own(String)

    var label: String {
        switch self {
        case .tenant: "tenant"
        case .region: "region"
        case .own(let name): "own/" + name
        }
    }
}

/// An opened data key: it seals values, and the keys of contents are derived from it.
package struct DataKey: Sendable {
    let secret: Secret
    let sealing: SealingKey
    init(_ secret: Secret) throws(CryptographyError) {
        self.secret = secret
        sealing = try SealingKey(secret)
    }
}

/// A domain made ready: its keys begin with `prefix`, and its values are sealed with `key`.
struct Space: Sendable {
    let prefix: Key
    let key: DataKey
}

/// Opens data keys: root key → tenant key → data key, each read from the store once and kept for the process's life.
package final class KeyRing: Sendable {
    struct Slot: Hashable { let tenant: TenantID, label: String }
    /// Opened data keys are kept up to this many; beyond it all are dropped and read again as needed.
    static let cachedMax = 10_000
    /// The region's own keys are kept as those of this tenant.
    package static let regionTenant = TenantID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    let root: any RootKey
    private let opened = Mutex<[Slot: DataKey]>([:])
    /// Rows opened with these keys.
    let rows = OpenedRows()

    package init(_ root: any RootKey) { self.root = root }

    static func tenantKey(_ tenant: TenantID) -> Key { Key("custody", tenant) }
    static func storeKey(_ slot: Slot) -> Key { Key("custody", slot.tenant, slot.label) }
    static func slot(_ domain: Domain, _ tenant: TenantID) -> Slot {
        Slot(tenant: domain == .region ? regionTenant : tenant, label: domain.label)
    }

    /// The data key of a slot; nil when it was never made.
    func dataKey(
        _ slot: Slot,
        get: (Key) async throws(ServiceError) -> [UInt8]?
    ) async throws(ServiceError) -> DataKey? {
        if let known = opened.withLock({ $0[slot] }) { return known }
        guard let bytes = try await get(Self.storeKey(slot)) else { return nil }
        let tenantSecret = try await self.tenantSecret(slot.tenant, get: get).secret
        let key: DataKey
        do {
            let record = try JSONCoding.decode(DataKeyRecord.self, from: bytes)
            key = try DataKey(try KeyHierarchy.open(record, under: tenantSecret))
        } catch { throw .unavailable("data key of \(slot.label): \(error)") }
        opened.withLock { opened in
            if opened.count >= Self.cachedMax { opened.removeAll() }
            opened[slot] = key
        }
        return key
    }
    /// The tenant's key and its generation.
    func tenantSecret(
        _ tenant: TenantID,
        get: (Key) async throws(ServiceError) -> [UInt8]?
    ) async throws(ServiceError) -> (secret: Secret, generation: Int) {
        guard let bytes = try await get(Self.tenantKey(tenant)) else {
            throw .unavailable("tenant \(tenant.text) has no key")
        }
        do {
            let record = try JSONCoding.decode(TenantKeyRecord.self, from: bytes)
            return (try await root.unwrap(record.wrapped), record.generation)
        } catch { throw .unavailable("key of tenant \(tenant.text): \(error)") }
    }
    /// Drops an opened key, after its domain is gone.
    func forget(_ slot: Slot) { _ = opened.withLock { $0.removeValue(forKey: slot) } }
}
