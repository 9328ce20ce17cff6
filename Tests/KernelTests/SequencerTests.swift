// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import FoundationEssentials
import Kernel
import Ledger
import Merkle
import Simulation
import Store
import StoreMemory
import Synchronization
import Testing
import TilesMemory

@Suite struct SequencerTests {
    @Test func `every entry of a ledger of several tiles has a receipt that proves it, and only it`() async throws {
        let region = try await ProbedRegion()
        var entries: [EntryID] = []
        for number in 0..<600 { entries.append(try #require(try await region.keep("n\(number)"))) }
        try await region.sequence()
        #expect(region.journal.sequencer.size == 601)
        for entry in entries.enumerated().filter({ $0.offset % 41 == 0 || (250...260).contains($0.offset) }) {
            let receipt = try #require(try await region.journal.sequencer.receipt(entry.element))
            #expect(Entry(bytes: receipt.leaf)?.id == entry.element)
            #expect(try proves(receipt, region))
            #expect(try !proves(receipt, region, leaf: receipt.leaf + [0]))
            #expect(try !proves(receipt, region, index: receipt.index + 1))
        }
    }

    @Test func `an entry has no receipt before it has a number, and strangers never have`() async throws {
        let region = try await ProbedRegion()
        let entry = try #require(try await region.keep("a"))
        #expect(try await region.journal.sequencer.receipt(entry) == nil)
        try await region.sequence()
        #expect(try await region.journal.sequencer.receipt(entry) != nil)
        #expect(try await region.journal.sequencer.receipt(EntryID(TestRegion.tenant.raw)) == nil)
        #expect(
            try await region.journal.sequencer.receipt(
                EntryID(UUID(uuidString: "DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD") ?? TestRegion.tenant.raw)
            ) == nil
        )
    }

    @Test(arguments: [1, 255, 256, 257, 300])
    func `the next life goes on where the last one stopped`(count: Int) async throws {
        let region = try await ProbedRegion()
        // Founding is the first entry.
        for number in 1..<count { try await region.keep("n\(number)") }
        try await region.sequence()
        let next = try await region.region.open(region.world)
        #expect(next.sequencer.size == UInt64(count))
        #expect(next.sequencer.checkpoint == region.journal.sequencer.checkpoint)
        #expect(next.sequencer.waiting == 0)
        let note = ProbedRegion.note
        let made = try await next.change(note, Probe.namespace, TestRegion.tenant) { scope async throws(ServiceError) in
            try await scope.put(KeptNote(text: "late"), at: Key("late"))
        }.entry
        while try await next.sequencer.sequence() {}
        let entry = try #require(made)
        let receipt = try #require(try await next.sequencer.receipt(entry))
        #expect(receipt.index == UInt64(count))
        #expect(try proves(receipt, region))
    }

    @Test func `a batch whose answer was lost is not numbered twice`() async throws {
        let forgetful = Mutex<ForgetfulStore?>(nil)
        let region = try await ProbedRegion(store: { disks in
            let store = ForgetfulStore(disks.store)
            forgetful.withLock { $0 = store }
            return store
        })
        for number in 0..<300 { try await region.keep("n\(number)") }
        forgetful.withLock { $0?.loseNext() }
        await #expect(throws: StoreError.unknownResult) { try await region.journal.sequencer.sequence() }
        // What the loop does next.
        try await region.journal.sequencer.reload()
        try await region.sequence()
        #expect(region.journal.sequencer.size == 301)
        #expect(region.journal.sequencer.waiting == 0)
        let tiles = region.region.tiles
        let bundle = try #require(try await tiles.read(TileAddress(level: 0, index: 0).entriesPath))
        let leaves = try #require(LedgerTree.entries(ofBundle: bundle))
        #expect(Set(leaves).count == TileAddress.fullWidth)
    }

    @Test func `an entry that is found in the store before its change brings it is numbered once`() async throws {
        let early = Mutex<EarlyStore?>(nil)
        let region = try await ProbedRegion(store: { disks in
            let store = EarlyStore(disks.store)
            early.withLock { $0 = store }
            return store
        })
        try await region.sequence()
        let sequencer = region.journal.sequencer
        // Between a commit and the news of it the ledger looks into the store, as it does after a failure, and goes on.
        early.withLock { early in
            early?.meanwhile {
                try? await sequencer.reload()
                while (try? await sequencer.sequence()) == true {}
            }
        }
        try await region.keep("a")
        try await region.sequence()
        #expect(sequencer.size == 2 && sequencer.waiting == 0)
        // A start counts.
        #expect(try await region.region.open(region.world).sequencer.size == 2)
    }

    @Test func `a ledger whose head was tampered with, or whose key is another, is not taken up`() async throws {
        let region = try await ProbedRegion()
        try await region.keep("a")
        try await region.sequence()
        let stored = try #require(region.region.store.peek(LedgerKey.head))
        var head = try JSONCoding.decode(LedgerHead.self, from: stored)
        head.peaks = [String(repeating: "0", count: 64)]
        let commit = Commit(readVersion: 0, writes: [LedgerKey.head: try JSONCoding.encode(head)])
        _ = try await region.region.store.commit(commit)
        await #expect(throws: LedgerDamage.self) { try await region.region.open(region.world) }
        let restored = Commit(readVersion: 0, writes: [LedgerKey.head: stored])
        _ = try await region.region.store.commit(restored)
        let other = LedgerSigner(
            origin: "test/ledger",
            signing: try SigningKey(seed: Secret([UInt8](repeating: 4, count: 32)))
        )
        let sequencer = Sequencer(
            store: region.region.store,
            tiles: region.region.tiles,
            signer: other,
            world: region.world
        )
        await #expect(throws: NoteError.self) { try await sequencer.reload() }
    }

    @Test func `a start takes the ledger up where it was published or further on, and refuses one that was taken back`()
        async throws
    {
        let region = try await ProbedRegion()
        let (store, tiles) = (region.region.store, region.region.tiles)
        for number in 1..<300 { try await region.keep("n\(number)") }
        try await region.sequence()
        let early = try #require(store.peek(LedgerKey.head))
        let published = try #require(try await tiles.checkpoint())
        for number in 300..<310 { try await region.keep("n\(number)") }
        try await region.sequence()
        let late = try #require(store.peek(LedgerKey.head))
        let latest = try #require(try await tiles.checkpoint())
        func start(_ head: [UInt8]?, _ checkpoint: [UInt8], isFounded: Bool = true) async throws {
            _ = try await store.commit(Commit(readVersion: 0, writes: [LedgerKey.head: head]))
            try await tiles.publish(checkpoint: checkpoint)
            let next = Sequencer(store: store, tiles: tiles, signer: region.region.signer, world: region.world)
            try await next.takeUp(isFounded: isFounded)
        }
        try await start(late, latest)
        // A crash between the commit of a head and its publication.
        try await start(late, published)
        // Behind by ten entries, whose rows are still there: the head alone tells.
        for back in [early, nil] {
            await #expect { try await start(back, latest) } throws: { ($0 as? LedgerDamage) != nil }
        }
        await #expect { try await start(late, Array("garbled".utf8)) } throws: {
            ($0 as? LedgerDamage)?.file == "checkpoint"
        }
        await #expect { try await start(nil, published) } throws: {
            ($0 as? LedgerDamage)?.why.contains("the store knows 0: the store was taken back") == true
        }
    }

    @Test func `a start refuses a ledger whose published root is another one, and tiles that changed`() async throws {
        let region = try await ProbedRegion()
        for number in 1..<300 { try await region.keep("n\(number)") }
        try await region.sequence()
        let tiles = region.region.tiles
        let published = try #require(try await tiles.checkpoint())
        func start() async throws {
            let next = Sequencer(
                store: region.region.store,
                tiles: tiles,
                signer: region.region.signer,
                world: region.world
            )
            try await next.takeUp(isFounded: true)
        }
        // The same key signs another ledger's first 300 entries.
        let other = try await ProbedRegion()
        for number in 1..<300 { try await other.keep("other \(number)") }
        try await other.sequence()
        try await tiles.publish(checkpoint: try #require(try await other.region.tiles.checkpoint()))
        await #expect { try await start() } throws: {
            ($0 as? LedgerDamage)?.why.contains("another root for its 300 entries") == true
        }
        try await tiles.publish(checkpoint: published)
        try await start()
        let path = TileAddress(level: 0, index: 0).path
        var bytes = try #require(try await tiles.read(path))
        bytes[7] ^= 1
        try await tiles.write([Tile(path: path, bytes: bytes)], replacing: true)
        await #expect { try await start() } throws: { ($0 as? LedgerDamage)?.file == "tile" }
    }

    private func proves(
        _ receipt: Receipt,
        _ region: ProbedRegion,
        leaf: [UInt8]? = nil,
        index: UInt64? = nil
    ) throws -> Bool {
        let key = region.region.signer.key
        let checkpoint = try Checkpoint.verified(Array(receipt.note.utf8), origin: key.name, by: [key])
        return MerkleProof.includes(
            MerkleHash.leaf(leaf ?? receipt.leaf),
            index: index ?? receipt.index,
            size: checkpoint.size,
            root: checkpoint.root,
            proof: receipt.proof
        )
    }
}

/// Loses the answer of one commit that stands.
private final class ForgetfulStore: StoreEngine {
    private let engine: any StoreEngine
    private let loses = Mutex(false)
    init(_ engine: any StoreEngine) { self.engine = engine }
    func loseNext() { loses.withLock { $0 = true } }
    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await engine.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        let version = try await engine.commit(commit)
        let isLost = loses.withLock { loses in
            defer { loses = false }
            return loses
        }
        if isLost { throw .unknownResult }
        return version
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}

/// A store in which something happens between a commit and its answer.
private final class EarlyStore: StoreEngine {
    private let engine: any StoreEngine
    private let work = Mutex<(@Sendable () async -> Void)?>(nil)
    init(_ engine: any StoreEngine) { self.engine = engine }
    /// Once, after the next commit.
    func meanwhile(_ body: @escaping @Sendable () async -> Void) { work.withLock { $0 = body } }
    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await engine.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        let version = try await engine.commit(commit)
        await work.withLock { $0.take() }?()
        return version
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}
