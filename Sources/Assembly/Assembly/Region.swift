// SPDX-License-Identifier: Apache-2.0
package import Base
import Bytes
import BytesDisk
import Cryptography
import Custody
import FoundationEssentials
import Gateway
import Identity
package import Kernel
import KeysSoftware
import Ledger
package import Logging
import Merkle
import Meters
import Resources
import ServiceLifecycle
import Storage
import Store
import StoreRocksDB
import TilesDisk
import UnixSignals

/// A region: its engines opened, its providers wired, ready to serve.
package final class Region: Sendable {
    package let configuration: Configuration
    package let folder: DataFolder
    package let port: Int
    package let journal: Journal
    package let dispatcher: Dispatcher
    package let sequencer: Sequencer
    let engines: Engines
    private let sagas: SagaWorker
    private let identity: IdentityProvider
    private let storage: StorageProvider
    private let certificate: ServedCertificate
    private let logger: Logger
    /// Where measurements go; nil when nobody asked for them.
    private let metrics: (registry: MetricRegistry, meters: Meters)?
    /// How many operations each service has.
    let services: [String: Int]
    /// Whether this start founded the region.
    package let isNew: Bool

    /// Opens everything, founding the region on the first start.
    ///
    /// Throws `StartError` rather than guess.
    package static func open(
        _ configuration: Configuration,
        logger: Logger,
        clock: any WallClock = SystemClock()
    ) async throws -> Region {
        let folder = DataFolder(configuration.data)
        try folder.refuseBackup()
        let record = try RegionRecord.load(folder, configuration)
        try Remains(folder).refuseNewStore()
        let port = PortChoice.port(folder, configuration)
        // A folder that is in use is refused by its lock, which names the process.
        if let problem = Listening.problem(configuration.addresses, port: port), FolderHolder.process(of: folder) == nil
        {
            throw StartError(problem)
        }
        try folder.create()
        let world = World(clock: clock, entropy: SystemEntropy(), apart: globalConcurrentExecutor)
        let root = try rootKey(folder, isNew: record == nil && !Remains(folder).hasStore, world.entropy)
        let engines = try await Engines.open(folder)
        do {
            return try await Region(configuration, folder, port, world, logger, record, root, engines)
        } catch {
            await engines.close()
            throw error
        }
    }

    private init(
        _ configuration: Configuration,
        _ folder: DataFolder,
        _ port: Int,
        _ world: World,
        _ logger: Logger,
        _ record: RegionRecord?,
        _ root: SoftwareRootKey,
        _ engines: Engines
    ) async throws {
        self.configuration = configuration
        self.folder = folder
        self.port = port
        self.logger = logger
        let plan = configuration.hostPlan(port: port)
        let leaf = try Certificates.prepare(folder, plan, at: world.clock.now)
        certificate = try ServedCertificate(certificatePEM: leaf.certificatePEM, keyPEM: leaf.keyPEM)
        self.engines = engines
        let signing = try SigningKey(seed: try await root.derive(purpose: LedgerSigner.purpose))
        let signer = LedgerSigner(origin: record?.origin ?? RegionRecord.origin(configuration), signing: signing)
        let tiles = try Self.tiles(folder)
        sequencer = Sequencer(store: engines.store, tiles: tiles, signer: signer, world: world)
        try await Self.takeUp(sequencer, folder, record)
        metrics = configuration.metrics.isEmpty ? nil : Self.measuring()
        let watch = metrics.map { Watch(clock: world.clock, meters: $0.meters) }
        journal = try await Journal(
            store: Store(engines.store(watch), world: world),
            keyRing: KeyRing(root),
            bytes: engines.bytes(watch),
            world: world,
            sequencer: sequencer
        )
        let parts = Parts(
            plan: plan,
            journal: journal,
            root: try await LedgerBlinding(region: root),
            limits: configuration.limits
        )
        identity = parts.identity
        storage = parts.storage
        sagas = parts.sagas
        dispatcher = parts.dispatcher
        services = Dictionary(grouping: parts.catalogue.operations, by: \.namespace).mapValues(\.count)
        let founded: Bool
        do { founded = try await journal.isFounded() } catch {
            throw StartError(
                "\(folder.rootKey) does not open the store in \(folder.store): restore this region's own key."
            )
        }
        isNew = !founded
        if founded {
            try await Presence(folder: folder, journal: journal, bytes: engines.bytes, tiles: tiles).check()
        }
        try await Founding(folder: folder, plan: plan, parts: parts, signer: signer).finish(
            founded: founded,
            configuration
        )
    }

    private static func measuring() -> (MetricRegistry, Meters) {
        let registry = MetricRegistry()
        return (registry, Meters(registry))
    }
    private static func takeUp(_ sequencer: Sequencer, _ folder: DataFolder, _ record: RegionRecord?) async throws {
        if let record, record.ledgerKey != sequencer.signer.key.verifierText {
            throw StartError("\(folder.rootKey) is another region's: put the key back that made \(folder.region).")
        }
        do { try await sequencer.takeUp(isFounded: record != nil) } catch {
            throw StartError(takingUpLedgerOf: folder, error)
        }
    }
    private static func tiles(_ folder: DataFolder) throws -> DiskTiles {
        do { return try DiskTiles(folder: folder.ledger) } catch {
            throw StartError("\(folder.ledger) cannot be opened: \(error). Check its owner and the disk.")
        }
    }
    private static func rootKey(_ folder: DataFolder, isNew: Bool, _ entropy: any Entropy) throws -> SoftwareRootKey {
        do {
            return isNew && !folder.exists(folder.rootKey)
                ? try SoftwareRootKey.create(at: folder.rootKey, entropy: entropy)
                : try SoftwareRootKey(path: folder.rootKey)
        } catch { throw StartError(error.words) }
    }

    /// Serves until cancelled or told to stop; finishes requests, then closes the engines.
    package func serve(ready: @escaping @Sendable () async -> Void) async throws {
        let gateway = Gateway(
            dispatcher: dispatcher,
            world: journal.world,
            logger: logger,
            meters: metrics?.meters
        )
        let listening = Countdown(configuration.addresses.count)
        let listeners = try gateway.service(
            GatewayConfiguration(
                addresses: configuration.addresses,
                port: port,
                certificate: certificate,
                connectionsMax: Descriptors.connectionsMax(of: Descriptors.raised())
            ),
            ready: { if listening.reachesZero() { await ready() } }
        )
        var group = ServiceGroupConfiguration(
            services: [BackgroundWork(work: background), listeners],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = .seconds(30)
        do { try await ServiceGroup(configuration: group).run() } catch {
            await engines.close()
            // Somebody may have taken the port since the start looked.
            if let problem = Listening.problem(configuration.addresses, port: port) { throw StartError(problem) }
            throw error
        }
        await engines.close()
    }

    /// Everything that goes on beside requests, each part in a loop of its own.
    private func background() async {
        let board = LoopBoard(journal.world, logger)
        let desk = BackupDesk(folder, journal, engines.store)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await board.run("sequencer") { await self.sequencer.run(report: $0) } }
            group.addTask { await board.run("sagas") { await self.sagas.run(report: $0) } }
            group.addTask { await board.run("reclaimer") { await Reclaimer(self.journal).run(report: $0) } }
            group.addTask { await board.run("scrubber") { await Scrubber(self.journal).run(report: $0) } }
            group.addTask {
                let renewal = LeafRenewal(self.folder, self.configuration.hostPlan(port: self.port), self.certificate)
                await board.run("housekeeping") {
                    let keeping = Housekeeping(self.journal, self.identity, self.storage, renewal)
                    await keeping.run(report: $0) { board.passed("housekeeping") }
                }
            }
            group.addTask {
                await board.run("access-tracking") { await AccessKeeping(self.journal, self.storage).run(report: $0) }
            }
            group.addTask { await board.run("backup") { await desk.run(report: $0) } }
            group.addTask { await self.writeStatus(board) }
            if let metrics {
                let file = MetricsFile(
                    path: configuration.metrics,
                    registry: metrics.registry,
                    meters: metrics.meters,
                    engines: engines,
                    journal: journal,
                    sagas: sagas
                )
                group.addTask { await board.run("metrics") { await file.run(self.folder, report: $0) } }
            }
        }
    }
}

/// Runs background work until the region shuts down.
private struct BackgroundWork: Service {
    let work: @Sendable () async -> Void
    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }
}
