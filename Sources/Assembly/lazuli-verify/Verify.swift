// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Base
import Foundation
import Kernel

// Foundation, not FoundationEssentials: standard output and error as handles.

/// Checks a region at rest, without its server.
@main
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lazuli-verify",
        abstract:
            "Vérifie une région arrêtée — re-derive a stopped region's ledger and hold everything stored against it.",
        discussion: """
            Exit code 0: nothing found; 1: findings; 78: the check cannot start.
            Without DATA/keys/root.key structure, root and signature are checked, rows and bytes are not.
            """,
        version: Release.version
    )
    @Argument(help: "Dossier de la région — the region's folder.")
    var data: String
    @Flag(help: "Ne relit pas les octets — leave the checksums of extents unread.")
    var skipBytes = false
    @Flag(help: "Rapport pour programmes — print the report as JSON.")
    var json = false
    @Option(
        help:
            "Clé de vérification — the ledger's verifier key as an auditor noted it; else the one in DATA/region.json."
    )
    var ledgerKey: String?

    func run() async throws {
        let region: RegionAtRest
        do {
            region = try await RegionAtRest.open(RegionFiles(path: data), ledgerKey: ledgerKey, skipBytes: skipBytes)
        } catch {
            FileHandle.standardError.write(Data("lazuli-verify: \(error)\n".utf8))
            throw ExitCode(78)  // EX_CONFIG, sysexits(3)
        }
        var report = await region.verification.run()
        if region.isFounded, report.published == nil {
            report.find("ledger/checkpoint is missing from a region that was founded, or cannot be read")
        }
        await region.close()
        let text =
            json ? String(decoding: report.json.bytes, as: UTF8.self) : lines(report, region).joined(separator: "\n")
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
        if !report.isClean { throw ExitCode.failure }
    }

    private func lines(_ report: VerificationReport, _ region: RegionAtRest) -> [String] {
        var lines = [
            "registre / ledger     \(report.numbered) entrées / entries, \(report.waiting) en attente / waiting",
            "racine / root         \(report.root ?? "—")",
            "signature             \(report.verifier ?? "non vérifiée: clé inconnue / not checked: no key is known")",
            "publié / published    \(report.published.map { "\($0) entrées / entries" } ?? "—")",
        ]
        if report.unpublished > 0 {
            lines.append(
                "tuiles / tiles        \(report.unpublished) au-delà de la tête, ignorées / beyond the head, ignored"
            )
        }
        let unmatched = region.hasRootKey ? "—" : "non vérifié: pas de clé racine / not checked: no root key"
        lines.append("dépôt / store         \(report.rows.map { "\($0) lignes / rows" } ?? unmatched)")
        let unread = skipBytes ? "non relus / skipped (--skip-bytes)" : unmatched
        lines.append(
            "octets / bytes        \(report.extents.map { "\($0) extents, \(report.extentBytes) octets / bytes" } ?? unread)"
        )
        lines += report.findings.map { "constat / finding     \($0)" }
        if report.findingsCount > report.findings.count {
            lines.append("constats / findings   \(report.findingsCount - report.findings.count) de plus / more")
        }
        lines.append(
            report.isClean
                ? "résultat / result     "
                    + (region.hasRootKey
                        ? "sain / clean" : "sain pour ce qui fut vérifié / clean as far as it was checked")
                : "résultat / result     \(report.findingsCount) constats / findings: gardez ce dossier / keep this folder, "
                    + "restore from a backup"
        )
        return lines
    }
}
