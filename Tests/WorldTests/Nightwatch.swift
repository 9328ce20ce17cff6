// SPDX-License-Identifier: Apache-2.0
import BytesMemory
import Kernel
import Simulation
import Storage
import Synchronization

/// What a region's housekeeping does of its own accord, between two lives that serve clients.
struct Nightwatch: Sendable {
    private let region: TestRegion
    private let simulation: Simulation

    init(_ region: TestRegion, _ simulation: Simulation) { (self.region, self.simulation) = (region, simulation) }

    /// Does it in a process that may die of it.
    func keep() async {
        let process = Process(simulation)
        await process.live(mortalWithin: .seconds(1)) { [region, simulation] in
            let store = FaultyStore(region.store, simulation, process)
            let bytes = FaultyBytes(region.bytes, simulation, process)
            guard let journal = try? await region.open(simulation.world, store: store, bytes: bytes) else { return }
            try? await Self.work(journal) { _ in }
        }
        process.kill()
        region.bytes.crash()
    }
    /// Does all that is left of it; nothing fails.
    func keepInPeace() async throws {
        let failures = Mutex<[String]>([])
        let journal = try await region.open(simulation.world)
        try await Self.work(journal) { failure in failures.withLock { $0.append(failure) } }
        while try await Reclaimer(journal).reclaim() {}
        if let failure = failures.withLock({ $0.first }) { throw Broken(description: failure) }
    }
    private static func work(_ journal: Journal, _ report: @escaping @Sendable (String) -> Void) async throws {
        try await Reclaimer(journal).settle()
        let provider = StorageProvider(hostPlan: Clerk.plan, tokens: Clerk(), access: Authorizer())
        let sagas = SagaWorker(journal, StorageProvider.sagas)
        // What the first round does is told to the change feed, which the second one publishes.
        for _ in 0..<2 {
            for work in provider.dueWorks + provider.promptWorks {
                await Reconciler(journal).pass(work, report: report)
            }
            while try await sagas.round(report: report) {}
        }
    }
}
