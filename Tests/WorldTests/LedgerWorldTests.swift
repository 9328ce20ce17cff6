// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Kernel
import Ledger
import Merkle
import Simulation
import Store
import Synchronization
import Testing

/// Lives of a region that end at any moment: concurrent changes, the sequencer beside them, and the disk looked at after every crash.
@Suite struct LedgerWorldTests {
    @Test func `every change has its entry and every entry its change, whenever the region dies`() throws {
        var (worlds, acknowledged, deaths, tiles) = (0, 0, 0, 0)
        try forEachSeed(1...1000) { seed in
            let notary = try Notary(seed: seed, flaw: nil)
            try notary.run()
            worlds += 1
            acknowledged += notary.acknowledged.count
            deaths += notary.deaths
            if notary.isNearlyFull { tiles += 1 }
        }
        guard worlds > 1 else { return }
        #expect(acknowledged > worlds)
        #expect(deaths > worlds / 2)
        #expect(tiles > worlds / 30)
    }

    @Test(arguments: LedgerFlaw.allCases)
    func `these worlds find a ledger with a planted flaw`(flaw: LedgerFlaw) throws {
        // Every twenty-fifth seed begins just short of a full tile.
        let seeds = stride(from: UInt64(25), through: 500, by: 25)
        #expect(try anyWorldBreaks(seeds) { try Notary(seed: $0, flaw: flaw).run() })
    }
}

/// A mistake that the worlds have to notice.
enum LedgerFlaw: String, CaseIterable, Sendable {
    case `the entry is written in a second commit`
    case `tiles are not durable when the head is`
}

private final class Notary: Sendable {
    private static let (clients, requestsEach, lives) = (3, 2, 2)
    private static let counter = Key("count")

    let simulation: Simulation
    let isNearlyFull: Bool
    private let flaw: LedgerFlaw?
    private let beginning: LedgerBeginning
    private let record = Mutex((acknowledged: [String: EntryID?](), deaths: 0))
    var acknowledged: [String: EntryID?] { record.withLock { $0.acknowledged } }
    var deaths: Int { record.withLock { $0.deaths } }

    init(seed: UInt64, flaw: LedgerFlaw?) throws {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
        isNearlyFull = seed.isMultiple(of: 25)
        beginning = try (isNearlyFull ? LedgerBeginning.nearlyFull : LedgerBeginning.small).get()
    }

    func run() throws {
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: beginning.rows)
            for life in 1...Self.lives {
                let process = Process(simulation)
                let engines = ways(to: region, process)
                await process.live(mortalWithin: isNearlyFull ? .milliseconds(150) : .milliseconds(900)) { [self] in
                    guard
                        let journal = try? await region.open(
                            simulation.world,
                            store: engines.store,
                            tiles: engines.tiles
                        )
                    else { return }
                    await serve(journal, process)
                }
                if process.isDead { record.withLock { $0.deaths += 1 } }
                try await check(region, life)
            }
            let journal = try await region.open(simulation.world)
            while try await journal.sequencer.sequence() {}
            try await check(region, Self.lives + 1)
            try await checkReceipt(journal, region)
        }
    }

    private func ways(to region: TestRegion, _ process: Process) -> (store: any StoreEngine, tiles: any TileEngine) {
        var faults = Faults(drawnFrom: simulation)
        if isNearlyFull {
            // Reading a whole bundle takes hundreds of steps: it must end before the life does.
            (faults.latencyMax, faults.unavailablePercent, faults.deathPerMille) = (.microseconds(200), 0, 0)
        }
        let store = FaultyStore(region.store, simulation, process, faults: faults)
        let tiles = FaultyTiles(region.tiles, simulation, process, faults: faults)
        return switch flaw {
        case .`the entry is written in a second commit`: (SplitStore(engine: store), tiles)
        case .`tiles are not durable when the head is`: (store, ForgetfulTiles(tiles))
        case nil: (store, tiles)
        }
    }
    private func serve(_ journal: Journal, _ process: Process) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await journal.sequencer.run { _ in }
                return false
            }
            for client in 0..<Self.clients {
                group.addTask {
                    await self.work(client, journal, process)
                    return true
                }
            }
            var working = Self.clients
            for await isClient in group where isClient {
                working -= 1
                guard working == 0 else { continue }
                // What is committed shall find its number in this life, unless the life ends first.
                for _ in 0..<20 where !process.isDead && journal.sequencer.waiting > 0 {
                    try? await simulation.sleep(for: .milliseconds(50))
                }
                group.cancelAll()
            }
        }
    }

    /// Asks for what has not been acknowledged; the change itself looks whether it stands already.
    private func work(_ client: Int, _ journal: Journal, _ process: Process) async {
        for number in 0..<Self.requestsEach {
            let request = "\(client)-\(number)"
            if acknowledged[request] != nil { continue }
            do throws(ServiceError) {
                let (_, entry) = try await journal.change(
                    LedgerBeginning.note,
                    LedgerBeginning.namespace,
                    TestRegion.tenant
                ) { scope async throws(ServiceError) in try await self.change(request, scope) }
                if !process.isDead { record.withLock { $0.acknowledged[request] = .some(entry) } }
            } catch {
                if process.isDead { return }
            }
        }
    }
    private func change(_ request: String, _ scope: WriteScope) async throws(ServiceError) {
        guard try await scope.get(Mark.self, at: Key("done", request)) == nil else { return }
        let count = try await scope.get(Mark.self, at: Self.counter)?.value ?? 0
        try await scope.put(Mark(value: count + 1), at: Self.counter)
        try await scope.put(Mark(value: count), at: Key("done", request))
    }

    // MARK: On the disk

    private func check(_ region: TestRegion, _ life: Int) async throws {
        let promise = Promise(life: life)
        let ledger = try await DurableLedger(region, after: beginning)
        try checkTree(ledger, region, promise)
        var digests: [[UInt8]: [[UInt8]]] = [:]
        for entry in ledger.entries.values {
            for write in entry.writes { digests[write.key, default: []].append(write.value) }
        }
        // Every changed row is one that an entry explains.
        var explained: Set<[UInt8]> = []
        var done = 0
        for row in region.rows where !LedgerKey.range.contains(row.key) && beginning.values[row.key] != row.value {
            let tag = beginning.blinding.tag(key: row.key)
            let written = digests[tag] ?? []
            try promise.hold(written.contains(SHA256Digest.of(row.value)), "\(row.key) changed without an entry")
            explained.insert(tag)
            if written.count == 1 { done += 1 }
        }
        // Every entry's writes are there, and the row that all of them change was changed by each.
        try promise.hold(Set(digests.keys) == explained, "an entry tells of a change that is not there")
        let most = digests.values.map(\.count).max() ?? 0
        let requests = ledger.entries.count
        try promise.hold(most == requests, "\(requests) entries, but the counter was changed \(most) times")
        try promise.hold(digests.isEmpty || digests.count == requests + 1, "\(done) rows for \(requests) entries")
        let lost = acknowledged.filter { id in id.value.map { ledger.entries[$0] == nil } ?? false }
        try promise.hold(lost.isEmpty, "acknowledged and not in the ledger: \(lost.keys.sorted())")
        // However a life ended, the next one goes on from what was published.
        let next = Sequencer(store: region.store, tiles: region.tiles, signer: region.signer, world: simulation.world)
        do { try await next.takeUp(isFounded: false) } catch {
            throw Broken(description: "the next start refuses the ledger: \(error)")
        }
    }
    private func checkTree(_ ledger: DurableLedger, _ region: TestRegion, _ promise: Promise) throws {
        var frontier = beginning.frontier
        for leaf in ledger.sequenced { frontier.append(MerkleHash.leaf(leaf)) }
        guard let head = ledger.head else { throw Broken(description: "the ledger's head is lost") }
        let key = region.signer.key
        let checkpoint = try Checkpoint.verified(Array(head.note.utf8), origin: key.name, by: [key])
        try promise.hold(checkpoint.size == frontier.size, "the checkpoint is of another size than the tree")
        try promise.hold(checkpoint.root == frontier.root, "the checkpoint's root is not the entries'")
    }
    /// With everything sequenced, an acknowledged change has a receipt that proves it.
    private func checkReceipt(_ journal: Journal, _ region: TestRegion) async throws {
        guard let id = acknowledged.sorted(by: { $0.key < $1.key }).lazy.compactMap(\.value).first else { return }
        guard let receipt = try await journal.sequencer.receipt(id) else {
            throw Broken(description: "an acknowledged change has no receipt")
        }
        let key = region.signer.key
        let checkpoint = try Checkpoint.verified(Array(receipt.note.utf8), origin: key.name, by: [key])
        let proves = MerkleProof.includes(
            MerkleHash.leaf(receipt.leaf),
            index: receipt.index,
            size: checkpoint.size,
            root: checkpoint.root,
            proof: receipt.proof
        )
        guard proves else { throw Broken(description: "a receipt does not prove its entry") }
    }
}

/// Commits what a change wrote first and the ledger's rows second.
private struct SplitStore: StoreEngine {
    let engine: FaultyStore
    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await engine.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        var first = commit
        first.writes = commit.writes.filter { !LedgerKey.range.contains($0.key) }
        guard !first.writes.isEmpty else { return try await engine.commit(commit) }
        _ = try await engine.commit(first)
        let rest = commit.writes.filter { LedgerKey.range.contains($0.key) }
        return try await engine.commit(Commit(readVersion: commit.readVersion, writes: rest))
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}

/// Says that tiles are written before they are: they reach the disk with the next checkpoint but one.
private final class ForgetfulTiles: TileEngine {
    private let engine: FaultyTiles
    private let held = Mutex<[Tile]>([])
    private let late = Mutex<[Tile]>([])
    init(_ engine: FaultyTiles) { self.engine = engine }
    func write(_ tiles: [Tile], replacing: Bool) async throws(TileError) { held.withLock { $0 += tiles } }
    func read(_ path: String) async throws(TileError) -> [UInt8]? { try await engine.read(path) }
    func publish(checkpoint: [UInt8]) async throws(TileError) {
        let tiles = late.withLock { late in
            defer { late = held.withLock { $0 } }
            return late
        }
        try await engine.write(tiles, replacing: true)
        try await engine.publish(checkpoint: checkpoint)
    }
    func checkpoint() async throws(TileError) -> [UInt8]? { try await engine.checkpoint() }
    var health: String { get async { await engine.health } }
}
