// SPDX-License-Identifier: Apache-2.0
import Base
import BytesDisk
import Kernel
import Meters
import StoreRocksDB

/// Writes what the region measures of itself to the file that the configuration names, anew every few seconds.
///
/// A file and no port: a node exporter's textfile collector, or an agent, takes it from there, and nobody without a
/// right to the file sees it.
struct MetricsFile {
    private static let period = Duration.seconds(15)
    /// Open sagas counted.
    private static let sagasMax = 1_000
    /// Readable by the agent, which is another user than the region.
    private static let mode = 0o644

    let path: String
    let registry: MetricRegistry
    let meters: Meters
    let engines: Engines
    let journal: Journal
    let sagas: SagaWorker

    func run(_ folder: DataFolder, report: @escaping @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            await look()
            do { try folder.write(Array(registry.text.utf8), to: path, mode: Self.mode) } catch {
                report("metrics: \(error)")
            }
            try? await journal.world.clock.sleep(for: Self.period)
        }
    }

    /// Asks for what is kept elsewhere.
    private func look() async {
        let store = engines.store.statistics
        meters.total("lazuli_store_commits_total", is: store.commits)
        meters.total("lazuli_store_syncs_total", is: store.batches)
        meters.total("lazuli_store_conflicts_total", is: store.conflicts)
        meters.level("lazuli_store_commits_waiting", is: engines.store.waiting)
        let bytes = engines.bytes.statistics
        meters.total("lazuli_bytes_changes_total", is: bytes.changes)
        meters.total("lazuli_bytes_syncs_total", is: bytes.syncs)
        meters.total("lazuli_ledger_entries_total", is: Int(clamping: journal.sequencer.size))
        meters.level("lazuli_ledger_entries_waiting", is: journal.sequencer.waiting)
        meters.level("lazuli_requests_running", is: meters.requestsRunning)
        if let open = try? await sagas.countOpen(atMost: Self.sagasMax) { meters.level("lazuli_sagas_open", is: open) }
    }
}
