// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import FoundationEssentials
import HTTPTypes
import Kernel
import Simulation
import Storage
import Store
import Synchronization

/// What clients do with the blobs of one kind of world, and how they understand its answers.
protocol Trade: Sendable {
    associatedtype Model: HistoryModel
    /// Makes what the clients find; nothing fails meanwhile.
    static func prepare(_ visit: Visit<Self>) async throws
    /// One call of a client, drawn from the seed.
    static func call(_ visit: Visit<Self>) async
    /// Looks at the object, which is in the history like every other call.
    static func look(_ visit: Visit<Self>) async
    /// The call that stands for days that pass between two lives; nil where time does not matter.
    static func night(_ days: Int) -> (call: Model.Call, told: Model.Answer)?
    /// Takes everything away at the end, after which no bytes may be left; false where that is not to be had.
    static func clear(_ visit: Visit<Self>) async -> Bool
}
extension Trade {
    static func night(_ days: Int) -> (call: Model.Call, told: Model.Answer)? { nil }
    static func clear(_ visit: Visit<Self>) async -> Bool { false }
}

/// A mistake that the worlds have to notice.
enum ArchiveFlaw: String, CaseIterable, Sendable {
    case `two may change a blob at once`
    case `an answer comes before the commit`
    /// Of the clients: what they condition on is not sent.
    case `conditions are not looked at`
    /// Of the clients: what is one write is sent as two.
    case `a write is done in two parts`
}

/// One world of `ArchiveWorldTests`: lives of a region whose blobs many clients change at once, through two providers
/// that know nothing of each other's memory; what they were told is held against a model.
final class Archive<Kind: Trade>: Sendable {
    private static var clients: Int { 4 }
    private static var callsEach: Int { 5 }
    private static var lives: Int { 2 }

    let simulation: Simulation
    fileprivate let flaw: ArchiveFlaw?
    fileprivate let history = History<Kind.Model>()
    fileprivate let memory = Mutex(Memory())
    private let died = Mutex(0)
    var deaths: Int { died.withLock { $0 } }
    /// Calls that were answered.
    var answered: Int { history.entries.count { $0.told != nil } }

    /// What clients remember of what they were told.
    struct Memory: Sendable {
        var writes = 0
        /// The write each ETag stands for.
        var etags: [String: Int] = [:]
        /// Other words of answers, by what they were told of: ids of versions and of containers.
        var words: [String: String] = [:]
        var day = 0
        var broken: String?
    }

    init(seed: UInt64, flaw: ArchiveFlaw? = nil) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
    }

    func run() throws {
        let rows = try Accounts.founded.get()
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: rows)
            let first = Clerk.dispatcher(try await region.open(simulation.world))
            try await Kind.prepare(Visit(self, Process(simulation), first, client: 0))
            for _ in 1...Self.lives {
                let process = Process(simulation)
                await process.live(mortalWithin: .seconds(2)) { [self] in await serve(region, process) }
                if process.isDead { died.withLock { $0 += 1 } }
                process.kill()
                region.bytes.crash()
                history.died()
                try await pass(Int(simulation.upTo(Self.nightMax)), region)
            }
            let last = Clerk.dispatcher(try await region.open(simulation.world))
            let visit = Visit(self, Process(simulation), last, client: 0)
            await Kind.look(visit)
            if await Kind.clear(visit) {
                simulation.advance(by: .seconds(100 * 24 * 3600))
                try await Nightwatch(region, simulation).keepInPeace()
                guard region.bytes.usedBytes == 0 else {
                    throw Broken(description: "\(region.bytes.usedBytes) bytes are left that nothing names")
                }
            }
            if let broken = memory.withLock({ $0.broken }) { throw Broken(description: broken) }
            guard history.isLinearizable else {
                throw Broken(description: "nobody could be told this, one after the other:\n\(history.text)")
            }
        }
    }

    private static var nightMax: UInt64 { 4 }

    /// Days go by; what comes due by them is done by a process that may die of it, then by one that does not.
    private func pass(_ days: Int, _ region: TestRegion) async throws {
        guard let night = Kind.night(days) else { return }
        simulation.advance(by: .seconds(days * 24 * 3600))
        memory.withLock { $0.day += days }
        let number = history.asked(night.call)
        let watch = Nightwatch(region, simulation)
        await watch.keep()
        try await watch.keepInPeace()
        history.answered(number, night.told)
    }
    private func serve(_ region: TestRegion, _ process: Process) async {
        var store: any StoreEngine = FaultyStore(region.store, simulation, process)
        if flaw == .`two may change a blob at once` { store = BlindStore(engine: store) }
        if flaw == .`an answer comes before the commit` { store = HastyStore(engine: store) }
        let bytes = FaultyBytes(region.bytes, simulation, process)
        guard let journal = try? await region.open(simulation.world, store: store, bytes: bytes) else { return }
        let desks = [Clerk.dispatcher(journal), Clerk.dispatcher(journal)]
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<Self.clients {
                group.addTask {
                    let visit = Visit(self, process, desks[client % 2], client: client)
                    for _ in 0..<Self.callsEach where !process.isDead {
                        if self.simulation.chance(25) { await Kind.look(visit) } else { await Kind.call(visit) }
                    }
                }
            }
        }
    }
}

/// One client of one life.
struct Visit<Kind: Trade>: Sendable {
    private let archive: Archive<Kind>
    private let process: Process
    private let desk: Dispatcher
    let client: Int

    init(_ archive: Archive<Kind>, _ process: Process, _ desk: Dispatcher, client: Int) {
        (self.archive, self.process, self.desk, self.client) = (archive, process, desk, client)
    }

    var flaw: ArchiveFlaw? { archive.flaw }
    var day: Int { archive.memory.withLock { $0.day } }
    func word(of what: String) -> String? { archive.memory.withLock { $0.words[what] } }
    func note(_ word: String?, of what: String) { archive.memory.withLock { $0.words[what] = word } }
    func upTo(_ bound: Int) -> Int { Int(archive.simulation.upTo(UInt64(bound))) }
    func nextWrite() -> Int {
        archive.memory.withLock { memory in
            memory.writes += 1
            return memory.writes
        }
    }
    /// Says that something was seen which must never be.
    func complain(_ what: String) { archive.memory.withLock { $0.broken = $0.broken ?? what } }
    /// Notes which write an ETag stands for, now and always.
    func note(_ etag: String?, _ write: Int) {
        guard let etag else { return complain("write \(write) has no ETag") }
        archive.memory.withLock { memory in
            if let other = memory.etags.updateValue(write, forKey: etag), other != write {
                memory.broken = memory.broken ?? "ETag \(etag) stands for writes \(other) and \(write)"
            }
        }
    }
    /// An ETag that stood for a write once, and the write.
    func anyETag() -> (etag: String, write: Int)? {
        let etags = archive.memory.withLock { $0.etags.sorted { $0.value < $1.value } }
        guard !etags.isEmpty else { return nil }
        // Mostly a recent one, which may still be there.
        let one = etags[etags.count - 1 - min(upTo(3), etags.count - 1)]
        return (one.key, one.value)
    }

    /// Sends a request that is no call of the history.
    func send(
        _ method: HTTPRequest.Method,
        _ query: String = "",
        headers: [String: String] = [:],
        body: [UInt8] = [],
        path: String = "/docs/x",
        host: String? = nil
    ) async -> Answer {
        var headers = headers
        if flaw == .`conditions are not looked at` {
            headers["If-Match"] = nil
            headers["If-None-Match"] = nil
        }
        return await Clerk.send(
            method,
            host ?? Accounts.host(Accounts.archive),
            path,
            query,
            body,
            desk,
            archive.simulation,
            headers: headers
        )
    }
    /// Makes a call of the history: `told` says what its answer means; nil for one that says nothing.
    func ask(
        _ call: Kind.Model.Call,
        _ send: () async -> Answer,
        told: (Answer, [UInt8]) -> Kind.Model.Answer?
    ) async {
        let number = archive.history.asked(call)
        let answer = await send()
        let body: [UInt8]?
        switch answer.reply.content {
        case .bytes(let bytes): body = bytes
        case .stream(let stream): body = await Self.collect(stream)
        case .none, .length: body = []
        }
        // Of what was asked of a process that died nobody knows what became.
        guard !process.isDead, answer.error?.detail != "unknown result" else { return }
        guard answer.reply.status < 500, let body else { return archive.history.withdrawn(number) }
        if let told = told(answer, body) { archive.history.answered(number, told) }
    }
    private static func collect(_ stream: Reply.Stream) async -> [UInt8]? {
        var body: [UInt8] = []
        do { while let piece = try await stream.next() { body += piece } } catch { return nil }
        return body
    }
}

extension Answer {
    /// A header of the answer.
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { reply.headers[$0] } }
}
