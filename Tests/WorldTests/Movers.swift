// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import Cryptography
import HTTPTypes
import Kernel
import Ledger
import Simulation
import Storage
import Store
import Synchronization

/// One world of `MovingWorldTests`: directories are filled, renamed, listed and removed at once, in lives that end at any
/// moment.
final class Movers: Sendable {
    struct Tally: Sendable {
        var filled = 0
        var moved = 0
        var removed = 0
        var listed = 0
        /// Listings under a hold that began behind another under the same.
        var held = 0
        var deaths = 0
    }
    /// What is known of a file, whose name and bytes are its number.
    private struct Item: Sendable {
        var isAcknowledged = false
        /// Removals that may have taken it along.
        var removals: Set<Int> = []
    }
    private struct State {
        var tally = Tally()
        var items: [Int: Item] = [:]
        /// Removals that were begun in this life and not answered yet.
        var open: Set<Int> = []
        var removals = 0
        var moves = 0
        /// The hold that is surely in force, and what a listing under it showed.
        var hold: Int?
        var kept: [Int: String]?
        /// Holds that were set, times that one was to end, and those not answered yet.
        var (holds, ends, openEnds) = (0, 0, 0)
        var broken: String?
    }
    private static let (clients, callsEach, lives) = (3, 6, 2)
    /// Renames between these cross each other, and would put directories below themselves.
    private static let places = ["a", "b", "a/b", "b/a", "c/a"]

    let simulation: Simulation
    private let flaw: MovingFlaw?
    /// Whether somebody sets and clears a hold: little is moved then.
    private let isHeld: Bool
    private let state = Mutex(State())
    var tally: Tally { state.withLock { $0.tally } }

    init(seed: UInt64, isHeld: Bool = false, flaw: MovingFlaw? = nil) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
        self.isHeld = isHeld
    }

    func run() throws {
        let rows = try Accounts.hierarchy.get()
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: rows)
            for _ in 1...Self.lives {
                state.withLock { state in
                    state.open = []
                    (state.hold, state.kept, state.openEnds) = (nil, nil, 0)
                }
                if await live(region) { state.withLock { $0.tally.deaths += 1 } }
            }
            try await check(region, beganWith: rows)
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
            if flaw == .`two may change a directory at once` { store = BlindStore(engine: store) }
            if flaw == .`an answer comes before the commit` { store = HastyStore(engine: store) }
            return store
        } work: {
            await $0.sagas.run { _ in }
        } call: {
            await self.call($0.desk, $0.process)
        }
    }

    // MARK: Clients

    private static let host = "\(Accounts.lake).dfs.\(Clerk.plan.primary.storage)"
    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ desk: Dispatcher,
        query: String = "",
        headers: [String: String] = [:],
        body: [UInt8] = []
    ) async -> Answer {
        await Clerk.send(
            method,
            Self.host,
            path.isEmpty ? "/docs" : "/docs/\(path)",
            query,
            body,
            desk,
            simulation,
            headers: headers
        )
    }
    /// A directory that is there, as a look shows it; any place, where there is none or the look fails.
    ///
    /// A life has time for a few calls only, and most places are empty most of the time: who goes for any of them finds
    /// nothing to move or to remove.
    private func busyPlace(_ desk: Dispatcher) async -> String {
        let busy = (await list(desk) ?? []).filter { Self.files([$0]).isEmpty }
        return busy.isEmpty ? anyPlace() : busy[Int(simulation.upTo(UInt64(busy.count)))]
    }
    /// A place where nothing was before, so that what is there can go to it.
    private func freePlace() -> String {
        state.withLock { state in
            state.moves += 1
            return "m\(state.moves)"
        }
    }
    private func anyPlace() -> String { Self.places[Int(simulation.upTo(UInt64(Self.places.count)))] }

    private func call(_ desk: Dispatcher, _ process: Process) async {
        switch simulation.upTo(isHeld ? 16 : 12) {
        case 0...4: await fill(desk, process)
        case 5...8: await move(desk, process)
        case 9: await remove(desk, process)
        case 10 where !isHeld: await remove(desk, process)
        case 12: await hold(desk, process)
        case 13: await release(desk, process)
        default: await look(desk, process)
        }
    }
    private func fill(_ desk: Dispatcher, _ process: Process) async {
        let number = state.withLock { state in
            let number = state.items.count + 1
            state.items[number] = Item(removals: state.open)
            return number
        }
        let path = "\(anyPlace())/f\(number)"
        let bytes = Filling.bytes(number)
        let steps: [(HTTPRequest.Method, String, [UInt8])] = [
            (.put, "resource=file", []), (.patch, "action=append&position=0", bytes),
            (.patch, "action=flush&position=\(bytes.count)", []),
        ]
        for (method, query, body) in steps {
            let answer = await send(method, path, desk, query: query, body: body)
            guard answer.error == nil, !process.isDead else { return }
        }
        state.withLock { state in
            state.items[number]?.isAcknowledged = true
            state.tally.filled += 1
        }
    }
    private func move(_ desk: Dispatcher, _ process: Process) async {
        let source = await busyPlace(desk)
        guard !process.isDead else { return }
        let target = simulation.upTo(2) == 0 ? anyPlace() : freePlace()
        let headers = ["x-ms-rename-source": "/docs/\(source)"]
        let answer = await send(.put, target, desk, query: "mode=posix", headers: headers)
        if answer.error == nil, !process.isDead { state.withLock { $0.tally.moved += 1 } }
    }
    private func remove(_ desk: Dispatcher, _ process: Process) async {
        let place = await busyPlace(desk)
        guard !process.isDead else { return }
        let removal = state.withLock { state in
            state.removals += 1
            state.open.insert(state.removals)
            for number in state.items.keys { state.items[number]?.removals.insert(state.removals) }
            return state.removals
        }
        let answer = await send(.delete, place, desk, query: "recursive=true")
        guard !process.isDead else { return }
        state.withLock { state in
            state.open.remove(removal)
            if answer.error == nil { state.tally.removed += 1 }
            guard let error = answer.error, error.status < 500 else { return }
            // It was refused: nobody lost anything to it.
            for number in state.items.keys { state.items[number]?.removals.remove(removal) }
        }
    }
    /// A listing is of one version: whatever is moved meanwhile, no file is at two places in it.
    ///
    /// Under a hold every file stays where it is.
    private func look(_ desk: Dispatcher, _ process: Process) async {
        let (hold, kept) = state.withLock { ($0.hold, $0.kept) }
        guard let paths = await list(desk), !process.isDead else { return }
        state.withLock { state in
            state.tally.listed += 1
            do { try Self.hold(paths, state) } catch { state.broken = state.broken ?? "\(error)" }
            guard let hold, state.hold == hold else { return }
            let found = Dictionary(
                Self.files(paths).map { ($0.number, $0.path) },
                uniquingKeysWith: { first, _ in first }
            )
            if let kept {
                state.tally.held += 1
                for (number, path) in kept where found[number] != path {
                    state.broken = state.broken ?? "\(path) is kept, and is at \(found[number] ?? "no place")"
                }
            }
            state.kept = found
        }
    }
    private func manageHold(_ verb: String, _ desk: Dispatcher) async -> Answer {
        await Clerk.send(
            .post,
            Clerk.plan.primary.management,
            Accounts.path(Accounts.lake) + "/blobServices/default/containers/docs/\(verb)LegalHold",
            "api-version=2025-08-01",
            Array(#"{"tags":["case1"]}"#.utf8),
            desk,
            simulation
        )
    }
    private func hold(_ desk: Dispatcher, _ process: Process) async {
        let (ends, isClear) = state.withLock { ($0.ends, $0.openEnds == 0) }
        let answer = await manageHold("set", desk)
        guard answer.error == nil, !process.isDead else { return }
        state.withLock { state in
            guard isClear, state.ends == ends, state.hold == nil else { return }
            state.holds += 1
            state.hold = state.holds
        }
    }
    private func release(_ desk: Dispatcher, _ process: Process) async {
        state.withLock { state in
            state.ends += 1
            state.openEnds += 1
            (state.hold, state.kept) = (nil, nil)
        }
        _ = await manageHold("clear", desk)
        if !process.isDead { state.withLock { $0.openEnds -= 1 } }
    }
    private func list(_ desk: Dispatcher) async -> [String]? {
        let answer = await send(.get, "", desk, query: "resource=filesystem&recursive=true")
        guard answer.error == nil, case .bytes(let bytes) = answer.reply.content,
            let page = try? JSON(parsing: bytes)
        else { return nil }
        return (page["paths"]?.array ?? []).compactMap { $0["name"]?.string }
    }
    private static func files(_ paths: [String]) -> [(number: Int, path: String)] {
        paths.compactMap { path in
            let leaf = path.split(separator: "/").last ?? ""
            return leaf.hasPrefix("f") ? Int(leaf.dropFirst()).map { ($0, path) } : nil
        }
    }
    private static func hold(_ paths: [String], _ state: State) throws {
        var seen: Set<Int> = []
        for (number, path) in files(paths) {
            guard seen.insert(number).inserted else {
                throw Broken(description: "file \(number) is at two places: \(paths)")
            }
            guard state.items[number] != nil else { throw Broken(description: "\(path) was never made") }
        }
        guard Set(paths).count == paths.count else { throw Broken(description: "a path is there twice: \(paths)") }
    }

    // MARK: On the disk

    /// A last life carries all work on: every acknowledged file is at one place, with its bytes; and when all is removed,
    /// nothing is left.
    private func check(_ region: TestRegion, beganWith rows: [Pair]) async throws {
        let promise = Promise(life: Self.lives)
        if let broken = state.withLock({ $0.broken }) { throw Broken(description: broken) }
        let journal = try await region.open(simulation.world)
        try await Reclaimer(journal).settle()
        let sagas = SagaWorker(journal, StorageProvider.sagas)
        let desk = Clerk.dispatcher(journal, sagas: sagas)
        try await Self.finish(sagas)
        guard let paths = await list(desk) else { throw Broken(description: "the file system cannot be listed") }
        let known = state.withLock { $0 }
        try Self.hold(paths, known)
        let found = Self.files(paths)
        for (number, path) in found {
            let answer = await send(.get, path, desk)
            let bytes = try await Self.bytes(of: answer)
            let isWhole = answer.error == nil && Filling.write(bytes) == number
            let isBegun = answer.error == nil && bytes.isEmpty && known.items[number]?.isAcknowledged == false
            try promise.hold(isWhole || isBegun, "\(path) holds \(bytes.count) bytes that are not its own")
        }
        let there = Set(found.map(\.number))
        for (number, item) in known.items where item.isAcknowledged && item.removals.isEmpty {
            try promise.hold(there.contains(number), "file \(number) is lost; there are \(paths)")
        }
        try await checkLedger(region, beganWith: rows, promise)
        for verb in ["set", "clear"] {
            let answer = await manageHold(verb, desk)
            try promise.hold(answer.error == nil, "a hold cannot be \(verb)")
        }
        for path in paths where !path.contains("/") {
            let answer = await send(.delete, path, desk, query: "recursive=true")
            try promise.hold(answer.error == nil, "\(path) cannot be removed")
        }
        try await Self.finish(sagas)
        while try await Reclaimer(journal).reclaim() {}
        try promise.hold(region.bytes.usedBytes == 0, "\(region.bytes.usedBytes) bytes are left that nothing names")
        let (left, before) = (Self.held(region.rows), Self.held(rows))
        // The mark of holds stays: it is what the account's removal depends on.
        try promise.hold(left == before + 1, "\(left) records are left of the account, it began with \(before)")
    }
    /// Carries all work on, and all that it begins.
    private static func finish(_ sagas: SagaWorker) async throws {
        for _ in 0..<roundsMax {
            guard try await sagas.countOpen(atMost: 1) > 0 else { return }
            _ = try await sagas.round { _ in }
        }
        throw Broken(description: "work is not finished after \(roundsMax) rounds")
    }
    private static let roundsMax = 100
    private static func bytes(of answer: Answer) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        switch answer.reply.content {
        case .bytes(let all): bytes = all
        case .stream(let stream): while let piece = try await stream.next() { bytes += piece }
        case .none, .length: break
        }
        return bytes
    }
    /// How many records the account has.
    private static func held(_ rows: [Pair]) -> Int {
        rows.count { $0.key.bytes.firstRange(of: Array("own/account".utf8)) != nil }
    }
    /// Whatever changed is what an entry says.
    private func checkLedger(_ region: TestRegion, beganWith rows: [Pair], _ promise: Promise) async throws {
        let blinding = try await region.blinding()
        var digests: [[UInt8]: Set<[UInt8]>] = [:]
        for entry in try await DurableLedger(region, after: nil).entries.values {
            for write in entry.writes { digests[write.key, default: []].insert(write.value) }
        }
        let began = Dictionary(rows.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        for row in region.rows where !LedgerKey.range.contains(row.key) && began[row.key] != row.value {
            let told = digests[blinding.tag(key: row.key)] ?? []
            try promise.hold(told.contains(SHA256Digest.of(row.value)), "\(row.key) changed without an entry")
        }
    }
}
