// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import BytesMemory
import Cryptography
import Custody
import FoundationEssentials
import Kernel
import Ledger
import Merkle
import Simulation
import Store
import StoreMemory
import Synchronization
import TilesMemory

/// A region on memory engines with a full bundle, an unfinished one, waiting entries and one extent; and the ways in
/// which its folder could be tampered with.
struct VerifiedRegion {
    let store = MemoryStore()
    let tiles = MemoryTiles()
    let bytes = MemoryBytes()
    let extent: Extent
    private let journal: Journal
    private let sequencer: Sequencer
    private let signer: LedgerSigner
    static let tenant = TenantID(UUID(uuid: (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)))
    private static let origin = "test/ledger"

    /// With `isFormer`, its numbered entries are of format 1, as an earlier release left them, and minutes lie between
    /// changes; else all changes begin at the same moment.
    init(isFormer: Bool = false) async throws {
        let clock: any WallClock = isFormer ? MinuteClock() : StillClock()
        let world = World(clock: clock, entropy: SimEntropy(seed: 1))
        signer = LedgerSigner(
            origin: Self.origin,
            signing: try SigningKey(seed: Secret([UInt8](repeating: 3, count: 32)))
        )
        sequencer = Sequencer(store: store, tiles: tiles, signer: signer, world: world)
        journal = try await Journal(
            store: Store(store, world: world),
            keyRing: KeyRing(FixedRoot()),
            bytes: bytes,
            world: world,
            sequencer: sequencer
        )
        let writer = try await bytes.reserve(100_000)
        try await writer.write([UInt8](repeating: 5, count: 100_000))
        extent = try await writer.finish()
        let content = Content(id: [UInt8](repeating: 1, count: 16), length: 90_000, extents: [extent])
        try await change(KeyRing.regionTenant) { scope async throws(ServiceError) in
            try await scope.createTenantKeys(KeyRing.regionTenant)
            try await scope.createTenantKeys(Self.tenant)
            _ = try await scope.of(Self.tenant).share(content, in: .tenant)
        }
        for number in 0..<290 { try await write(Int64(number % 40), "text \(number)") }
        try await remove(39)
        try await change(Self.tenant, isActivity: true) { scope async throws(ServiceError) in
            try await scope.put(Note(text: "listed"), at: Key("listed"))
        }
        if isFormer { try await downgrade() }
        try await sequence()
        for number in 0..<3 { try await write(Int64(number), "waits") }
    }

    /// Gives every waiting entry its number.
    func sequence() async throws { while try await sequencer.sequence() {} }
    func write(_ number: Int64, _ text: String) async throws {
        try await change(Self.tenant) { scope async throws(ServiceError) in
            try await scope.put(Note(text: text), at: Key("note", number))
        }
    }
    func remove(_ number: Int64) async throws {
        try await change(Self.tenant) { scope async throws(ServiceError) in
            try await scope.remove(at: Key("note", number))
        }
    }
    private func change(
        _ tenant: TenantID,
        isActivity: Bool = false,
        _ body: (WriteScope) async throws(ServiceError) -> Void
    ) async throws {
        var note = ChangeNote(actor: "test", action: "test", operation: "test")
        note.isActivity = isActivity
        note.resource = isActivity ? ResourceID("/subscriptions/\(Self.tenant.text)") : nil
        _ = try await journal.change(note, "Test", tenant, body)
    }
    /// Turns waiting entries into those of format 1, which had no read version and told of no activity row.
    func downgrade() async throws {
        let blinding = try await LedgerBlinding(region: FixedRoot())
        let activity = activityRows.map { blinding.tag(key: $0.key) }
        for pair in store.peek(Key("ledger", "pending").children, limit: 1000) {
            guard let entry = Entry(bytes: pair.value), store.peek(Key("ledger", "at", entry.id)) == nil else {
                continue
            }
            let former = Entry(
                id: entry.id,
                time: entry.time,
                readVersion: nil,
                tenantTag: entry.tenantTag,
                writes: entry.writes.filter { !activity.contains($0.key) },
                details: entry.details
            )
            try await overwrite(pair.key, former.bytes)
        }
        try await sequencer.reload()
    }
    /// The activity log's index.
    var activityRows: [Pair] { store.peek(LedgerKey.allActivity, limit: 10) }

    /// Verifies it: with everything known unless said otherwise.
    func verify(root: (any RootKey)? = FixedRoot(), signed: Bool = true) async -> VerificationReport {
        await Verification(
            store: store,
            tiles: tiles,
            bytes: bytes,
            root: root,
            ledgerKey: signed ? signer.key : nil
        ).run()
    }

    // MARK: Tampering

    /// Where a note lies in the store.
    static func row(_ number: Int64) -> Key { Key("data", "Test", tenant, "tenant", "note", number) }
    /// Writes to the store past the journal; nil removes.
    func overwrite(_ key: Key, _ value: [UInt8]?) async throws {
        let version = try await store.snapshot().version
        _ = try await store.commit(Commit(readVersion: version, writes: [key: value]))
    }
    /// Changes a tile or bundle in its place.
    func alter(_ path: String, _ body: (inout [UInt8]) -> Void) async throws {
        var bytes = try await tiles.read(path) ?? []
        body(&bytes)
        try await tiles.write([Tile(path: path, bytes: bytes)], replacing: true)
    }
    /// Changes the stored head.
    func alterHead(_ body: (inout LedgerHead) throws -> Void) async throws {
        var head = try JSONCoding.decode(LedgerHead.self, from: store.peek(LedgerKey.head) ?? [])
        try body(&head)
        try await overwrite(LedgerKey.head, try JSONCoding.encode(head))
    }
    /// A checkpoint under the ledger's name by another's key.
    static func forged(size: UInt64, root: MerkleHash) throws -> String {
        let other = try SigningKey(seed: Secret([UInt8](repeating: 4, count: 32)))
        let key = LedgerSigner(origin: origin, signing: other).key
        let note = try Checkpoint(origin: origin, size: size, root: root).signed(as: key) { try other.sign($0) }
        return String(decoding: note.bytes, as: UTF8.self)
    }
}

/// A value like any provider's.
private struct Note: Stored, Codable {
    var text: String
}

/// Every look at it is a minute later, so that no two changes of format 1 count as concurrent.
private final class MinuteClock: WallClock {
    private let minutes = Mutex<Int64>(0)
    var now: Timestamp {
        minutes.withLock { minutes in
            minutes += 1
            return Timestamp(seconds: 1_767_225_600 + 60 * minutes)
        }
    }
    func sleep(for duration: Duration) async throws { throw CancellationError() }
}

/// A root key that every test knows.
struct FixedRoot: RootKey {
    private let key = Secret([UInt8](repeating: 7, count: 32))
    func wrap(_ inner: Secret) async throws(CustodyError) -> [UInt8] {
        do { return try KeyWrap.wrap(inner, under: key) } catch { throw .unavailable("\(error)") }
    }
    func unwrap(_ wrapped: [UInt8]) async throws(CustodyError) -> Secret {
        do { return try KeyWrap.unwrap(wrapped, under: key) } catch { throw .wrongKey("\(error)") }
    }
    func derive(purpose: String) async throws(CustodyError) -> Secret {
        Secret(hmacSHA256(Array(purpose.utf8), key: key))
    }
}
