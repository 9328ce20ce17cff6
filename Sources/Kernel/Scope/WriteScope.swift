// SPDX-License-Identifier: Apache-2.0
package import Base
import Bytes
import Cryptography
import Custody
import FoundationEssentials
package import Store

/// A scope that changes, in one commit that carries its ledger entry.
///
/// Used by one task.
package final class WriteScope: Scope {
    package let frame: ScopeFrame
    package var version: Version { shared.transaction.pending.readVersion }
    /// Names this change; the answer carries it as `x-lazuli-entry`.
    package let entry: EntryID
    /// What the ledger is told of this change.
    package let note: ChangeNote
    /// What the first phase of a `.receives` operation took in.
    package let received: Received?
    /// Shared by all narrowings of one transaction.
    private let shared: Shared

    private final class Shared {
        let transaction: Transaction
        var fresh: [KeyRing.Slot: DataKey] = [:]
        let spaces = Spaces()
        /// Sagas this change starts; the kernel wakes their worker after the commit.
        var started: [String] = []
        /// Domains this change shreds; the key ring does not keep their keys from before the commit on.
        var shredded: Set<KeyRing.Slot> = []
        /// Whether a record refers to what was received.
        var hasKept = false
        /// What is told of the commit once it stands.
        var afterCommit: [@Sendable () -> Void] = []
        init(_ transaction: Transaction) { self.transaction = transaction }
    }

    init(
        _ frame: ScopeFrame,
        _ transaction: Transaction,
        entry: EntryID,
        note: ChangeNote,
        received: Received? = nil
    ) {
        self.frame = frame
        self.entry = entry
        self.note = note
        self.received = received
        shared = Shared(transaction)
    }
    private init(_ other: WriteScope, _ frame: ScopeFrame) {
        self.frame = frame
        entry = other.entry
        note = other.note
        received = other.received
        shared = other.shared
    }
    /// The same transaction, for another provider or tenant.
    func narrowed(to namespace: String? = nil, tenant: TenantID? = nil) -> WriteScope {
        WriteScope(self, frame.narrowed(to: namespace, tenant: tenant))
    }
    /// The same transaction, for the tenant the caller was found to be of (sign-in, bootstrap).
    package func of(_ tenant: TenantID) -> WriteScope { narrowed(tenant: tenant) }

    var transaction: Transaction { shared.transaction }
    var shredded: Set<KeyRing.Slot> { shared.shredded }
    var hasKept: Bool {
        get { shared.hasKept }
        set { shared.hasKept = newValue }
    }
    var afterCommit: [@Sendable () -> Void] { shared.afterCommit }
    /// Runs `work` in this process once the commit stands, before the caller hears of it.
    ///
    /// For memory of what is stored, and nothing else: after a crash, or when the commit's answer is lost, it is not run.
    package func afterCommit(_ work: @escaping @Sendable () -> Void) { shared.afterCommit.append(work) }
    var started: [String] {
        get { shared.started }
        set { shared.started = newValue }
    }

    package func sealedValue(_ key: Key, isReadOften: Bool) async throws(ServiceError) -> [UInt8]? {
        do throws(StoreError) {
            return try await transaction.get(key, isReadOften: isReadOften)
        } catch { throw ServiceError(store: error) }
    }
    package func sealedPairs(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(ServiceError) -> [Pair] {
        do throws(StoreError) {
            return try await transaction.range(keys, limit: limit, reverse: reverse)
        } catch { throw ServiceError(store: error) }
    }
    package var spaces: Spaces { shared.spaces }
    package func freshKey(_ domain: Domain) -> DataKey? {
        shared.fresh.isEmpty ? nil : shared.fresh[KeyRing.slot(domain, frame.tenant)]
    }

    /// Sets a value.
    package func put(
        _ value: some Stored,
        in domain: Domain = .tenant,
        at key: Key
    ) async throws(ServiceError) {
        let space = try await space(domain)
        let full = Key(bytes: space.prefix.bytes + key.bytes)
        do {
            let plain = try value.encoded()
            transaction.set(
                full,
                try SealedValue.seal(plain, at: full.bytes, with: space.key.sealing, entropy: entropy)
            )
        } catch { throw .unavailable("encoding of \(type(of: value)): \(error)") }
    }
    /// Removes a value; it need not exist.
    package func remove(in domain: Domain = .tenant, at key: Key) async throws(ServiceError) {
        guard let space = try await spaceIfAny(domain) else { return }
        transaction.clear(Key(bytes: space.prefix.bytes + key.bytes))
    }

    /// Makes a domain with a fresh data key.
    ///
    /// Making one that exists is a mistake of the caller.
    package func create(_ domain: Domain) async throws(ServiceError) {
        let slot = KeyRing.slot(domain, frame.tenant)
        let key = KeyRing.storeKey(slot)
        guard try await sealedValue(key, isReadOften: false) == nil else {
            preconditionFailure("domain \(domain.label) exists")
        }
        let parent = try await frame.keyRing.tenantSecret(
            slot.tenant,
            get: { key async throws(ServiceError) in try await sealedValue(key, isReadOften: false) }
        )
        do {
            let made = try KeyHierarchy.makeDataKey(
                under: parent.secret,
                generation: parent.generation,
                entropy: entropy
            )
            transaction.set(key, try JSONCoding.encode(made.record))
            shared.fresh[slot] = try DataKey(made.key)
        } catch { throw .unavailable("data key of \(domain.label): \(error)") }
    }
    /// Removes a domain's key: what is sealed with it can never be read again.
    package func shred(_ domain: Domain) {
        let slot = KeyRing.slot(domain, frame.tenant)
        transaction.clear(KeyRing.storeKey(slot))
        shared.fresh[slot] = nil
        shared.spaces.forget()
        shared.shredded.insert(slot)
    }
}
