// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Assembly
import Base

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "État de la région — how the region fares; exit code 1 when it is not running."
    )
    @OptionGroup var options: RegionOptions

    func run() throws {
        let status: Status
        let folder: DataFolder
        do {
            folder = DataFolder(try options.configuration().data)
            status = try Status.read(folder)
        } catch {
            complain("lazuli: \(error)")
            throw ExitCode(78)
        }
        let alive = status.isAlive(folder, at: SystemClock().now)
        write(
            "région / region   \(alive ? "en marche / running" : "arrêtée / not running")  (pid \(status.process), port \(status.port))"
        )
        write("depuis / since    \(status.started.iso8601Seconds)   vu / seen \(status.written.iso8601Seconds)")
        for (name, health) in status.engines.sorted(by: { $0.key < $1.key }) {
            write("moteur / engine   \(name): \(health)")
        }
        write("registre / ledger \(status.ledgerSize) entrées / entries, \(status.ledgerWaiting) en attente / waiting")
        write("tête / head       \(status.root ?? "—")")
        write("réconcilié / reconciled   \(status.loops["housekeeping"]?.passed?.iso8601Seconds ?? "—")")
        for (name, count) in (status.services ?? [:]).sorted(by: { $0.key < $1.key }) {
            write("service           \(name): \(count) opérations / operations")
        }
        for (name, loop) in status.loops.sorted(by: { $0.key < $1.key }) {
            let complaint = loop.complaint.map { "; \(loop.complaints) × \($0) (\(loop.last.iso8601Seconds))" } ?? ""
            write("boucle / loop     \(name): \(loop.complaints == 0 ? "ok" : "plaintes / complaints")\(complaint)")
        }
        guard alive else { throw ExitCode.failure }
    }
}
