// SPDX-License-Identifier: Apache-2.0
import Base
package import Store
import Synchronization

/// The embedded engine: RocksDB (Debian's librocksdb 7.8) under one commit thread, concurrent commits sharing one sync.
///
/// A commit is answered when it is on the disk. A store that is damaged is refused when it is opened as far as opening
/// reads it (catalogue, log, every table's size and, for the hot ones, index); what lies deeper is found by the
/// checksum of each block when it is read. Both answer `.corrupt` with the file and the way out.
package final class RocksDBStore: StoreEngine {
    private let database: Database
    private let queue = CommitQueue()
    private let published: Published

    /// Opens the store in the folder `path`, or creates it there.
    ///
    /// `.corrupt` names the damaged file; `.unavailable` when another process has it open or it may not be written.
    package convenience init(path: String, options: RocksDBOptions = RocksDBOptions()) throws(StoreError) {
        try self.init(try Database(path: path, options: options, readingOnly: false), options)
    }
    /// Opens an existing store without changing it, for a check of a region at rest; commits are refused.
    ///
    /// `.unavailable` names the process that has it open. While this is open, no region can start on it.
    package convenience init(readingOnly path: String) throws(StoreError) {
        let options = RocksDBOptions()
        try self.init(try Database(path: path, options: options, readingOnly: true), options)
    }
    private init(_ database: Database, _ options: RocksDBOptions) throws(StoreError) {
        let first = try database.makeSnapshot()
        self.database = database
        published = Published(first)
        let started = startThread { [queue, published] in
            var committer = Committer(database, published, version: first.version, options: options)
            committer.run(queue)
        }
        guard started else { throw .unavailable("the machine has no thread left for the store") }
    }

    deinit { queue.close(nil) }

    /// The newest acknowledged state; shared until the next batch.
    package func snapshot() async throws(StoreError) -> any StoreSnapshot {
        try published.state.withLock { $0.snapshot }.get()
    }
    /// Waits for the batch it goes into.
    ///
    /// `.unavailable` when the disk is full to its reserve: nothing is changed.
    package func commit(_ commit: Commit) async throws(StoreError) -> Version {
        try await withCheckedContinuation { queue.add(commit, $0) }.get()
    }
    /// Links and copies the store's files into `folder`, which must not exist yet.
    package func checkpoint(to folder: String) async throws(StoreError) {
        let result: Result<Void, StoreError> = await withCheckedContinuation { reply in
            let started = startThread { [database] in
                do throws(StoreError) { reply.resume(returning: .success(try database.checkpoint(to: folder))) } catch {
                    reply.resume(returning: .failure(error))
                }
            }
            if !started { reply.resume(returning: .failure(.unavailable("the machine has no thread left"))) }
        }
        try result.get()
    }
    /// Waits until everything queued is on the disk and the files are let go.
    package func close() async {
        await withCheckedContinuation { queue.close($0) }
    }
    /// Where it is, what it has done, and how much it holds; or why it refuses.
    package var health: String {
        get async {
            let (snapshot, counts) = published.state.withLock { ($0.snapshot, $0.statistics) }
            if case .failure(let error) = snapshot { return "RocksDB \(database.path): refuses: \(error)" }
            let keys = database.figure("estimate-num-keys") ?? 0
            let size =
                (database.figure("total-sst-files-size") ?? 0) + (database.figure("cur-size-all-mem-tables") ?? 0)
            let free = Damage.freeBytes(at: database.path).map { "\($0 >> 20) MiB free" } ?? "free space unknown"
            return "RocksDB \(database.path): \(counts.commits) commits in \(counts.batches) syncs, "
                + "\(counts.conflicts) conflicts, about \(keys) keys, \(size >> 20) MiB, \(free)"
        }
    }
    /// Commits that wait for the commit thread.
    package var waiting: Int { queue.count }
    /// Counted since it was opened.
    package var statistics: RocksDBStatistics { published.state.withLock { $0.statistics } }
}
