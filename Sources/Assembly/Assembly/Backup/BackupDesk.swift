// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import StoreRocksDB

/// Where `lazuli backup` and a running region meet: files in the region's own folder, so that who may read the folder,
/// and nobody else, may take a backup.
///
/// The command holds `lock` and leaves a `request`; the region holds back all reclaiming, copies its store into `store`,
/// and says so in `ready`. When the lock is free again, the region clears the desk and reclaims again.
struct BackupFiles {
    let path: String
    init(_ folder: DataFolder) { path = folder.path + "/backup" }
    var lock: String { path + "/lock" }
    var request: String { path + "/request" }
    var ready: String { path + "/ready" }
    var store: String { path + "/store" }
    /// The ledger's published checkpoint, taken before the store's: never ahead of it.
    var checkpoint: String { path + "/checkpoint" }

    /// What the region answers a request.
    struct Answer: Codable, Equatable {
        var request: String
        /// Tells two lives of the region apart.
        var at: Timestamp
        /// Segments that took no more bytes before the store was copied.
        var sealed: [String] = []
        /// Why there is no copy.
        var problem: String?
    }

    /// Removes what the region answered.
    func clear() {
        for file in [ready, checkpoint, store] { try? FileManager.default.removeItem(atPath: file) }
    }
}

/// The region's side of a backup.
///
/// Takes no input but the request's file (invariant 9).
struct BackupDesk {
    /// How often it looks.
    static let period = Duration.milliseconds(500)
    private let folder: DataFolder
    private let files: BackupFiles
    private let journal: Journal
    private let store: RocksDBStore

    /// Clears what a former life left: a command that still copies finds its answer gone and says so.
    ///
    /// To be made before anything is reclaimed.
    init(_ folder: DataFolder, _ journal: Journal, _ store: RocksDBStore) {
        self.folder = folder
        self.journal = journal
        self.store = store
        files = BackupFiles(folder)
        files.clear()
    }

    func run(report: @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            do { try await answerOne() } catch {
                if !Task.isCancelled { report("backup: \(error)") }
            }
            try? await journal.world.clock.sleep(for: Self.period)
        }
    }

    private func answerOne() async throws {
        guard folder.exists(files.request) else { return }
        let request = String(decoding: try folder.read(files.request), as: UTF8.self)
        files.clear()
        try FileManager.default.removeItem(atPath: files.request)
        // From here on nothing that the copied store refers to gives its room back.
        let hold = journal.holdContents()
        defer { withExtendedLifetime(hold) {} }
        var answer = BackupFiles.Answer(request: request, at: journal.world.clock.now)
        do {
            answer.sealed = try BackupSource.sealedSegments(folder)
            let published = folder.ledger + "/checkpoint"
            if folder.exists(published) {
                try folder.write(try folder.read(published), to: files.checkpoint, mode: 0o600)
            }
            try await store.checkpoint(to: files.store)
        } catch { answer.problem = "\(error)" }
        try folder.write(try JSONCoding.encode(answer), to: files.ready, mode: 0o600)
        // A new request is one more sign that the former command is gone: the next may have the lock already.
        while FolderLock(files.lock) == nil, !folder.exists(files.request) {
            // Stopping: at rest nothing is reclaimed, so the copy may go on from what lies here.
            if Task.isCancelled { return }
            try? await journal.world.clock.sleep(for: Self.period)
        }
        files.clear()
        if let problem = answer.problem { throw StartError(problem) }
    }
}
