// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import HTTPTypes
import Kernel
import Simulation
import Storage
import Store
import Synchronization

/// One world of `FeedWorldTests`: blobs are changed by many while their changes are published, across deaths.
final class Gazette: Sendable {
    struct Tally: Sendable {
        var told = 0
        var deaths = 0
    }
    /// One call of a client, and what became of it.
    private struct Change: Sendable {
        let blob: String
        let kind: String
        let asked: Int
        var answered: Int?
        /// Nil while nobody knows.
        var isDone: Bool?
    }
    private struct State {
        var tally = Tally()
        var moment = 0
        var changes: [Change] = []
    }
    private static let blobs = ["b01", "b02"]
    private static let (clients, callsEach, lives) = (3, 5, 2)

    let simulation: Simulation
    private let flaw: FeedFlaw?
    private let state = Mutex(State())
    var tally: Tally { state.withLock { $0.tally } }

    init(seed: UInt64, flaw: FeedFlaw? = nil) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
    }

    func run() throws {
        let rows = try Accounts.founded.get()
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: rows)
            let versions = simulation.chance(50) ? #","isVersioningEnabled":true"# : ""
            let first = Clerk.dispatcher(try await region.open(simulation.world))
            try await FeedScan.begin(versions, first, simulation)
            for _ in 1...Self.lives {
                if await live(region) { state.withLock { $0.tally.deaths += 1 } }
                // Segments are of an hour, and closed minutes after it.
                simulation.advance(by: .seconds(Int64(simulation.upTo(3)) * 3000))
            }
            try await Nightwatch(region, simulation).keepInPeace()
            let desk = Clerk.dispatcher(try await region.open(simulation.world))
            let events = try await FeedScan.events { path, query in await self.send(.get, path, query, desk) }
            try await check(events, desk)
        }
    }

    /// One life; true when it ended by death.
    private func live(_ region: TestRegion) async -> Bool {
        let frame = Life.Frame(
            simulation: simulation,
            mortalWithin: .seconds(3),
            clients: Self.clients,
            callsEach: Self.callsEach
        )
        return await Life.live(on: region, frame) { [flaw] disk in
            var store = disk
            if flaw == .`an answer comes before the commit` { store = HastyStore(engine: store) }
            if flaw == .`what is published stays in its table` { store = HoardingStore(engine: store) }
            return store
        } work: {
            await self.publish($0.journal, $0.sagas)
        } call: {
            await self.call($0.desk, $0.process)
        }
    }
    private func publish(_ journal: Journal, _ sagas: SagaWorker) async {
        let provider = StorageProvider(hostPlan: Clerk.plan, tokens: Clerk(), access: Authorizer())
        while !Task.isCancelled {
            for work in provider.promptWorks { await Reconciler(journal).pass(work) { _ in } }
            while (try? await sagas.round { _ in }) == true, !Task.isCancelled {}
            try? await simulation.sleep(for: .milliseconds(Int64(simulation.upTo(300))))
        }
    }

    // MARK: Clients

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String,
        _ desk: Dispatcher,
        headers: [String: String] = [:],
        body: [UInt8] = []
    ) async -> Answer {
        await Clerk.send(method, Accounts.host(Accounts.archive), path, query, body, desk, simulation, headers: headers)
    }
    private func call(_ desk: Dispatcher, _ process: Process) async {
        let blob = Self.blobs[Int(simulation.upTo(UInt64(Self.blobs.count)))]
        let draw = simulation.upTo(10)
        let kind =
            switch draw {
            case 0...4: "BlobCreated"
            case 5, 6: "BlobDeleted"
            case 7, 8: "BlobPropertiesUpdated"
            default: "BlobSnapshotCreated"
            }
        let number = state.withLock { state in
            state.moment += 1
            state.changes.append(Change(blob: "docs/" + blob, kind: kind, asked: state.moment))
            return state.changes.count - 1
        }
        var headers = ["x-ms-client-request-id": FeedScan.name(of: number)]
        let answer: Answer
        let path = "/docs/" + blob
        switch draw {
        case 0...4:
            headers["x-ms-blob-type"] = "BlockBlob"
            answer = await send(.put, path, "", desk, headers: headers, body: Filling.bytes(number))
        case 5, 6:
            headers["x-ms-delete-snapshots"] = "include"
            answer = await send(.delete, path, "", desk, headers: headers)
        case 7, 8:
            headers["x-ms-meta-n"] = "\(number)"
            answer = await send(.put, path, "comp=metadata", desk, headers: headers)
        default: answer = await send(.put, path, "comp=snapshot", desk, headers: headers)
        }
        guard !process.isDead, answer.error?.detail != "unknown result" else { return }
        state.withLock { state in
            state.moment += 1
            state.changes[number].answered = state.moment
            state.changes[number].isDone = answer.error == nil
            if answer.error == nil { state.tally.told += 1 }
        }
    }

    // MARK: What was published

    private func check(_ events: [FeedScan.Event], _ desk: Dispatcher) async throws {
        let promise = Promise(life: Self.lives + 1)
        let changes = state.withLock { $0.changes }
        // A blob's snapshots go with it, and each is told of; versioning makes a version of what a snapshot is taken of.
        let own = events.filter { event in
            event.call.map { changes.indices.contains($0) && changes[$0].kind == event.kind } ?? false
        }
        for event in events {
            guard let call = event.call, changes.indices.contains(call) else {
                try promise.hold(false, "\(event) is of nobody's call")
                continue
            }
            try promise.hold(changes[call].blob == event.blob, "\(event) is of another blob's call")
            try promise.hold(changes[call].isDone != false, "\(event) was refused, and is told of")
        }
        for (number, change) in changes.enumerated() {
            let count = own.count { $0.call == number }
            try promise.hold(change.isDone != true || count >= 1, "call \(number), \(change), is not told of")
            guard change.kind != "BlobDeleted" else { continue }
            try promise.hold(count <= 1, "call \(number), \(change), is told of \(count) times")
        }
        for name in Self.blobs {
            try await check(own.filter { $0.blob == "docs/" + name }, of: name, changes, desk)
        }
    }
    /// One blob's events are in an order in which they can have happened, and end with what is there.
    private func check(_ events: [FeedScan.Event], of name: String, _ changes: [Change], _ desk: Dispatcher)
        async throws
    {
        let promise = Promise(life: Self.lives + 1)
        var (exists, latest) = (false, 0)
        var last: Int?
        for event in events {
            guard let call = event.call else { continue }
            let change = changes[call]
            // Who was answered before another asked comes first.
            try promise.hold(change.answered.map { $0 > latest } ?? true, "\(name): \(event) comes too late")
            latest = max(latest, change.asked)
            if event.kind == "BlobCreated" {
                exists = true
            } else {
                // The snapshots of a blob that is deleted are told of with it.
                try promise.hold(
                    exists || (event.kind == "BlobDeleted" && last == call),
                    "\(name): \(event) of no blob"
                )
                if event.kind == "BlobDeleted" { exists = false }
            }
            last = call
        }
        let there = await send(.head, "/docs/" + name, "", desk)
        try promise.hold((there.error == nil) == exists, "\(name): \(there.reply.status) is not what was told last")
    }
}

/// Never removes what waits to be published.
struct HoardingStore: StoreEngine {
    let engine: any StoreEngine
    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await engine.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        let table = Array("feed-event".utf8)
        var kept = commit
        kept.writes = commit.writes.filter { $0.value != nil || $0.key.bytes.firstRange(of: table) == nil }
        return try await engine.commit(kept)
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}
