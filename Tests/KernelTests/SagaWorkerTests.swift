// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import HTTPTypes
import Kernel
import Simulation
import Store
import Synchronization
import Testing

@Suite struct SagaWorkerTests {
    private func start<Work: Saga>(_ work: Work.Type, _ region: ProbedRegion) async throws -> String {
        try await region.journal.change(ProbedRegion.note, Probe.namespace, TestRegion.tenant) {
            scope async throws(ServiceError) in try await scope.start(work, ["n": 0], caller: .region("test"))
        }.result
    }
    private func status(_ id: String, _ region: ProbedRegion) async throws -> SagaRecord.Status? {
        try await region.journal.reader(Probe.namespace, TestRegion.tenant).saga(id)?.status
    }

    @Test func `sagas that are stuck keep no other from its turn`() async throws {
        let region = try await ProbedRegion()
        for _ in 0..<250 { _ = try await start(StuckSaga.self, region) }
        var quick: [String] = []
        for _ in 0..<20 { quick.append(try await start(QuickSaga.self, region)) }
        let worker = SagaWorker(region.journal, [StuckSaga(), QuickSaga()])
        let told = Mutex(0)
        var rounds = 0
        while try await worker.round(report: { _ in told.withLock { $0 += 1 } }) { rounds += 1 }
        for id in quick { #expect(try await status(id, region) == .succeeded) }
        // Two passes: in the second nothing moves any more.
        #expect(rounds <= 6)
        #expect(told.withLock { $0 } <= 3 * 250)
    }

    @Test func `damage ends what says so, in one commit with what others see, and nothing else`() async throws {
        let region = try await ProbedRegion()
        let (ends, waits) = (try await start(EndingSaga.self, region), try await start(WaitingSaga.self, region))
        let worker = SagaWorker(region.journal, [EndingSaga(), WaitingSaga()])
        for _ in 0..<3 { _ = try await worker.round(report: { _ in }) }
        #expect(try await status(ends, region) == .failed)
        #expect(try await status(waits, region) == .inProgress)
        #expect(try await region.notes() == ["500 InternalError"])
    }

    @Test func `an operation whose work is refused for now is answered as one that goes on`() async throws {
        let region = try await ProbedRegion()
        var catalogue = Catalogue()
        catalogue.add(Starter())
        let dispatcher = Dispatcher(
            hostPlan: ProbedRegion.plan,
            journal: region.journal,
            catalogue: catalogue,
            authorizer: Authorizer(),
            doorkeepers: [:],
            sagas: SagaWorker(region.journal, [StuckSaga(), BrokenSaga()]),
            limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
        )
        // The change stands: "nothing was changed" would be a lie.
        let answer = await dispatcher.respond(to: ProbedRegion.request(.put, "/stuck"))
        #expect(answer.reply.status == 202, "\(answer.error?.message ?? "")")
        #expect(answer.reply.headers[.retryAfter] == "1")
        #expect(answer.reply.headers[try #require(HTTPField.Name("Azure-AsyncOperation"))] != nil)

        // Nor are bytes given back that the change refers to, when its work fails.
        var request = ProbedRegion.request(.post, "/stuck")
        request.body = .bytes([UInt8](repeating: 3, count: 200_000))
        let failed = await dispatcher.respond(to: request)
        #expect(failed.error?.code == "Broken")
        #expect(region.region.bytes.extents.count == 1)
    }

    @Test func `work that the region took up first is waited for, and answered as done`() async throws {
        let region = try await ProbedRegion()
        let saga = SlowSaga()
        let worker = SagaWorker(region.journal, [saga])
        let id = try await start(SlowSaga.self, region)
        async let taken = worker.round(report: { _ in })
        await saga.entered.wait()
        // Whoever only looks after the work goes on to the next; whoever waits for it sees it done.
        #expect(try await worker.advance(id, tenant: TestRegion.tenant, steps: 50)?.status == .inProgress)
        async let settled = worker.settle(id, tenant: TestRegion.tenant, steps: 50)
        for _ in 0..<100 { await Task.yield() }
        saga.released.raise()
        #expect(try await settled?.status == .succeeded)
        _ = try await taken
    }

    @Test func `what ended is remembered for a week, and what goes on for as long as it takes`() async throws {
        let region = try await ProbedRegion()
        let (quick, ends) = (try await start(QuickSaga.self, region), try await start(EndingSaga.self, region))
        let stuck = try await start(StuckSaga.self, region)
        let worker = SagaWorker(region.journal, [QuickSaga(), EndingSaga(), StuckSaga()])
        while try await worker.round(report: { _ in }) {}
        func forget() async { await Reconciler(region.journal).pass(EndedSagas()) { Issue.record("\($0)") } }
        region.clock.pass(EndedSagas.kept - .seconds(60))
        await forget()
        #expect(try await status(quick, region) == .succeeded)
        #expect(try await status(ends, region) == .failed)
        region.clock.pass(.seconds(120))
        await forget()
        #expect(try await status(quick, region) == nil)
        #expect(try await status(ends, region) == nil)
        #expect(try await status(stuck, region) == .inProgress)
    }

    @Test func `what others keep changing is tried again later, and ends no saga`() async throws {
        let region = try await ProbedRegion(store: { ContendedStore(engine: $0.store, from: 2) })
        let answer = await region.send(.put, "/notes/x")
        #expect(answer.reply.status == 503 && answer.error?.code == "ServerBusy")
        #expect(answer.reply.headers[.retryAfter] == "1")
    }
}

/// Begins work that is refused for now.
private struct Starter: ResourceProvider {
    static let namespace = "Contoso.Starter"
    static let resourceTypes: [ResourceType<Starter>] = []
    private static let proof = Proof.none(because: "a test's own")
    static let operations: [Operation<Starter>] = [
        .writes("stuck.start", .management, .put("/stuck"), .anyone, proof: proof, start),
        .receives("stuck.fill", .management, .post("/stuck"), .anyone, proof: proof, take, then: fill),
    ]
    func start(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let id = try await scope.start(StuckSaga.self, [:], caller: call.caller)
        return Reply(202, pending: PendingWork(id: id, whenDone: 200))
    }
    func take(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        try await intake.take(into: .tenant, scope)
    }
    func fill(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        guard let received = scope.received else { throw .unavailable("nothing was received") }
        _ = try await scope.keep(received, in: .tenant)
        let id = try await scope.start(BrokenSaga.self, [:], caller: call.caller)
        return Reply(202, pending: PendingWork(id: id, whenDone: 200))
    }
}
private struct BrokenSaga: Saga {
    static let kind = "test.broken"
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        throw ServiceError(409, "Broken", "It cannot be done.")
    }
}
private struct StuckSaga: Saga {
    static let kind = "test.stuck"
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        throw .unavailable("not now")
    }
}
/// Needs more steps than one turn has.
private struct QuickSaga: Saga {
    static let kind = "test.quick"
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        let number = state["n"]?.integer ?? 0
        return number < 25 ? .again(["n": .integer(number + 1)]) : .done(result: nil)
    }
}
private let damage = ServiceError(500, "InternalError", "Stored data is damaged.")
private struct EndingSaga: Saga {
    static let kind = "test.ending"
    static let endsOnDamage = true
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome { throw damage }
    func end(_ state: JSON, with error: ServiceError, _ scope: WriteScope) async throws(ServiceError) {
        let text = "\(error.status) \(error.code)"
        try await scope.put(KeptNote(text: text), at: Key("note", text))
    }
}
private struct WaitingSaga: Saga {
    static let kind = "test.waiting"
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome { throw damage }
}

/// In conflict with somebody else each time, from a commit on.
private final class ContendedStore: StoreEngine {
    private let engine: any StoreEngine
    private let left: Mutex<Int>
    init(engine: any StoreEngine, from first: Int) {
        self.engine = engine
        left = Mutex(first - 1)
    }
    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await engine.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        let passes = left.withLock { left in
            left -= 1
            return left >= 0
        }
        guard passes else { throw .conflict }
        return try await engine.commit(commit)
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}

/// Says when its step began, and ends it when told to.
private struct SlowSaga: Saga {
    static let kind = "test.slow"
    let entered = Signal()
    let released = Signal()
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        entered.raise()
        await released.wait()
        return .done(result: nil)
    }
}
