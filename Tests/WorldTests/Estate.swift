// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Resources
import Simulation
import Store
import StoreMemory
import Synchronization

/// A founded region with one subscription and its owner, made once.
private struct FoundedEstate: Sendable {
    let rows: [Pair]
    let subscription: SubscriptionID
    static let made = Result { try FoundedEstate() }

    private init() throws {
        let simulation = Simulation(seed: 0)
        let region = try TestRegion()
        let slot = Mutex<SubscriptionID?>(nil)
        subscription = try simulation.run {
            let journal = try await region.open(simulation.world)
            let provider = Estate.Parts(journal, isFlawed: false).resources
            try await journal.found(
                TestRegion.tenant,
                [
                    FoundingStep(ResourcesProvider.namespace) { scope async throws(ServiceError) in
                        let made = try await provider.bootstrap(
                            subscription: "Test",
                            tenant: TestRegion.tenant,
                            administrators: [(Estate.owner, "User")],
                            scope
                        )
                        slot.withLock { $0 = made.id }
                    }
                ]
            )
            guard let id = slot.withLock({ $0 }) else { throw Broken(description: "no subscription was made") }
            return id
        }
        rows = region.rows
    }
}

/// One world of `GroupWorldTests`.
final class Estate: Sendable {
    struct Tally: Sendable {
        var filled = 0
        var deleted = 0
        var deaths = 0
    }
    /// The providers over one life of the region.
    struct Parts {
        let resources: ResourcesProvider
        let sagas: SagaWorker
        let dispatcher: Dispatcher

        init(_ journal: Journal, isFlawed: Bool) {
            let authorizer = Authorizer()
            var catalogue = Catalogue()
            catalogue.add(Widgets())
            let remover = CatalogueRemover(catalogue)
            resources = ResourcesProvider(
                hostPlan: Estate.plan,
                catalogue: [ProviderRow(namespace: Widgets.namespace, types: [("widgets", ["2026-01-01"])])],
                access: authorizer,
                directory: NoDirectory(),
                remover: remover,
                activity: LedgerActivity(journal)
            )
            catalogue.add(resources)
            sagas = SagaWorker(journal, isFlawed ? [HeadlessDeletion(remover: remover)] : resources.sagas)
            dispatcher = Dispatcher(
                hostPlan: Estate.plan,
                journal: journal,
                catalogue: catalogue,
                authorizer: authorizer,
                doorkeepers: [.management: OwnersOnly()],
                sagas: sagas,
                limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
            )
        }
    }
    static let plan = HostPlan(domain: "lazuli.localhost", port: nil)
    static let owner = PrincipalID(TestRegion.tenant.raw)
    private static let (groups, widgetsEach, lives) = (2, 2, 2)

    let simulation: Simulation
    private let isFlawed: Bool
    private let foundation: FoundedEstate
    /// Groups somebody asked to go, and the widgets clients were told of.
    private let state = Mutex((tally: Tally(), unwanted: Set<Int>(), widgets: [Int: Set<Int>]()))
    var tally: Tally { state.withLock { $0.tally } }

    init(seed: UInt64, isFlawed: Bool) throws {
        simulation = Simulation(seed: seed)
        self.isFlawed = isFlawed
        foundation = try FoundedEstate.made.get()
    }

    func run() throws {
        try simulation.run { [self] in
            let region = try await TestRegion(beginningWith: foundation.rows)
            for life in 1...Self.lives {
                let process = Process(simulation)
                await process.live(mortalWithin: .milliseconds(1200)) { [self] in
                    let store = FaultyStore(region.store, simulation, process)
                    guard let journal = try? await region.open(simulation.world, store: store) else { return }
                    await serve(Parts(journal, isFlawed: isFlawed), process)
                }
                if process.isDead { state.withLock { $0.tally.deaths += 1 } }
                try await check(region, life, isSettled: false)
            }
            let journal = try await region.open(simulation.world)
            let sagas = Parts(journal, isFlawed: isFlawed).sagas
            while try await sagas.round(report: { _ in }) {}
            try await check(region, Self.lives + 1, isSettled: true)
        }
    }
    private func serve(_ parts: Parts, _ process: Process) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await parts.sagas.run { _ in }
                return false
            }
            for number in 0..<Self.groups {
                group.addTask {
                    await self.make(number, parts.dispatcher, process)
                    return true
                }
                group.addTask {
                    await self.delete(number, parts.dispatcher, process)
                    return true
                }
            }
            var working = 2 * Self.groups
            for await isClient in group where isClient {
                working -= 1
                if working == 0 { group.cancelAll() }
            }
        }
    }

    // MARK: Clients

    private func path(_ group: Int) -> String { ResourceID.group(foundation.subscription, "group-\(group)").text }
    private func send(_ method: HTTPRequest.Method, _ path: String, _ dispatcher: Dispatcher) async -> Int {
        let body: JSON = ["location": "francecentral"]
        let answer = await dispatcher.respond(
            to: Request(
                method: method,
                host: Self.plan.primary.management,
                path: path,
                query: Query("api-version=2024-11-01"),
                body: .bytes(body.bytes),
                id: simulation.world.entropy.uuid(),
                received: simulation.world.clock.now
            )
        )
        return answer.reply.status
    }
    private func make(_ group: Int, _ dispatcher: Dispatcher, _ process: Process) async {
        let status = await send(.put, path(group), dispatcher)
        guard status < 300 else { return }
        for widget in 0..<Self.widgetsEach where !process.isDead {
            let path = path(group) + "/providers/Contoso.Widgets/widgets/w\(widget)"
            guard await send(.put, path, dispatcher) == 201, !process.isDead else { continue }
            state.withLock { state in
                state.tally.filled += 1
                state.widgets[group, default: []].insert(widget)
            }
        }
    }
    /// In half of all worlds the second group is never asked to go: it must stay whole.
    private func delete(_ group: Int, _ dispatcher: Dispatcher, _ process: Process) async {
        if group == 1, simulation.seed.isMultiple(of: 2) { return }
        try? await simulation.sleep(for: .microseconds(Int64(simulation.upTo(300_000))))
        guard !process.isDead else { return }
        state.withLock { _ = $0.unwanted.insert(group) }
        let status = await send(.delete, path(group), dispatcher)
        guard status == 200 || status == 202, !process.isDead else { return }
        state.withLock { $0.tally.deleted += 1 }
    }

    // MARK: On the disk

    private func check(_ region: TestRegion, _ life: Int, isSettled: Bool) async throws {
        let promise = Promise(life: life)
        let journal = try await region.open(simulation.world)
        let scope = try await journal.reader(Widgets.namespace, TestRegion.tenant)
        let groups = try await scope.groups(foundation.subscription, limit: 100)
        let index = try await scope.resources(foundation.subscription, limit: 1000)
        let own = try await scope.list(Mark.self, under: Key("widget"), limit: 1000)
        let names = Set(groups.map(\.name))
        for row in index {
            let group = ResourceID(row.id).group ?? ""
            try promise.hold(names.contains(group), "\(row.id) is in no group")
        }
        let known = Set(index.map { Key("widget", ResourceID($0.id).canonical) })
        try promise.hold(known == Set(own.map(\.key)), "the index and the provider know different widgets")
        let openPrefix = Key("data", "kernel", KeyRing.regionTenant, "region")
        for group in groups {
            guard let deletion = group.deletion else { continue }
            guard let saga = try await scope.saga(deletion) else {
                throw Broken(description: "after life \(life): \(group.name) waits for work that nobody knows")
            }
            let isOpen = region.store.peek(openPrefix.appending("saga-open", deletion)) != nil
            let isGoing = saga.status == .inProgress
            try promise.hold(isOpen == isGoing, "\(group.name): the work is \(saga.status), but open is \(isOpen)")
            try promise.hold(!isSettled, "\(group.name) is still there after its deletion \(saga.status)")
        }
        let (unwanted, widgets) = state.withLock { ($0.unwanted, $0.widgets) }
        for (group, made) in widgets where !unwanted.contains(group) {
            for widget in made {
                let id = path(group) + "/providers/Contoso.Widgets/widgets/w\(widget)"
                try promise.hold(index.contains { $0.id == id }, "\(id) is lost, and nobody deleted its group")
            }
        }
        if isSettled {
            let open = region.store.peek(openPrefix.appending("saga-open").children, limit: 100)
            try promise.hold(open.isEmpty, "\(open.count) works are open though all were carried on")
        }
    }
}

/// Whoever asks is the owner.
private struct OwnersOnly: Doorkeeper {
    func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        let principal = Principal(
            id: Estate.owner,
            tenant: TestRegion.tenant,
            application: nil,
            userPrincipalName: nil,
            audience: ""
        )
        return Admission(tenant: TestRegion.tenant, caller: .principal(principal))
    }
}

/// A directory that knows nobody.
private struct NoDirectory: PrincipalDirectory {
    static let namespace = "Test.Directory"
    func type(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String? { nil }
    func mayAct(_ principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> Bool { false }
    func userName(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String? { nil }
    func profile(_ scope: some Scope) async throws(ServiceError) -> TenantProfile {
        TenantProfile(displayName: "Test", domains: [])
    }
}
