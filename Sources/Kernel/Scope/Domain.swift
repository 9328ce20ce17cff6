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
    let sealing: ValueKeys
    init(_ secret: Secret) throws(CryptographyError) {
        self.secret = secret
        sealing = try ValueKeys(secret)
    }
}

/// A domain made ready: its keys begin with `prefix`, and its values are sealed with `key`.
struct Space: Sendable {
    let prefix: Key
    let key: DataKey
}

/// The domains that one version's scopes have made ready: a call asks for the same few again and again.
///
/// What a version holds never changes, and a transaction that forgets a domain forgets what is kept here.
package final class Spaces: Sendable {
    private struct Ready {
        let namespace: String
        let tenant: TenantID
        let domain: Domain
        let space: Space
    }
    /// Gone through from the start: a call has two or three.
    ///
    /// Beyond this many none is added.
    private static let countMax = 8
    private let ready = Mutex<[Ready]>([])

    init() {}
    func space(of domain: Domain, _ frame: ScopeFrame) -> Space? {
        ready.withLock { ready in
            for one in ready
            where one.domain == domain && one.tenant == frame.tenant && one.namespace == frame.namespace {
                return one.space
            }
            return nil
        }
    }
    func keep(_ space: Space, of domain: Domain, _ frame: ScopeFrame) {
        ready.withLock { ready in
            guard ready.count < Self.countMax else { return }
            ready.append(Ready(namespace: frame.namespace, tenant: frame.tenant, domain: domain, space: space))
        }
    }
    func forget() { ready.withLock { $0 = [] } }
}

/// Opens data keys: root key → tenant key → data key, each read from the store once and kept for the process's life.
///
/// What is kept never differs from what the asker's own version of the store would give: while a domain is shredded its
/// key is not kept, and who reads a version before the last shredding neither uses nor adds to what is kept.
package final class KeyRing: Sendable {
    struct Slot: Hashable { let tenant: TenantID, label: String }
    /// Opened data keys are kept up to this many; beyond it all are dropped and read again as needed.
    static let cachedMax = 10_000
    /// The region's own keys are kept as those of this tenant.
    package static let regionTenant = TenantID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    let root: any RootKey
    private struct State {
        var opened: [Slot: DataKey] = [:]
        /// Domains that changes under way shred, and how many of them.
        var leaving: [Slot: Int] = [:]
        /// The first version known to be without the domains shredded so far.
        var forgottenAt: Version = 0

        func mayKeep(_ slot: Slot, at version: Version) -> Bool { version >= forgottenAt && leaving[slot] == nil }
    }
    private let state = Mutex(State())
    /// Rows opened with these keys.
    let rows = OpenedRows()

    package init(_ root: any RootKey) { self.root = root }

    static func tenantKey(_ tenant: TenantID) -> Key { Key("custody", tenant) }
    static func storeKey(_ slot: Slot) -> Key { Key("custody", slot.tenant, slot.label) }
    static func slot(_ domain: Domain, _ tenant: TenantID) -> Slot {
        Slot(tenant: domain == .region ? regionTenant : tenant, label: domain.label)
    }

    /// The data key of a slot where it is kept and may be used at this version.
    func opened(_ slot: Slot, at version: Version) -> DataKey? {
        state.withLock { $0.mayKeep(slot, at: version) ? $0.opened[slot] : nil }
    }
    /// The data key of a slot, read from the store and kept.
    ///
    /// Nil when it was never made, or is shredded, at the version `get` reads.
    func dataKey(
        _ slot: Slot,
        at version: Version,
        get: (Key) async throws(ServiceError) -> [UInt8]?
    ) async throws(ServiceError) -> DataKey? {
        guard let bytes = try await get(Self.storeKey(slot)) else { return nil }
        let tenantSecret = try await self.tenantSecret(slot.tenant, get: get).secret
        let key: DataKey
        do {
            let record = try JSONCoding.decode(DataKeyRecord.self, from: bytes)
            key = try DataKey(try KeyHierarchy.open(record, under: tenantSecret))
        } catch { throw .unavailable("data key of \(slot.label): \(error)") }
        state.withLock { state in
            guard state.mayKeep(slot, at: version) else { return }
            if state.opened.count >= Self.cachedMax { state.opened.removeAll() }
            state.opened[slot] = key
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
    /// Drops opened keys and keeps them no more, before the commit that may shred their domains.
    func suspend(_ slots: Set<Slot>) {
        state.withLock { state in
            for slot in slots {
                state.opened[slot] = nil
                state.leaving[slot, default: 0] += 1
            }
        }
    }
    /// Keeps keys again, after that commit's end; `version` is one that shows whether it stands.
    func resume(_ slots: Set<Slot>, at version: Version) {
        state.withLock { state in
            state.forgottenAt = max(state.forgottenAt, version)
            for slot in slots {
                guard let count = state.leaving[slot] else { continue }
                state.leaving[slot] = count > 1 ? count - 1 : nil
            }
        }
    }
}
