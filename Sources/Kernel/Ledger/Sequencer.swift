// SPDX-License-Identifier: Apache-2.0
package import Base
package import Cryptography
package import Ledger
package import Merkle
package import Store
import Synchronization

/// Signs the ledger's checkpoints.
package struct LedgerSigner: Sendable {
    /// What the signing key's seed is derived from the root key for.
    package static let purpose = "ledger signing"
    package let key: NoteKey
    private let signing: SigningKey

    /// `origin` names the log, as `lazuli.localhost/ledger`.
    package init(origin: String, signing: SigningKey) {
        guard let key = NoteKey(name: origin, publicKey: signing.publicKey) else {
            preconditionFailure("\(origin) cannot name a log")
        }
        self.key = key
        self.signing = signing
    }
    func note(_ frontier: MerkleFrontier) throws -> String {
        let checkpoint = Checkpoint(origin: key.name, size: frontier.size, root: frontier.root)
        let note = try checkpoint.signed(as: key) { try signing.sign($0) }
        return String(decoding: note.bytes, as: UTF8.self)
    }
}

/// The sequenced ledger's head, as it is stored.
package struct LedgerHead: Codable, Sendable {
    package var size: UInt64
    package var peaks: [String]
    /// The signed checkpoint (C2SP signed note).
    package var note: String
}

/// Moves committed entries into the tree, in batches, one batch at a time.
///
/// Writers never wait for it and never meet at its head.
package final class Sequencer: Sendable {
    /// Entries of one batch: bounds the commit that moves the head (two writes each).
    static let batchMax = 2048
    /// Pause between batches, so that a busy region shares a signature and a sync among many entries.
    ///
    /// A receipt is there well within a second.
    static let pause = Duration.milliseconds(50)
    /// Entries waiting in memory; beyond it they are found again in the store.
    static let queueMax = 100_000

    struct Pending: Sendable {
        let id: EntryID
        let leaf: [UInt8]
    }
    struct State: Sendable {
        /// Entries whose changes are under way, and will bring them if they stand.
        var expected: Set<EntryID> = []
        var queue: [Pending] = []
        /// Set when something may lie in the store that is not in the queue.
        var rescan = false
        var tree = LedgerTree()
        var note = ""
    }
    let state = Mutex(State())
    let store: any StoreEngine
    let tiles: any TileEngine
    package let signer: LedgerSigner
    private let world: World
    private let signal = Signal()

    package init(store: any StoreEngine, tiles: any TileEngine, signer: LedgerSigner, world: World) {
        self.store = store
        self.tiles = tiles
        self.signer = signer
        self.world = world
    }

    /// Says that a change with this entry is under way, which ends with `submit` or `withdraw`.
    ///
    /// Its commit may be seen in the store before it is told here: who looks there must not take the entry up a second time.
    func expect(_ id: EntryID) { _ = state.withLock { $0.expected.insert(id) } }
    /// The change did not bring its entry.
    func withdraw(_ id: EntryID) { _ = state.withLock { $0.expected.remove(id) } }
    /// Takes a committed entry.
    func submit(_ id: EntryID, _ leaf: [UInt8]) {
        state.withLock { state in
            state.expected.remove(id)
            if state.queue.count < Self.queueMax {
                state.queue.append(Pending(id: id, leaf: leaf))
            } else {
                state.rescan = true
            }
        }
        signal.raise()
    }
    /// Looks for committed entries in the store: after a lost answer.
    func rescan() {
        state.withLock { $0.rescan = true }
        signal.raise()
    }
    /// Lets the loop look, without anything new: after a start that found waiting entries.
    func wake() { signal.raise() }
    /// The signed checkpoint in force; empty before the first entry.
    package var checkpoint: String { state.withLock { $0.note } }
    /// How many entries have a number.
    package var size: UInt64 { state.withLock { $0.tree.size } }
    /// How many entries wait for one.
    package var waiting: Int { state.withLock { $0.queue.count } }

    /// Sequences until the task is cancelled.
    ///
    /// `report` hears of failures; the batch is tried again.
    package func run(report: @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            await signal.wait()
            do {
                while try await sequence() { try await world.clock.sleep(for: Self.pause) }
            } catch {
                if Task.isCancelled { break }
                report("ledger: \(error)")
                rescan()
                try? await world.clock.sleep(for: .seconds(1))
            }
        }
    }

    /// Sequences one batch; false when nothing waits.
    package func sequence() async throws -> Bool {
        if state.withLock({ $0.rescan }) { try await reload() }
        let (batch, before) = state.withLock { (Array($0.queue.prefix(Self.batchMax)), $0.tree) }
        guard !batch.isEmpty else { return false }
        var tree = before
        var tiles: [Tile] = []
        for entry in batch { tiles += tree.append(entry.id, entry.leaf) }
        // Tiles first: a crash here leaves tiles beyond the head, which the next life writes anew.
        if !tiles.isEmpty { try await self.tiles.write(tiles, replacing: true) }
        let note = try signer.note(tree.frontier)
        try await commit(batch, before: before, after: tree, note: note)
        state.withLock { state in
            state.queue.removeFirst(batch.count)
            state.tree = tree
            state.note = note
        }
        try await self.tiles.publish(checkpoint: Array(note.utf8))
        return true
    }

    private func commit(_ batch: [Pending], before: LedgerTree, after: LedgerTree, note: String) async throws {
        var writes: [Key: [UInt8]?] = [:]
        for (offset, entry) in batch.enumerated() {
            writes[LedgerKey.at(entry.id)] = LedgerTree.bytes(before.size + UInt64(offset))
        }
        // Entries stay under their pending keys until their bundle is full and on disk: those before the new tail.
        let bundled = (before.tail.map(\.id) + batch.map(\.id)).dropLast(after.tail.count)
        for id in bundled { writes.updateValue(nil, forKey: LedgerKey.pending(id)) }
        let head = LedgerHead(size: after.size, peaks: after.frontier.peaks.map { $0.bytes.hex }, note: note)
        writes[LedgerKey.head] = try JSONCoding.encode(head)
        let snapshot = try await store.snapshot()
        var commit = Commit(readVersion: snapshot.version, reads: [LedgerKey.head], writes: writes)
        // What was let in is to get its number, however little room is left.
        commit.frees = true
        commit.setOnce = Set(bundled.map { LedgerKey.pending($0) })
        _ = try await store.commit(commit)
    }
}
