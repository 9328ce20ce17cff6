// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import HTTPTypes
import Kernel
import Simulation
import Storage
import Store
import Synchronization

/// One world of `CopyWorldTests`: copies from another account are begun, aborted and cut short by deaths, while their
/// sources are rewritten.
final class Courier: Sendable {
    struct Tally: Sendable {
        var begun = 0
        var aborted = 0
        var arrived = 0
        var failed = 0
        var deaths = 0
    }
    /// What clients know of a copy, by its id.
    private struct Parcel: Sendable {
        var target: Int
        var mayBeAborted = false
    }
    private static let (targets, clients, callsEach, lives) = (2, 3, 5, 2)

    let simulation: Simulation
    private let flaw: CopyFlaw?
    private struct State {
        var tally = Tally()
        var writes = 0
        var parcels: [String: Parcel] = [:]
    }
    private let state = Mutex(State())
    var tally: Tally { state.withLock { $0.tally } }

    init(seed: UInt64, flaw: CopyFlaw? = nil) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
    }

    func run() throws {
        let rows = try Accounts.founded.get()
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: rows)
            let first = Clerk.dispatcher(try await region.open(simulation.world))
            await rewrite(first)
            for _ in 1...Self.lives {
                if await live(region) { state.withLock { $0.tally.deaths += 1 } }
            }
            try await check(region)
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
            return store
        } work: {
            await $0.sagas.run { _ in }
        } call: {
            await self.call($0.desk, $0.process)
        }
    }

    // MARK: Clients

    private func send(
        _ method: HTTPRequest.Method,
        _ account: String,
        _ name: String,
        _ desk: Dispatcher,
        query: String = "",
        headers: [String: String] = [:],
        body: [UInt8] = []
    ) async -> Answer {
        let host = Accounts.host(account)
        return await Clerk.send(method, host, "/docs/\(name)", query, body, desk, simulation, headers: headers)
    }
    private func rewrite(_ desk: Dispatcher) async {
        let write = state.withLock { state in
            state.writes += 1
            return state.writes
        }
        let headers = ["x-ms-blob-type": "BlockBlob"]
        _ = await send(.put, Accounts.branch, "source", desk, headers: headers, body: Filling.bytes(write))
    }
    private func call(_ desk: Dispatcher, _ process: Process) async {
        let target = Int(simulation.upTo(UInt64(Self.targets)))
        switch simulation.upTo(6) {
        case 0...2:
            let source = "https://\(Accounts.host(Accounts.branch))/docs/source"
            let answer = await send(.put, Accounts.archive, "t\(target)", desk, headers: ["x-ms-copy-source": source])
            guard answer.error == nil, !process.isDead, let id = answer.header("x-ms-copy-id") else { return }
            state.withLock { state in
                state.tally.begun += 1
                state.parcels[id] = Parcel(target: target)
            }
        case 3: await rewrite(desk)
        case 4: await abort(target, desk, process)
        default: try? await simulation.sleep(for: .milliseconds(Int64(simulation.upTo(400))))
        }
    }
    private func abort(_ target: Int, _ desk: Dispatcher, _ process: Process) async {
        let ids = state.withLock { $0.parcels.filter { $0.value.target == target }.keys.sorted() }
        guard !ids.isEmpty else { return }
        let id = ids[Int(simulation.upTo(UInt64(ids.count)))]
        state.withLock { $0.parcels[id]?.mayBeAborted = true }
        let headers = ["x-ms-copy-action": "abort"]
        let query = "comp=copy&copyid=\(id)"
        let answer = await send(.put, Accounts.archive, "t\(target)", desk, query: query, headers: headers)
        if answer.error == nil, !process.isDead { state.withLock { $0.tally.aborted += 1 } }
    }

    // MARK: On the disk

    /// A last life carries all work on: every copy has ended, and nothing of it is left when the blobs are gone.
    private func check(_ region: TestRegion) async throws {
        let promise = Promise(life: Self.lives + 1)
        let journal = try await region.open(simulation.world)
        try await Reclaimer(journal).settle()
        let sagas = SagaWorker(journal, StorageProvider.sagas)
        let desk = Clerk.dispatcher(journal, sagas: sagas)
        while try await sagas.round(report: { _ in }) {}
        for target in 0..<Self.targets {
            let answer = await send(.get, Accounts.archive, "t\(target)", desk)
            let isKnown = state.withLock { $0.parcels.values.contains { $0.target == target } }
            guard answer.error == nil else {
                try promise.hold(!isKnown && answer.reply.status == 404, "the target of a copy that was begun is gone")
                continue
            }
            try await hold(answer, promise)
        }
        for (account, name) in [(Accounts.branch, "source"), (Accounts.archive, "t0"), (Accounts.archive, "t1")] {
            let gone = await send(.delete, account, name, desk)
            try promise.hold([202, 404].contains(gone.reply.status), "\(name) cannot be deleted")
        }
        while try await sagas.round(report: { _ in }) {}
        while try await Reclaimer(journal).reclaim() {}
        try promise.hold(region.bytes.usedBytes == 0, "\(region.bytes.usedBytes) bytes are left that nothing names")
    }
    private func hold(_ answer: Answer, _ promise: Promise) async throws {
        var body: [UInt8] = []
        switch answer.reply.content {
        case .bytes(let bytes): body = bytes
        case .stream(let stream): while let piece = try await stream.next() { body += piece }
        case .none, .length: break
        }
        let parcel = state.withLock { $0.parcels[answer.header("x-ms-copy-id") ?? ""] }
        switch answer.header("x-ms-copy-status") {
        case "success":
            try promise.hold(Filling.write(body) != nil, "a copy brought \(body.count) bytes that nobody put")
            state.withLock { $0.tally.arrived += 1 }
        case "failed":
            try promise.hold(body.isEmpty, "a copy that failed left bytes")
            try promise.hold(state.withLock { $0.writes > 1 }, "a copy failed though its source stayed as it was")
            state.withLock { $0.tally.failed += 1 }
        case "aborted":
            try promise.hold(parcel?.mayBeAborted ?? true, "a copy was aborted that nobody aborted")
            try promise.hold(body.isEmpty, "a copy that was aborted left bytes")
        default: try promise.hold(false, "a copy is \(answer.header("x-ms-copy-status") ?? "none") for ever")
        }
    }
}
