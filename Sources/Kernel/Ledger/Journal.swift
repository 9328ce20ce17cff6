// SPDX-License-Identifier: Apache-2.0
package import Base
package import Bytes
import Cryptography
package import Custody
package import FoundationEssentials
import Ledger
package import Store

/// What the ledger and the activity log are told of a change besides what it wrote.
package struct ChangeNote: Sendable {
    /// Who: a principal's id, a key's name, a part of the region.
    package var actor: String
    /// The action that was authorized, or the operation's name where there is none.
    package var action: String
    package var operation: String
    package var resource: ResourceID?
    package var request: UUID?
    package var clientRequest: String?
    package var method: String?
    package var address: String?
    /// Whether it belongs in a subscription's activity log: the control plane's actions do.
    package var isActivity = false
    /// Whether the change gives room back: then a nearly full disk still takes it.
    package var frees = false
    /// Whose load the change is; nil: the region's own.
    var party: Party?

    package init(actor: String, action: String, operation: String, resource: ResourceID? = nil) {
        self.actor = actor
        self.action = action
        self.operation = operation
        self.resource = resource
    }
}

/// The one way into the store: every change commits together with its ledger entry (invariant 4), every read is of one
/// version.
package final class Journal: Sendable {
    let store: Store
    package let keyRing: KeyRing
    let bytes: any BytesEngine
    /// What all that is taken in shares, from clients and from copies.
    let intakeRoom = IntakeRoom()
    package let world: World
    package let sequencer: Sequencer
    let readers = Readers()
    private let blinding: LedgerBlinding
    /// Wakes the saga worker after a commit that started work.
    let started = Signal()

    package init(
        store: Store,
        keyRing: KeyRing,
        bytes: any BytesEngine,
        world: World,
        sequencer: Sequencer
    ) async throws(CustodyError) {
        self.store = store
        self.keyRing = keyRing
        self.bytes = bytes
        self.world = world
        self.sequencer = sequencer
        blinding = LedgerBlinding(try await keyRing.root.derive(purpose: LedgerBlinding.purpose))
    }

    func frame(_ namespace: String, _ tenant: TenantID) -> ScopeFrame {
        ScopeFrame(
            namespace: namespace,
            tenant: tenant,
            keyRing: keyRing,
            bytes: bytes,
            world: world,
            now: world.clock.now
        )
    }
    /// Keeps the bytes of everything acknowledged so far, and later, from being reclaimed for as long as it is held.
    package func holdContents() -> ContentHold {
        ContentHold(readers.leaseComing(at: world.clock.now, isHold: true))
    }

    /// A scope over everything acknowledged so far.
    ///
    /// Bytes it can see are not reclaimed while it lives, or for `Readers.requestLife` at most.
    package func reader(_ namespace: String, _ tenant: TenantID) async throws(ServiceError) -> ReadScope {
        // Between taking the snapshot and holding its version nothing that it can see may be reclaimed.
        let now = world.clock.now
        let coming = readers.leaseComing(at: now)
        defer { withExtendedLifetime(coming) {} }
        let snapshot: any StoreSnapshot
        do throws(StoreError) { snapshot = try await store.engine.snapshot() } catch {
            throw ServiceError(store: error)
        }
        return ReadScope(frame(namespace, tenant), snapshot, lease: readers.lease(snapshot.version, at: now))
    }

    /// Runs `body` and commits what it wrote with an entry that says so.
    ///
    /// Without a write there is no entry, and nil comes back in its place. The body may run several times.
    package func change<R>(
        _ note: ChangeNote,
        _ namespace: String,
        _ tenant: TenantID,
        received: Received? = nil,
        _ body: (WriteScope) async throws(ServiceError) -> R
    ) async throws(ServiceError) -> (result: R, entry: EntryID?) {
        let id = EntryID(world.entropy.uuid(at: world.clock.now))
        let done: Attempt<R>
        var leaving: [Set<KeyRing.Slot>] = []
        sequencer.expect(id)
        do throws(Abort<ServiceError>) {
            done = try await store.transact(
                witness: LedgerKey.pending(id),
                settled: { snapshot throws(StoreError) in try await snapshot.get(LedgerKey.at(id)) != nil }
            ) { transaction throws(Abort<ServiceError>) in
                // The time is that of the attempt, after what it reads: a lease that somebody broke meanwhile is over.
                let scope = WriteScope(frame(namespace, tenant), transaction, entry: id, note: note, received: received)
                do throws(ServiceError) {
                    let result = try await body(scope)
                    let leaf = try await self.record(note, id, scope)
                    if !scope.shredded.isEmpty {
                        keyRing.suspend(scope.shredded)
                        leaving.append(scope.shredded)
                    }
                    return Attempt(result: result, leaf: leaf, scope: scope)
                } catch { throw .reason(error) }
            }
        } catch {
            sequencer.withdraw(id)
            await release(leaving)
            switch error {
            case .reason(let reason): throw reason
            case .store(let failure):
                if failure == .unknownResult { sequencer.rescan() }
                throw ServiceError(store: failure)
            }
        }
        for work in done.scope.afterCommit { work() }
        // A change may find that nobody wants any more what was received for it: a copy that was aborted meanwhile.
        if let received, !done.scope.hasKept {
            for extent in received.content.extents { try? await bytes.release(extent) }
        }
        guard let leaf = done.leaf else {
            sequencer.withdraw(id)
            return (done.result, nil)
        }
        sequencer.submit(id, leaf)
        await release(leaving)
        if !done.scope.started.isEmpty { started.raise() }
        return (done.result, id)
    }

    /// Lets the key ring keep the keys of domains again that attempts of a change were to shred.
    private func release(_ leaving: [Set<KeyRing.Slot>]) async {
        guard !leaving.isEmpty else { return }
        // Without a version their keys are read from the store each time, which is as right and slower.
        guard let version = try? await store.engine.snapshot().version else { return }
        for slots in leaving { keyRing.resume(slots, at: version) }
    }

    private struct Attempt<R> {
        let result: R
        let leaf: [UInt8]?
        let scope: WriteScope
    }

    /// Adds the entry to the commit; nil when there is nothing to record.
    private func record(_ note: ChangeNote, _ id: EntryID, _ scope: WriteScope) async throws(ServiceError) -> [UInt8]? {
        let count = scope.transaction.pending.writes.count
        guard count > 0 else { return nil }
        guard count < Entry.writesMax else {
            throw .unavailable(
                "\(note.operation) wrote \(count) keys in one commit; \(Entry.writesMax - 1) are allowed"
            )
        }
        let details = try await seal(note, id, scope)
        if note.isActivity, let subscription = note.resource?.subscription {
            scope.transaction.set(LedgerKey.activity(scope.tenant, subscription, scope.now, id), [1])
        }
        if note.frees { scope.transaction.free() }
        if let party = note.party { scope.transaction.count(asLoadOf: party.hashValue) }
        // What makes read versions the order of a key's writes.
        scope.transaction.protectWrites()
        let writes = scope.transaction.pending.writes
        let entry = Entry(
            id: id,
            time: scope.now,
            readVersion: scope.transaction.pending.readVersion,
            tenantTag: blinding.tag(tenant: scope.tenant),
            writes: writes.map { blinding.digest($0.key, $0.value) },
            details: details
        )
        let leaf = entry.bytes
        scope.transaction.set(LedgerKey.pending(id), leaf)
        return leaf
    }
    private func seal(_ note: ChangeNote, _ id: EntryID, _ scope: WriteScope) async throws(ServiceError) -> [UInt8] {
        let key = try await scope.space(.tenant).key
        do {
            return try SealedValue.seal(
                EntryDetails(note).bytes,
                at: id.bytes,
                with: key.sealing,
                entropy: scope.entropy
            )
        } catch { throw .unavailable("details of \(note.operation): \(error)") }
    }
}

/// What an entry's sealed details say.
struct EntryDetails: Codable, Sendable {
    var actor: String
    var action: String
    var operation: String
    var resource: String?
    var request: String?
    var clientRequest: String?
    var method: String?
    var address: String?

    /// Longest texts kept, in bytes: a blob's name of 1,024 characters with its account's id; a client's own id.
    private static let resourceMax = 5 * 1024
    private static let textMax = 256

    init(_ note: ChangeNote) {
        actor = Self.cut(note.actor, Self.textMax)
        action = note.action
        operation = note.operation
        resource = note.resource.map { Self.cut($0.text, Self.resourceMax) }
        request = note.request?.lowercaseText
        clientRequest = note.clientRequest.map { Self.cut($0, Self.textMax) }
        method = note.method.map { Self.cut($0, Self.textMax) }
        address = note.address
    }
    /// Their JSON, with sorted members.
    var bytes: [UInt8] {
        JSON.bytes(
            of: [
                "action": action, "actor": actor, "address": address, "clientRequest": clientRequest, "method": method,
                "operation": operation, "request": request, "resource": resource,
            ]
        )
    }
    /// A text as long as its UTF-8 may be, with control characters (which JSON writes in six bytes) replaced, so that
    /// no client can make details longer than `Entry.detailsMax`.
    private static func cut(_ text: String, _ bytesMax: Int) -> String {
        if text.utf8.count <= bytesMax, text.isPlainInJSON { return text }
        let plain = text.utf8.prefix(bytesMax).map { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C ? UInt8(ascii: "?") : $0 }
        return String(decoding: plain, as: UTF8.self)
    }
}

/// Turns keys and tenants into tags that only the region's owner can match.
package struct LedgerBlinding: Sendable {
    static let purpose = "ledger blinding"
    private let coder: MessageCoder
    package init(_ secret: Secret) { coder = MessageCoder(secret) }

    /// The tag of a tenant's entries.
    package func tag(tenant: TenantID) -> [UInt8] {
        Array(coder.code(of: Array("tenant".utf8) + tenant.bytes).prefix(WriteDigest.keyBytes))
    }
    /// The tag of a store key.
    package func tag(key: Key) -> [UInt8] { Array(coder.code(of: key.bytes).prefix(WriteDigest.keyBytes)) }
    func digest(_ key: Key, _ value: [UInt8]?) -> WriteDigest {
        WriteDigest(key: tag(key: key), value: value.map { SHA256Digest.of($0) } ?? [])
    }
}

/// Where the ledger's own rows lie.
///
/// They are the only ones that no entry explains; only those of `activity` are explained like any other.
package enum LedgerKey {
    /// All of them.
    package static let range = Key("ledger").children
    /// An entry that is not in a full bundle yet.
    package static func pending(_ id: EntryID) -> Key { Key("ledger", "pending", id) }
    static let allPending = Key("ledger", "pending").children
    /// The number of a sequenced entry.
    package static func at(_ id: EntryID) -> Key { Key("ledger", "at", id) }
    /// The size, peaks and checkpoint of what is sequenced.
    package static let head = Key("ledger", "head")
    /// The activity log's index.
    package static let allActivity = Key("ledger", "activity").children
    static func activity(_ tenant: TenantID, _ subscription: SubscriptionID, _ time: Timestamp, _ id: EntryID) -> Key {
        Key("ledger", "activity", tenant, subscription, time, id)
    }
}

extension LedgerBlinding {
    /// The blinding of the region a root key belongs to.
    package init(region root: any RootKey) async throws(CustodyError) {
        self.init(try await root.derive(purpose: Self.purpose))
    }
}
