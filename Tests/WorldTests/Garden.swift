// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import HTTPTypes
import Kernel
import Simulation
import Storage
import Store
import Synchronization

/// An account with more blobs than one step of a lifecycle run changes, made once: what its policy means is all a day old.
///
/// `a` is to be deleted, `b` to become cool, `c` is not meant; `l` is meant and leased, `held/a` is under a legal hold.
private let planted = Result { () throws -> [Pair] in
    let rows = try Accounts.founded.get()
    let simulation = Simulation(seed: 0)
    return try simulation.run {
        let region = try await TestRegion(beginningWith: rows)
        let desk = Clerk.dispatcher(try await region.open(simulation.world))
        let garden = Planting(desk: desk, simulation: simulation)
        try await garden.plant()
        return region.rows
    }
}

private struct Planting: Sendable {
    let desk: Dispatcher
    let simulation: Simulation

    func plant() async throws {
        try await FeedScan.begin(#","isVersioningEnabled":false"#, desk, simulation)
        try await blob(.put, "/held", "restype=container")
        for (letter, count) in Garden.counts {
            for number in 0..<count { try await put("/docs/" + Garden.name(letter, number)) }
        }
        for number in 0..<Garden.heldCount { try await put("/held/" + Garden.name("a", number)) }
        for number in 0..<Garden.leased {
            let lease = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
            try await blob(.put, "/docs/" + Garden.name("l", number), "comp=lease", lease)
        }
        for number in 0..<Garden.snapshots {
            try await blob(.put, "/docs/" + Garden.name("s", number), "comp=snapshot")
        }
        let account = Accounts.path(Accounts.archive)
        try await manage(.post, account + "/blobServices/default/containers/held/setLegalHold", #"{"tags":["abc"]}"#)
        func rule(_ name: String, _ actions: String, _ prefixes: String) -> String {
            let filters = #"{"blobTypes":["blockBlob"],"prefixMatch":[\#(prefixes)]}"#
            return
                #"{"enabled":true,"name":"\#(name)","type":"Lifecycle","definition":{"actions":\#(actions),"filters":\#(filters)}}"#
        }
        let delete = #"{"baseBlob":{"delete":{"daysAfterModificationGreaterThan":1}}}"#
        let cool =
            #"{"baseBlob":{"tierToCool":{"daysAfterModificationGreaterThan":1}},"#
            + #""snapshot":{"tierToCool":{"daysAfterCreationGreaterThan":1}}}"#
        let rules = [
            rule("delete", delete, #""docs/a","docs/l","held/""#), rule("cool", cool, #""docs/b","docs/s""#),
        ]
        let policy = #"{"properties":{"policy":{"rules":[\#(rules.joined(separator: ","))]}}}"#
        try await manage(.put, account + "/managementPolicies/default", policy)
    }
    private func put(_ path: String) async throws {
        try await blob(.put, path, "", ["x-ms-blob-type": "BlockBlob"], Filling.bytes(1))
    }
    private func blob(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String,
        _ headers: [String: String] = [:],
        _ body: [UInt8] = []
    ) async throws {
        let host = Accounts.host(Accounts.archive)
        let answer = await Clerk.send(method, host, path, query, body, desk, simulation, headers: headers)
        if let error = answer.error { throw Unprepared(description: "\(path)?\(query): \(error)") }
    }
    private func manage(_ method: HTTPRequest.Method, _ path: String, _ body: String) async throws {
        let host = Clerk.plan.primary.management
        let query = "api-version=2025-08-01"
        let answer = await Clerk.send(method, host, path, query, Array(body.utf8), desk, simulation)
        if let error = answer.error { throw Unprepared(description: "\(path): \(error)") }
    }
}

/// One world of `LifecycleWorldTests`: a lifecycle policy runs over an account, and dies at any step, while clients write.
final class Garden: Sendable {
    struct Tally: Sendable {
        var deleted = 0
        var rewritten = 0
        var deaths = 0
    }
    static let counts = [("a", 42), ("b", 4), ("c", 2), ("l", 2), ("s", 2)]
    static let (heldCount, leased, snapshots) = (2, 2, 2)
    private static let (clients, callsEach, lives) = (2, 3, 2)
    static func name(_ letter: String, _ number: Int) -> String { letter + String(String(100 + number).suffix(2)) }

    let simulation: Simulation
    private let flaw: LifecycleFlaw?
    /// The last write of each blob a client wrote, and whether it stands for certain.
    private let state = Mutex((tally: Tally(), writes: 100, rewritten: [String: (write: Int, isSure: Bool)]()))
    var tally: Tally { state.withLock { $0.tally } }

    init(seed: UInt64, flaw: LifecycleFlaw? = nil) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
    }

    func run() throws {
        let rows = try planted.get()
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: rows)
            simulation.advance(by: .seconds(25 * 3600))
            for _ in 1...Self.lives {
                if await live(region) { state.withLock { $0.tally.deaths += 1 } }
            }
            try await Nightwatch(region, simulation).keepInPeace()
            let desk = Clerk.dispatcher(try await region.open(simulation.world))
            try await check(desk)
        }
    }
    /// One life; true when it ended by death.
    private func live(_ region: TestRegion) async -> Bool {
        let frame = Life.Frame(
            simulation: simulation,
            mortalWithin: .seconds(6),
            clients: Self.clients,
            callsEach: Self.callsEach
        )
        return await Life.live(on: region, frame) { [flaw] disk in
            var store = disk
            if flaw == .`two may change a blob at once` { store = BlindStore(engine: store) }
            if flaw == .`an answer comes before the commit` { store = HastyStore(engine: store) }
            return store
        } work: { life in
            let provider = StorageProvider(hostPlan: Clerk.plan, tokens: Clerk(), access: Authorizer())
            for work in provider.dueWorks { await Reconciler(life.journal).pass(work) { _ in } }
            await life.sagas.run { _ in }
        } call: {
            await self.rewrite($0.desk, $0.process)
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
    /// Writes a blob the policy is about to delete: what is young stays.
    private func rewrite(_ desk: Dispatcher, _ process: Process) async {
        try? await simulation.sleep(for: .milliseconds(Int64(simulation.upTo(400))))
        guard !process.isDead else { return }
        let name = Self.name("a", Int(simulation.upTo(42)))
        // One writer of a blob at a time, so that it is known which write is the last.
        let write: Int? = state.withLock { state in
            if let known = state.rewritten[name], !known.isSure { return nil }
            state.writes += 1
            state.rewritten[name] = (state.writes, false)
            return state.writes
        }
        guard let write else { return }
        let headers = ["x-ms-blob-type": "BlockBlob", "x-ms-client-request-id": FeedScan.name(of: write)]
        let answer = await send(.put, "/docs/" + name, "", desk, headers: headers, body: Filling.bytes(write))
        guard answer.error == nil, !process.isDead else { return }
        state.withLock { state in
            state.rewritten[name] = (write, true)
            state.tally.rewritten += 1
        }
    }

    // MARK: What became of it

    private func check(_ desk: Dispatcher) async throws {
        let promise = Promise(life: Self.lives + 1)
        let rewritten = state.withLock { $0.rewritten }
        let events = try await FeedScan.events { path, query in await self.send(.get, path, query, desk) }
        let deletions = Dictionary(grouping: events.filter { $0.kind == "BlobDeleted" }, by: \.blob)
        let tierings = Dictionary(grouping: events.filter { $0.kind == "BlobTierChanged" }, by: \.blob)
        let docs = try await tiers("/docs", desk)
        for (letter, count) in Self.counts {
            for number in 0..<count {
                let name = Self.name(letter, number)
                let (isThere, tier) = (docs[name] != nil, docs[name] ?? "")
                let gone = deletions["docs/" + name]?.count ?? 0
                let tiered = tierings["docs/" + name]?.count ?? 0
                switch letter {
                case "a":
                    guard let write = rewritten[name] else {
                        try promise.hold(!isThere && gone == 1, "\(name) is to be deleted once: \(isThere), \(gone)")
                        state.withLock { $0.tally.deleted += 1 }
                        continue
                    }
                    try promise.hold(gone <= 1, "\(name) was deleted \(gone) times")
                    guard write.isSure else { continue }
                    try promise.hold(isThere, "\(name) was written anew and is gone")
                    let body = await send(.get, "/docs/" + name, "", desk)
                    guard case .bytes(let bytes) = body.reply.content else { continue }
                    try promise.hold(Filling.write(bytes) == write.write, "\(name) holds another write")
                case "b", "s":
                    try promise.hold(
                        isThere && tier == "Cool" && gone == 0,
                        "\(name) is to be cool: \(isThere) \(tier)"
                    )
                    // Of those with a snapshot both are told of.
                    try promise.hold(tiered == (letter == "b" ? 1 : 2), "\(name) became cool \(tiered) times")
                default:
                    try promise.hold(isThere && tier != "Cool" && gone == 0, "\(name) is not meant, or kept")
                }
            }
        }
        let held = try await tiers("/held", desk)
        try promise.hold(held.count == Self.heldCount, "what is held is gone: \(held.keys.sorted())")
    }
    /// The tier of every blob that a container holds.
    private func tiers(_ container: String, _ desk: Dispatcher) async throws -> [String: String] {
        let answer = await send(.get, container, "restype=container&comp=list", desk)
        guard case .bytes(let bytes) = answer.reply.content, answer.error == nil else {
            throw Broken(description: "\(container) cannot be listed: \(answer.reply.status)")
        }
        var tiers: [String: String] = [:]
        for entry in String(decoding: bytes, as: UTF8.self).split(separator: "<Blob>").dropFirst() {
            func leaf(_ name: String) -> String {
                entry.firstRange(of: "<\(name)>").map { String(entry[$0.upperBound...].prefix { $0 != "<" }) } ?? ""
            }
            tiers[leaf("Name")] = leaf("AccessTier")
        }
        return tiers
    }
}
