// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import BytesMemory
import FoundationEssentials
import HTTPTypes
import Kernel
import Simulation
import Store
import Synchronization

/// A founded region with nothing on its shelf, made once.
private let founded = Result {
    let simulation = Simulation(seed: 0)
    let region = try TestRegion()
    try simulation.run {
        let journal = try await region.open(simulation.world)
        try await journal.found(TestRegion.tenant, [])
    }
    return region.rows
}

/// One world of `ContentWorldTests`.
final class Library: Sendable {
    struct Tally: Sendable {
        var acknowledged = 0
        var deaths = 0
        var reads = 0
        var reclaimed = 0
    }
    /// What was asked for one name, in order; nil stands for a deletion.
    private struct History: Sendable {
        var attempts: [Int64?] = []
        /// The last attempt that was acknowledged; -1 for the empty shelf.
        var acknowledged = -1
        /// Whether an item of this length and fill, or none, may be there now.
        func allows(_ found: (length: Int64, fill: UInt8)?, since acknowledged: Int) -> Bool {
            if found == nil, acknowledged == -1 { return true }
            return attempts.indices.contains { number in
                guard number >= acknowledged else { return false }
                guard let found else { return attempts[number] == nil }
                return attempts[number] == found.length && UInt8(truncatingIfNeeded: number) == found.fill
            }
        }
    }
    private static let (names, changesEach, readsEach, lives) = (2, 3, 6, 2)
    private static let lengths: [Int64] = [100, 33_000, 70_000]
    private static let plan = HostPlan(domain: "lazuli.localhost", port: nil)

    let simulation: Simulation
    private let flaw: ContentFlaw?
    private let state = Mutex((histories: [Int: History](), tally: Tally(), broken: String?.none))
    /// What a hasty engine called durable and a crash loses.
    fileprivate let floating = Mutex<[Extent]>([])
    var tally: Tally { state.withLock { $0.tally } }

    init(seed: UInt64, flaw: ContentFlaw?) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
    }

    func run() throws {
        let rows = try founded.get()
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: rows)
            for life in 1...Self.lives {
                let process = Process(simulation)
                await process.live(mortalWithin: .milliseconds(1500)) { [self] in
                    await serve(region, process)
                }
                if process.isDead { state.withLock { $0.tally.deaths += 1 } }
                // Even a life that ended in peace is ended like a crash: what it left behind has to be found.
                process.kill()
                region.bytes.crash()
                for extent in floating.withLock({ $0 }) { try await region.bytes.release(extent) }
                try await check(region, life)
            }
            try await checkRoom(region)
        }
    }

    private func serve(_ region: TestRegion, _ process: Process) async {
        let store = FaultyStore(region.store, simulation, process)
        let faulty = FaultyBytes(region.bytes, simulation, process)
        let isHasty = flaw == .`bytes are not durable when the commit is`
        let bytes: any BytesEngine = isHasty ? HastyBytes(engine: faulty, library: self) : faulty
        guard let journal = try? await region.open(simulation.world, store: store, bytes: bytes) else { return }
        // A reclaimer on another journal knows nothing of this one's readers.
        let isBlind = flaw == .`garbage is reclaimed under its readers`
        let other = isBlind ? try? await region.open(simulation.world, store: store, bytes: bytes) : journal
        let dispatcher = Self.dispatcher(journal)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.reclaim(Reclaimer(other ?? journal), region)
                return false
            }
            for name in 0..<Self.names {
                group.addTask {
                    await self.write(name, dispatcher, process)
                    return true
                }
                group.addTask {
                    await self.read(dispatcher, process)
                    return true
                }
            }
            var working = 2 * Self.names
            for await isClient in group where isClient {
                working -= 1
                if working == 0 { group.cancelAll() }
            }
        }
    }
    private static func dispatcher(_ journal: Journal) -> Dispatcher {
        var catalogue = Catalogue()
        catalogue.add(Shelf())
        return Dispatcher(
            hostPlan: plan,
            journal: journal,
            catalogue: catalogue,
            authorizer: Authorizer(),
            doorkeepers: [:],
            sagas: SagaWorker(journal, []),
            limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
        )
    }
    private func reclaim(_ reclaimer: Reclaimer, _ region: TestRegion) async {
        var settled = flaw == .`what a crash left behind is not settled`
        while !Task.isCancelled {
            do {
                if !settled {
                    try await reclaimer.settle()
                    settled = true
                }
                let before = region.bytes.usedBytes
                _ = try await reclaimer.reclaim()
                if region.bytes.usedBytes < before { state.withLock { $0.tally.reclaimed += 1 } }
            } catch {}
            try? await simulation.sleep(for: .microseconds(Int64(simulation.upTo(60_000))))
        }
    }

    // MARK: Clients

    private func send(
        _ method: HTTPRequest.Method,
        _ name: Int,
        _ body: [UInt8],
        _ dispatcher: Dispatcher
    ) async -> Answer {
        await dispatcher.respond(
            to: Request(
                method: method,
                host: Self.plan.primary.management,
                path: "/items/\(name)",
                body: .bytes(body),
                id: simulation.world.entropy.uuid(),
                received: simulation.world.clock.now
            )
        )
    }
    private func write(_ name: Int, _ dispatcher: Dispatcher, _ process: Process) async {
        for _ in 0..<Self.changesEach where !process.isDead {
            let isDeletion = simulation.chance(25)
            let length = Self.lengths[Int(simulation.upTo(UInt64(Self.lengths.count)))]
            let number = state.withLock { state in
                state.histories[name, default: History()].attempts.append(isDeletion ? nil : length)
                return (state.histories[name]?.attempts.count ?? 0) - 1
            }
            let fill = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: isDeletion ? 0 : Int(length))
            let answer = await send(isDeletion ? .delete : .put, name, fill, dispatcher)
            guard answer.error == nil, !process.isDead else { continue }
            state.withLock { state in
                state.histories[name]?.acknowledged = number
                state.tally.acknowledged += 1
            }
        }
    }
    private func read(_ dispatcher: Dispatcher, _ process: Process) async {
        for _ in 0..<Self.readsEach where !process.isDead {
            let name = Int(simulation.upTo(UInt64(Self.names)))
            let since = state.withLock { $0.histories[name]?.acknowledged ?? -1 }
            let answer = await send(.get, name, [], dispatcher)
            do throws(ServiceError) {
                if let error = answer.error, error.status != 404 { throw error }
                let found = try await Self.drain(answer)
                if !process.isDead { note(name, found, since) }
            } catch {
                // A region that is busy or dead says 503; a content that is gone or does not open says 500.
                if error.status != 503, !process.isDead { fail("item \(name) cannot be read: \(error.detail)") }
            }
        }
    }
    /// What an answer brought: short contents come whole, long ones as a stream.
    private static func drain(_ answer: Answer) async throws(ServiceError) -> (length: Int64, fill: UInt8)? {
        guard answer.error == nil else { return nil }
        switch answer.reply.content {
        case .stream(let stream): return try await drain(stream)
        case .bytes(let bytes):
            let whole = Body.bytes(bytes)
            return try await drain(
                Reply.Stream(length: Int64(bytes.count)) { () async throws(ServiceError) in try await whole.next() }
            )
        case .none, .length: return nil
        }
    }
    private static func drain(_ stream: Reply.Stream) async throws(ServiceError) -> (length: Int64, fill: UInt8)? {
        var length: Int64 = 0
        var fill: UInt8?
        while let piece = try await stream.next() {
            length += Int64(piece.count)
            guard fill ?? piece.first == piece.first, piece.first == piece.last else { return (length, .max) }
            fill = piece.first
        }
        return (length, fill ?? .max)
    }
    private func note(_ name: Int, _ found: (length: Int64, fill: UInt8)?, _ since: Int) {
        let isAllowed = state.withLock { state in
            state.tally.reads += 1
            return (state.histories[name] ?? History()).allows(found, since: since)
        }
        if !isAllowed { fail("a reader of item \(name) was given \(found.map { "\($0)" } ?? "nothing")") }
    }
    private func fail(_ why: String) { state.withLock { $0.broken = $0.broken ?? why } }

    // MARK: On the disk

    /// Every item reads back as the last acknowledged attempt, or a later one.
    private func check(_ region: TestRegion, _ life: Int) async throws {
        let promise = Promise(life: life)
        if let broken = state.withLock({ $0.broken }) { throw Broken(description: "in life \(life): \(broken)") }
        let journal = try await region.open(simulation.world)
        let dispatcher = Self.dispatcher(journal)
        for (name, history) in state.withLock({ $0.histories }).sorted(by: { $0.key < $1.key }) {
            let answer = await send(.get, name, [], dispatcher)
            try promise.hold(
                answer.error.map { $0.status == 404 } ?? true,
                "item \(name): \(answer.error?.detail ?? "")"
            )
            let found: (length: Int64, fill: UInt8)?
            do throws(ServiceError) { found = try await Self.drain(answer) } catch {
                throw Broken(description: "after life \(life): item \(name) does not read back: \(error.detail)")
            }
            let isAllowed = history.allows(found, since: history.acknowledged)
            try promise.hold(isAllowed, "item \(name) is \(found.map { "\($0)" } ?? "gone"): \(history)")
        }
    }
    /// A last life settles and reclaims: what is taken then is just what the items refer to.
    private func checkRoom(_ region: TestRegion) async throws {
        let journal = try await region.open(simulation.world)
        let reclaimer = Reclaimer(journal)
        if flaw != .`what a crash left behind is not settled` { try await reclaimer.settle() }
        while try await reclaimer.reclaim() {}
        let scope = try await journal.reader(Shelf.namespace, KeyRing.regionTenant)
        let items = try await scope.list(ShelfItem.self, under: Key("item"), limit: 100)
        let referred = items.flatMap { $0.value.content.extents }.map(\.length).reduce(0, +)
        let promise = Promise(life: Self.lives + 1)
        let used = region.bytes.usedBytes
        try promise.hold(used == referred, "\(used) bytes are taken, \(referred) are referred to")
        try await check(region, Self.lives + 1)
    }
}

/// Says that an extent is durable when it is not: every second one reaches the disk with the one before it, and a crash
/// in between loses it.
private struct HastyBytes: BytesEngine {
    let engine: FaultyBytes
    let library: Library

    private struct HastyWriter: ExtentWriter {
        let writer: any ExtentWriter
        let library: Library
        func write(_ bytes: [UInt8]) async throws(BytesError) { try await writer.write(bytes) }
        func finish() async throws(BytesError) -> Extent {
            let extent = try await writer.finish()
            library.floating.withLock { $0 = $0.isEmpty ? [extent] : [] }
            return extent
        }
        func abandon() async { await writer.abandon() }
    }
    func reserve(_ length: Int64) async throws(BytesError) -> any ExtentWriter {
        HastyWriter(writer: try await engine.reserve(length), library: library)
    }
    func open(_ extent: Extent) async throws(BytesError) -> any ExtentReader { try await engine.open(extent) }
    func release(_ extent: Extent) async throws(BytesError) { try await engine.release(extent) }
    func verify(_ extent: Extent) async throws(BytesError) { try await engine.verify(extent) }
    func unsettledSegments() async -> [Int64] { await engine.unsettledSegments() }
    func settle(_ segment: Int64, keeping kept: [Extent]) async throws(BytesError) {
        try await engine.settle(segment, keeping: kept)
    }
    func close() async {}
    var health: String { get async { await engine.health } }
}
