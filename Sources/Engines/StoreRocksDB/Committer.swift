// SPDX-License-Identifier: Apache-2.0
import Store
import Synchronization

/// What the commit thread tells everybody else.
final class Published: Sendable {
    struct State {
        /// What a new reader sees, or why there is none.
        var snapshot: Result<RocksDBSnapshot, StoreError>
        var statistics = RocksDBStatistics()
    }
    let state: Mutex<State>
    init(_ snapshot: RocksDBSnapshot) { state = Mutex(State(snapshot: .success(snapshot))) }
}

/// The commit thread's work: every commit passes here, one batch after the other, each batch with one sync.
struct Committer: ~Copyable {
    private let database: Database
    private let published: Published
    private let freeSpaceReserve: UInt64
    private var window: ConflictWindow
    private var version: Version
    /// Set by a write that failed: what the disk holds is then known only after the store is opened anew.
    private var refusal: StoreError?

    init(_ database: Database, _ published: Published, version: Version, options: RocksDBOptions) {
        self.database = database
        self.published = published
        self.version = version
        freeSpaceReserve = options.freeSpaceReserveBytes
        window = ConflictWindow(keysMax: options.recentKeysMax, floor: version)
        refusal = database.isReadOnly ? .unavailable("the store is open for reading only") : nil
    }

    /// Serves the queue until it is closed, then closes the database.
    mutating func run(_ queue: CommitQueue) {
        while let waiting = queue.take() { commit(waiting) }
        published.state.withLock { $0.snapshot = .failure(.unavailable("the store is closed")) }
        shortenLog()
        database.close()
        queue.finish()
    }

    /// Commits, as one batch, those that may be.
    private mutating func commit(_ waiting: [CommitQueue.Waiting]) {
        let free = refusal == nil ? Damage.freeBytes(at: database.path) : nil
        var accepted: [CommitQueue.Waiting] = []
        var answered: [(CommitQueue.Reply, Result<Version, StoreError>)] = []
        var conflicts = 0
        for next in waiting {
            if let refusal {
                answered.append((next.reply, .failure(refusal)))
            } else if window.isInConflict(next.commit) {
                conflicts += 1
                answered.append((next.reply, .failure(.conflict)))
            } else if next.commit.writes.isEmpty {
                answered.append((next.reply, .success(version)))
            } else if let lack = lackOfSpace(next.commit, free) {
                answered.append((next.reply, .failure(lack)))
            } else {
                // Every version read so far is at most `version`, and every later snapshot lies above this batch.
                window.record(next.commit, at: version + 1)
                accepted.append(next)
            }
        }
        let outcome = accepted.isEmpty ? .success(version) : write(accepted)
        note(accepted.count, conflicts: conflicts, outcome)
        for (reply, answer) in answered { reply.resume(returning: answer) }
        for waiting in accepted { waiting.reply.resume(returning: outcome) }
    }

    /// One synced write; when it fails, nobody can know what stands until the store is opened again.
    private mutating func write(_ accepted: [CommitQueue.Waiting]) -> Result<Version, StoreError> {
        do throws(StoreError) {
            let commits = accepted.lazy.map(\.commit)
            try database.write(commits)
            let snapshot = try database.makeSnapshot()
            version = snapshot.version
            database.often.forget(commits, newest: version)
            // Published before anybody hears of the commit: whoever heard of it sees it.
            let old = published.state.withLock { state in
                defer { state.snapshot = .success(snapshot) }
                return state.snapshot
            }
            withExtendedLifetime(old) {}
            return .success(version)
        } catch {
            let refusal = StoreError.unavailable(
                "the store in \(database.path) stopped after a failed write (\(error)); repair the disk, then restart"
            )
            self.refusal = refusal
            published.state.withLock { $0.snapshot = .failure(refusal) }
            return .failure(.unknownResult)
        }
    }

    /// Spares the next start a long replay, unless the disk is full or fails.
    private func shortenLog() {
        guard refusal == nil, database.figure("cur-size-all-mem-tables") ?? 0 > Limits.logLeftBytes,
            Damage.freeBytes(at: database.path) ?? 0 > freeSpaceReserve
        else { return }
        database.flush()
    }
    private func note(_ accepted: Int, conflicts: Int, _ outcome: Result<Version, StoreError>) {
        published.state.withLock { state in
            state.statistics.conflicts += conflicts
            guard accepted > 0, case .success = outcome else { return }
            state.statistics.commits += accepted
            state.statistics.batches += 1
        }
    }

    /// Why a commit is refused for lack of room; one that gives room back may use an eighth of the reserve.
    private func lackOfSpace(_ commit: Commit, _ free: UInt64?) -> StoreError? {
        let reserve = commit.frees ? freeSpaceReserve / 8 * 7 : freeSpaceReserve
        guard let free, free < reserve else { return nil }
        return .unavailable(
            "free space under \(database.path) is \(free >> 20) MiB, below the reserve of "
                + "\(reserve >> 20) MiB; make room, nothing was changed"
        )
    }
}
