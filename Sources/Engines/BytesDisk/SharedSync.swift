// SPDX-License-Identifier: Apache-2.0
import Bytes
import Synchronization

/// One thread that makes many changes durable with one sync: it takes all that wait, syncs each segment among them
/// once, and answers all.
///
/// Who comes meanwhile is in the next round.
final class SharedSync: Sendable {
    /// An extent of one block, which is written in the same go as it is synced: one change of threads less.
    struct Tail {
        var bytes: [UInt8]
        var sums: [UInt64]
        var extent: Extent
    }
    /// How many changes shared how many syncs.
    struct Counts {
        var changes = 0
        var syncs = 0
    }
    private struct Job {
        var segment: Int64
        var file: OpenFile
        /// Whether it brings data, which an earlier failed sync of the segment may have lost, or only takes room away.
        var brings: Bool
        var tail: Tail?
        var done: CheckedContinuation<BytesError?, Never>
    }
    private let workers: Workers<Job>
    private let table: SegmentTable

    init(_ table: SegmentTable) {
        self.table = table
        workers = Workers(threads: 1, takingAll: true) { jobs in Self.serve(jobs, table) }
    }
    deinit { workers.stop() }

    /// Makes everything written for a reservation durable, its tail included.
    func finish(_ place: Reservation, tail: Tail?) async throws(BytesError) {
        try await submit { Job(segment: place.extent.segment, file: place.file, brings: true, tail: tail, done: $0) }
    }
    /// Makes a change of a sealed segment durable.
    func settle(_ segment: Int64, _ file: OpenFile) async throws(BytesError) {
        try await submit { Job(segment: segment, file: file, brings: false, done: $0) }
    }
    /// Waits for everything that was asked; what is asked later is refused.
    func drain() async { await workers.drain() }

    private func submit(_ job: (CheckedContinuation<BytesError?, Never>) -> Job) async throws(BytesError) {
        let failure = await withCheckedContinuation { done in
            if !workers.submit(job(done)) { done.resume(returning: DiskBytes.stopping) }
        }
        if let failure { throw failure }
    }

    private static func serve(_ jobs: [Job], _ table: SegmentTable) {
        var groups: [Int64: [Job]] = [:]
        for job in jobs {
            if let failure = write(job, table) {
                job.done.resume(returning: failure)
            } else {
                groups[job.segment, default: []].append(job)
            }
        }
        for (segment, group) in groups {
            let failure = sync(group[0].file)
            table.state.withLock { state in
                state.counts.changes += group.count
                state.counts.syncs += 1
                if failure != nil && group.contains(where: \.brings) { state.segments.poison(segment) }
            }
            for job in group { job.done.resume(returning: failure) }
        }
    }
    private static func write(_ job: Job, _ table: SegmentTable) -> BytesError? {
        guard !job.brings || table.state.withLock({ $0.segments.isTrusted(job.segment) }) else {
            return .unavailable("an earlier sync of \(job.file.path) failed: what was written to it may be lost")
        }
        guard let tail = job.tail else { return nil }
        do throws(BytesError) {
            try BlockIO.write(tail.bytes, sums: tail.sums, from: 0, of: tail.extent, to: job.file)
            return nil
        } catch { return error }
    }
    private static func sync(_ file: OpenFile) -> BytesError? {
        do throws(BytesError) {
            try file.sync()
            return nil
        } catch { return error }
    }
}

/// The segments, shared by all that work on them.
final class SegmentTable: Sendable {
    struct State {
        var segments = Segments()
        var counts = SharedSync.Counts()
    }
    let state = Mutex(State())
    /// Held while files are created, renamed or removed, so that each of these sees the others whole.
    ///
    /// Taken on worker threads only.
    let folder = Mutex(())
}
