// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
package import Kernel

/// A copy of a region, running or stopped, in another folder.
///
/// The store is copied at one version; extents never change and are held until the copy ends; the ledger's tiles reach at
/// least as far as the store's head. So every change acknowledged before the copy began is in it, whole.
package struct Backup {
    /// What was done.
    package struct Outcome: Sendable {
        package let record: BackupRecord
        package let wasRunning: Bool
        package let copiedBytes: Int64
        package let linkedFiles: Int
        /// What the check of the copy found.
        package let report: VerificationReport
    }
    private let target: DataFolder
    private let previous: DataFolder?
    private let withKeys: Bool
    private let verifies: Bool

    /// A backup into `target`, which must be empty or not exist.
    ///
    /// `previous` names an earlier backup whose unchanged files are linked rather than copied; `withKeys` puts root key,
    /// authority and credentials beside the data they open.
    package init(to target: String, since previous: String?, withKeys: Bool, verifies: Bool) {
        self.target = DataFolder(target)
        self.previous = previous.map(DataFolder.init)
        self.withKeys = withKeys
        self.verifies = verifies
    }

    /// Copies the region in `data`.
    ///
    /// Throws `StartError`; what was copied by then stays, marked as incomplete.
    package func take(of data: String) async throws -> Outcome {
        let region = DataFolder(data)
        guard !(target.path + "/").hasPrefix(region.path + "/") else {
            throw StartError("\(target.path) lies inside the region: name a folder elsewhere, best on another disk.")
        }
        let earlier = try previous.map { previous throws(StartError) in try BackupRecord.read(previous) }
        let taken = SystemClock().now
        let source = try await BackupSource.hold(region)
        do {
            let outcome = try await copy(source, earlier, taken)
            await source.release()
            return outcome
        } catch {
            await source.release()
            throw error
        }
    }

    private func copy(_ source: BackupSource, _ earlier: BackupRecord?, _ taken: Timestamp) async throws -> Outcome {
        let region = source.folder
        let founded = try JSONCoding.decode(RegionRecord.self, from: try region.read(region.region))
        if let previous, let earlier, earlier.ledgerKey != founded.ledgerKey {
            throw StartError("\(previous.path) is a backup of another region: name one of this region.")
        }
        try target.begin("This backup is incomplete: it was cut short. Remove it and take another.")
        var copy = TreeCopy(previous: previous?.path, target: target)
        try copy.tree("store", from: source.store) { $0 == "LOCK" || $0.hasPrefix("LOG") }
        try copy.segments(of: region, sealed: source.sealed)
        try copy.tree("ledger", from: region.ledger) { $0 == "checkpoint" || $0.hasSuffix(".new") }
        if region.exists(source.checkpoint) { try copy.file(source.checkpoint, to: "ledger/checkpoint") }
        try copy.file(region.region, to: "region.json")
        if withKeys { try copy.keys(of: region) }
        try copy.syncFolders()
        guard source.isStillHeld else {
            throw StartError(
                "the region was restarted while it was copied: \(target.path) is incomplete, take another backup."
            )
        }
        let checked = try await BackupCheck(target, rootKey: region.rootKey).run(verifiesBytes: verifies)
        let record = BackupRecord(
            format: BackupRecord.formatVersion,
            taken: taken,
            domain: founded.domain,
            ledgerKey: founded.ledgerKey,
            ledgerSize: checked.numbered,
            withKeys: withKeys,
            verified: verifies
        )
        if checked.isClean {
            try target.write(try JSONCoding.encode(record) + [10], to: target.backupRecord, mode: 0o600)
            try target.finish()
        }
        return Outcome(
            record: record,
            wasRunning: source.isRunning,
            copiedBytes: copy.copiedBytes,
            linkedFiles: copy.linkedFiles,
            report: checked
        )
    }
}
