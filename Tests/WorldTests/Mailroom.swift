// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Simulation
import Storage
import Store
import Synchronization

/// A founded region with an account and the empty queue `jobs`, made once.
private let founded = Result {
    let simulation = Simulation(seed: 0)
    let region = try TestRegion()
    try simulation.run {
        let journal = try await region.open(simulation.world)
        try await journal.found(TestRegion.tenant, [Clerk.founding])
        let desk = Clerk.dispatcher(journal)
        let account: JSON = ["location": "francecentral", "kind": "StorageV2", "sku": ["name": "Standard_LRS"]]
        let path = "\(Clerk.group)/providers/Microsoft.Storage/storageAccounts/mailroom"
        let made = await Clerk.send(
            .put,
            Clerk.plan.primary.management,
            path,
            "api-version=1",
            account.bytes,
            desk,
            simulation
        )
        let queue = await Clerk.send(.put, Clerk.host, "/jobs", "", [], desk, simulation)
        guard made.error == nil, queue.error == nil else {
            throw Broken(
                description: "no queue: \(made.error.map { "\($0)" } ?? ""), \(queue.error.map { "\($0)" } ?? "")"
            )
        }
    }
    return region.rows
}

/// One world of `QueueWorldTests`.
final class Mailroom: Sendable {
    struct Tally: Sendable {
        var put = 0
        var got = 0
        var deleted = 0
        var deaths = 0
    }
    /// What the clients know of a message, by its text.
    private struct Letter: Sendable {
        var isPut = false
        /// Somebody asked for its deletion; it may be gone.
        var mayBeGone = false
        var isGone = false
        /// Nobody may be handed it before.
        var hiddenUntil = SimClock.epoch
    }
    private static let (producers, consumers, putsEach, getsEach, lives) = (2, 4, 5, 6, 2)

    let simulation: Simulation
    private let flaw: QueueFlaw?
    private let state = Mutex((letters: [String: Letter](), tally: Tally(), broken: String?.none))
    var tally: Tally { state.withLock { $0.tally } }

    init(seed: UInt64, flaw: QueueFlaw?) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
    }

    func run() throws {
        let rows = try founded.get()
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: rows)
            for life in 1...Self.lives {
                let process = Process(simulation)
                await process.live(mortalWithin: .seconds(4)) { [self] in await serve(life, region, process) }
                if process.isDead { state.withLock { $0.tally.deaths += 1 } }
                process.kill()
                if let broken = state.withLock({ $0.broken }) {
                    throw Broken(description: "in life \(life): \(broken)")
                }
            }
            try await check(region)
        }
    }

    private func serve(_ life: Int, _ region: TestRegion, _ process: Process) async {
        var store: any StoreEngine = FaultyStore(region.store, simulation, process)
        if flaw == .`two may change a message at once` { store = BlindStore(engine: store) }
        if flaw == .`an answer comes before the commit` { store = HastyStore(engine: store) }
        guard let journal = try? await region.open(simulation.world, store: store) else { return }
        let desks = [Clerk.dispatcher(journal), Clerk.dispatcher(journal)]
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<Self.producers {
                group.addTask { await self.produce("\(life)-\(number)", desks[number % 2], process) }
            }
            for number in 0..<Self.consumers {
                group.addTask { await self.consume(desks[number % 2], process) }
            }
        }
    }

    // MARK: Clients

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String,
        _ desk: Dispatcher,
        body: String = ""
    ) async -> Answer {
        await Clerk.send(method, Clerk.host, path, query, Array(body.utf8), desk, simulation)
    }
    private func produce(_ name: String, _ desk: Dispatcher, _ process: Process) async {
        for number in 0..<Self.putsEach where !process.isDead {
            let text = "\(name)-\(number)"
            state.withLock { $0.letters[text] = Letter() }
            let body = "<QueueMessage><MessageText>\(text)</MessageText></QueueMessage>"
            let answer = await send(.post, "/jobs/messages", "messagettl=-1", desk, body: body)
            guard answer.error == nil, !process.isDead else { continue }
            state.withLock { state in
                state.letters[text]?.isPut = true
                state.tally.put += 1
            }
        }
    }
    private func consume(_ desk: Dispatcher, _ process: Process) async {
        for _ in 0..<Self.getsEach where !process.isDead {
            let begun = simulation.world.clock.now
            let hidden = 1 + Int64(simulation.upTo(2))
            let answer = await send(.get, "/jobs/messages", "numofmessages=2&visibilitytimeout=\(hidden)", desk)
            guard answer.error == nil, !process.isDead else { continue }
            for message in Clerk.messages(answer) {
                note(message.text, begun: begun, until: begun + .seconds(hidden))
                await use(message, begun + .seconds(hidden), desk, process)
            }
            try? await simulation.sleep(for: .milliseconds(Int64(simulation.upTo(700))))
        }
    }
    /// Deletes the message, hides it longer, or forgets it.
    private func use(_ message: Clerk.Message, _ until: Timestamp, _ desk: Dispatcher, _ process: Process) async {
        let path = "/jobs/messages/\(message.id)"
        let query = "popreceipt=\(message.receipt)"
        switch simulation.upTo(3) {
        case 0:
            state.withLock { $0.letters[message.text]?.mayBeGone = true }
            let answer = await send(.delete, path, query, desk)
            guard !process.isDead, answer.error == nil else { return }
            state.withLock { state in
                state.letters[message.text]?.isGone = true
                state.tally.deleted += 1
            }
        case 1:
            let begun = simulation.world.clock.now
            let answer = await send(.put, path, query + "&visibilitytimeout=3", desk)
            guard !process.isDead, answer.error == nil else { return }
            state.withLock { $0.letters[message.text]?.hiddenUntil = begun + .seconds(3) }
        default: return
        }
    }
    private func note(_ text: String, begun: Timestamp, until: Timestamp) {
        // What was asked for before the other's answer came may overlap with it: the order is the region's then.
        let now = simulation.world.clock.now
        state.withLock { state in
            state.tally.got += 1
            guard let letter = state.letters[text] else {
                state.broken = state.broken ?? "message \(text) was never put"
                return
            }
            if now < letter.hiddenUntil {
                state.broken = state.broken ?? "message \(text) was handed out twice in its time"
            }
            state.letters[text]?.isPut = true
            state.letters[text]?.hiddenUntil = until
        }
    }

    // MARK: On the disk

    /// A last life is handed every message that is left, once each.
    private func check(_ region: TestRegion) async throws {
        let promise = Promise(life: Self.lives)
        try? await simulation.sleep(for: .seconds(10))
        let desk = Clerk.dispatcher(try await region.open(simulation.world))
        var left: [String: Int] = [:]
        while true {
            let answer = await send(.get, "/jobs/messages", "numofmessages=32&visibilitytimeout=600", desk)
            try promise.hold(answer.error == nil, "the queue cannot be read: \(answer.error?.detail ?? "")")
            let messages = Clerk.messages(answer)
            guard !messages.isEmpty else { break }
            for message in messages { left[message.text, default: 0] += 1 }
        }
        for (text, letter) in state.withLock({ $0.letters }).sorted(by: { $0.key < $1.key }) {
            let count = left.removeValue(forKey: text) ?? 0
            try promise.hold(count <= 1, "message \(text) is there \(count) times")
            try promise.hold(!letter.isGone || count == 0, "message \(text) is there after its deletion")
            try promise.hold(!letter.isPut || letter.mayBeGone || count == 1, "message \(text) is lost")
        }
        try promise.hold(left.isEmpty, "\(left.keys.sorted()) were never put")
    }
}
