// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Store
import StoreRocksDB

/// A region held still for a copy: a stopped one by its store's lock, a running one by its own hand.
struct BackupSource {
    /// How long a running region may take to copy its store: links within one disk, so seconds even when it is large.
    private static let answerSeconds = 120
    private static let period = Duration.milliseconds(100)

    let folder: DataFolder
    /// A folder with a consistent store.
    let store: String
    /// The ledger's published checkpoint; the file may be missing.
    let checkpoint: String
    /// Names of segments that hold nothing the store does not know of.
    let sealed: Set<String>
    let isRunning: Bool
    private let held: Held

    private enum Held {
        case atRest(RocksDBStore)
        case running(FolderLock, BackupFiles.Answer)
    }

    /// Holds the region in `folder` until `release`.
    static func hold(_ folder: DataFolder) async throws -> BackupSource {
        guard folder.exists(folder.region), folder.exists(folder.store) else {
            throw StartError("\(folder.path) holds no founded region; name the folder given to `lazuli up --data`.")
        }
        guard !folder.exists(folder.incomplete), !folder.exists(folder.backupRecord) else {
            throw StartError("\(folder.path) is a backup or half restored: name a region's folder.")
        }
        let inUse: String
        do {
            let store = try RocksDBStore(readingOnly: folder.store)
            return BackupSource(
                folder: folder,
                store: folder.store,
                checkpoint: folder.ledger + "/checkpoint",
                sealed: Set(try sealedSegments(folder)),
                isRunning: false,
                held: .atRest(store)
            )
        } catch let error as StoreError {
            guard case .unavailable(let why) = error else { throw StartError(error.words) }
            inUse = why
        }
        return try await ask(folder, inUse)
    }

    private static func ask(_ folder: DataFolder, _ inUse: String) async throws -> BackupSource {
        let files = BackupFiles(folder)
        try? FileManager.default.createDirectory(atPath: files.path, withIntermediateDirectories: true)
        guard let lock = FolderLock(files.lock) else {
            throw StartError(
                "\(files.lock) is held: another backup of this region runs, or you are not the region's user."
            )
        }
        let clock = SystemClock()
        let id = "\(SystemEntropy().uuid())"
        try folder.write(Array(id.utf8), to: files.request, mode: 0o600)
        for _ in 0..<(answerSeconds * 10) {
            if folder.exists(files.ready),
                let answer = try? JSONCoding.decode(BackupFiles.Answer.self, from: try folder.read(files.ready)),
                answer.request == id
            {
                if let problem = answer.problem { throw StartError("the region cannot copy its store: \(problem)") }
                return BackupSource(
                    folder: folder,
                    store: files.store,
                    checkpoint: files.checkpoint,
                    sealed: Set(answer.sealed),
                    isRunning: true,
                    held: .running(lock, answer)
                )
            }
            try await clock.sleep(for: period)
        }
        try? FileManager.default.removeItem(atPath: files.request)
        throw StartError("\(inUse); it does not answer as a running region does: see `lazuli status`.")
    }

    /// Whether the region was held all the time; false when a running one began another life meanwhile.
    var isStillHeld: Bool {
        guard case .running(_, let answer) = held else { return true }
        let ready = BackupFiles(folder).ready
        guard folder.exists(ready), let bytes = try? folder.read(ready) else { return false }
        return (try? JSONCoding.decode(BackupFiles.Answer.self, from: bytes)) == answer
    }
    /// Lets the region go on.
    func release() async {
        if case .atRest(let store) = held { await store.close() }
    }

    /// Segments of a region whose names say that a crash cannot have left anything in them.
    static func sealedSegments(_ folder: DataFolder) throws(StartError) -> [String] {
        guard folder.exists(folder.bytes) else { return [] }
        return try folder.names(in: folder.bytes).filter { $0.hasPrefix("segment-") && $0.hasSuffix(".lzb") }
    }
}
