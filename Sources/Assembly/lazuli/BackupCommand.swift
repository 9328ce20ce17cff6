// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Assembly
import Base
import Kernel

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Sauvegarde une région, en marche ou arrêtée — copy a region, running or stopped.",
        discussion: """
            Run it as the region's user. TARGET must be empty or not exist; best it lies on another disk.
            Without --with-keys no secret is in the backup: keep keys/root.key apart, or the backup opens for nobody.
            Exit code 0: complete; 1: complete but not clean; 78: refused or cut short, TARGET says INCOMPLETE.
            """
    )
    @Argument(help: "Dossier de la région — the region's folder.")
    var data: String
    @Argument(help: "Dossier de la sauvegarde — the backup's folder.")
    var target: String
    @Option(help: "Sauvegarde précédente — an earlier backup on the same disk, whose unchanged files are linked.")
    var since: String?
    @Flag(help: "Avec les clés — with root key, authority and credentials: who has the backup has everything.")
    var withKeys = false
    @Flag(help: "Ne relit pas les octets — leave the checksums of the copied extents unread.")
    var skipBytes = false

    func run() async throws {
        let outcome: Backup.Outcome
        do {
            outcome = try await Backup(to: target, since: since, withKeys: withKeys, verifies: !skipBytes).take(
                of: data
            )
        } catch {
            complain("lazuli: \(error)")
            throw ExitCode(78)
        }
        let from = outcome.wasRunning ? "en marche / running" : "arrêtée / stopped"
        write("région / region      \(data), \(from), \(outcome.record.taken.iso8601Seconds)")
        write("copié / copied       \(outcome.copiedBytes) octets / bytes, \(outcome.linkedFiles) liens / linked")
        write("registre / ledger    \(outcome.report.numbered) entrées / entries")
        let keys = outcome.record.withKeys ? "incluses / included" : "non copiées / not copied: \(data)/keys/root.key"
        write("clés / keys          \(keys)")
        for finding in outcome.report.findings { write("constat / finding    \(finding)") }
        guard outcome.report.isClean else {
            complain("lazuli: \(target) is not clean and stays marked INCOMPLETE; check the region with lazuli-verify.")
            throw ExitCode.failure
        }
        write("résultat / result    complète / complete: \(target)")
    }
}

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restaure une sauvegarde — make a region's folder of a backup, which stays as it is."
    )
    @Argument(help: "Dossier de la sauvegarde — the backup's folder.")
    var backup: String
    @Argument(help: "Nouveau dossier de la région — the region's new folder, empty or not there yet.")
    var data: String
    @Option(help: "Fichier de la clé racine — the root key's file, when the backup has none.")
    var rootKey: String?

    func run() throws {
        do {
            let (record, hasRootKey) = try Restore(of: backup, to: data, rootKey: rootKey).run()
            write(
                "état du / state of   \(record.taken.iso8601Seconds), \(record.domain), \(record.ledgerSize) entrées / entries"
            )
            if !hasRootKey {
                write(
                    "clé / key            manquante / missing: put the region's root.key at \(data)/keys/root.key (mode 0600)"
                )
            }
            write("résultat / result    restaurée / restored: lazuli-verify \(data), lazuli up --data \(data)")
        } catch {
            complain("lazuli: \(error)")
            throw ExitCode(78)
        }
    }
}
