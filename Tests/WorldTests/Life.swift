// SPDX-License-Identifier: Apache-2.0
import BytesMemory
import Kernel
import Simulation
import Storage
import Store

/// One life of a region of storage accounts, which may end at any moment.
struct Life: Sendable {
    let process: Process
    let journal: Journal
    let sagas: SagaWorker
    let desk: Dispatcher

    /// What a world's lives have in common.
    struct Frame: Sendable {
        let simulation: Simulation
        /// It dies within this time, if its clients are not done before.
        let mortalWithin: Duration
        let clients: Int
        let callsEach: Int
    }

    /// Lives one: the clients make their calls beside `work`, which is ended with the last of them.
    ///
    /// `bent` puts a planted flaw between the region and its disk. True when it ended by death.
    static func live(
        on region: TestRegion,
        _ frame: Frame,
        bent: @escaping @Sendable (any StoreEngine) -> any StoreEngine,
        work: @escaping @Sendable (Life) async -> Void,
        call: @escaping @Sendable (Life) async -> Void
    ) async -> Bool {
        let process = Process(frame.simulation)
        await process.live(mortalWithin: frame.mortalWithin) {
            let store = bent(FaultyStore(region.store, frame.simulation, process))
            let bytes = FaultyBytes(region.bytes, frame.simulation, process)
            let opened = try? await region.open(frame.simulation.world, store: store, bytes: bytes)
            guard let journal = opened else { return }
            let sagas = SagaWorker(journal, StorageProvider.sagas)
            let desk = Clerk.dispatcher(journal, sagas: sagas)
            let life = Life(process: process, journal: journal, sagas: sagas, desk: desk)
            await life.serve(frame, work, call)
        }
        let isDead = process.isDead
        process.kill()
        region.bytes.crash()
        return isDead
    }
    private func serve(
        _ frame: Frame,
        _ work: @escaping @Sendable (Life) async -> Void,
        _ call: @escaping @Sendable (Life) async -> Void
    ) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                // A crash of the bytes settles what no commit names, before anything new is written.
                try? await Reclaimer(journal).settle()
                await work(self)
                return false
            }
            for _ in 0..<frame.clients {
                group.addTask {
                    for _ in 0..<frame.callsEach where !process.isDead { await call(self) }
                    return true
                }
            }
            var working = frame.clients
            for await isClient in group where isClient {
                working -= 1
                if working == 0 { group.cancelAll() }
            }
        }
    }
}
