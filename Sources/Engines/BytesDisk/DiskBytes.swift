// SPDX-License-Identifier: Apache-2.0
package import Bytes
// Glibc for the flags of open(2).
import Glibc
import Synchronization

/// Keeps extents in segment files of one folder.
///
/// A segment grows at its end only. Room is given back by punching holes, so nothing ever moves, no position is used
/// twice, and readers never wait; a segment without data is removed. `Segments` decides, this class carries it out.
package final class DiskBytes: BytesEngine {
    static let stopping = BytesError.unavailable("the byte engine is stopping")
    let folder: String
    let options: DiskOptions
    let table = SegmentTable()
    let handles: Handles
    private let isReadOnly: Bool
    private let lock: Mutex<OpenFile?>
    private let pool: Workers<@Sendable () -> Void>
    private let smallSync: SharedSync
    private let largeSync: SharedSync

    /// Opens the folder, which is made when missing (its parent must exist), or refuses and says which file stands in
    /// the way.
    ///
    /// One engine at a time may have it.
    package convenience init(folder: String, options: DiskOptions = DiskOptions()) throws(BytesError) {
        try self.init(folder, options, readingOnly: false)
    }
    /// Opens a folder for a check: changes are refused, and what a start would tidy up stays as it is.
    package convenience init(readingOnly folder: String) throws(BytesError) {
        try self.init(folder, DiskOptions(), readingOnly: true)
    }
    private init(_ folder: String, _ options: DiskOptions, readingOnly: Bool) throws(BytesError) {
        self.folder = folder
        self.options = options
        isReadOnly = readingOnly
        handles = Handles(folder: folder, limit: options.handlesMax)
        if try Machine.makeFolder(folder) { try SegmentFile.syncFolder(folder + "/..") }
        let lock = try OpenFile(folder + "/lock", O_CREAT | O_RDWR)
        guard lock.lock() else {
            throw .unavailable("\(folder) is in use by another process: stop that one first")
        }
        self.lock = Mutex(lock)
        for (id, open) in try Self.scan(folder, tidying: !readingOnly) {
            table.state.withLock { $0.segments.load(id, open: open) }
        }
        smallSync = SharedSync(table)
        largeSync = SharedSync(table)
        pool = Workers(threads: options.threads, takingAll: false) { jobs in for job in jobs { job() } }
        if !readingOnly { for id in table.state.withLock({ $0.segments.known }) { removeIfEmpty(id) } }
    }
    deinit { pool.stop() }

    private static func scan(_ folder: String, tidying: Bool) throws(BytesError) -> [(Int64, Bool)] {
        var found: [Int64: Bool] = [:]
        for name in try Machine.names(in: folder) where name.hasPrefix("segment-") {
            let path = folder + "/" + name
            guard let (id, open) = SegmentFile.parse(name) else {
                throw .corrupt("\(path) is named like a segment but is none: move it away")
            }
            guard try SegmentFile.check(path, id: id, open: open) else {
                if tidying { try Machine.remove(path) }
                continue
            }
            guard found.updateValue(open, forKey: id) == nil else {
                throw .corrupt("\(path) exists twice, with and without .open: move the one that was put there away")
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: BytesEngine

    package func reserve(_ length: Int64) async throws(BytesError) -> any ExtentWriter {
        precondition(length > 0, "an extent has at least one byte")
        try checkWritable()
        let lane: Lane = length < Limits.largeBytes ? .small : .large
        try guardSpace(length)
        if let place = take(length, lane) { return DiskWriter(self, place) }
        let place = try await run { () throws(BytesError) in try self.takeFromNewSegment(length, lane) }
        return DiskWriter(self, place)
    }
    package func open(_ extent: Extent) async throws(BytesError) -> any ExtentReader {
        try reader(extent)
    }
    package func release(_ extent: Extent) async throws(BytesError) {
        try checkWritable()
        try checkPlace(extent)
        switch table.state.withLock({ $0.segments.release(extent) }) {
        case .done: break
        case .deferred(let mark):
            guard mark else { break }
            try await run { () throws(BytesError) in try self.markOpen(extent.segment) }
        case .now:
            let file = try await run { () throws(BytesError) in try self.punch(extent) }
            // In a segment that is still open, a crash leads to settling, which gives the room back again.
            guard let file, table.state.withLock({ $0.segments.isSealed(extent.segment) }) else { break }
            try await smallSync.settle(extent.segment, file)
        }
    }
    package func verify(_ extent: Extent) async throws(BytesError) {
        try await reader(extent).verify()
    }
    package func unsettledSegments() async -> [Int64] { table.state.withLock { $0.segments.unsettled() } }
    package func settle(_ segment: Int64, keeping kept: [Extent]) async throws(BytesError) {
        try checkWritable()
        for extent in kept {
            precondition(extent.segment == segment, "only extents of the segment are kept in it")
            try checkPlace(extent)
        }
        try await run { () throws(BytesError) in try self.settleNow(segment, kept) }
    }
    package func close() async {
        guard table.state.withLock({ $0.segments.close() }) else { return }
        await smallSync.drain()
        await largeSync.drain()
        await pool.drain()
        handles.dropAll()
        table.state.withLock { $0.segments.dropFiles() }
        lock.withLock { $0 = nil }
    }
    package var health: String {
        get async {
            let (segments, unsettled, counts) = table.state.withLock {
                ($0.segments.known.count, $0.segments.unsettled().count, $0.counts)
            }
            let free = (try? Machine.freeBytes(folder)).map { "\($0 >> 20) MiB free" } ?? "free room unknown"
            return "bytes on disk: \(segments) segments, \(unsettled) unsettled, \(free), "
                + "\(counts.changes) changes in \(counts.syncs) syncs"
        }
    }
}

extension DiskBytes {
    /// Changes made durable, and the syncs they shared, since it was opened.
    package var statistics: (changes: Int, syncs: Int) {
        table.state.withLock { ($0.counts.changes, $0.counts.syncs) }
    }
}

// MARK: - What writers and readers use

extension DiskBytes {
    /// Runs blocking calls on the engine's threads.
    func run<R: Sendable>(_ body: @escaping @Sendable () throws(BytesError) -> R) async throws(BytesError) -> R {
        let result = await withCheckedContinuation { (done: CheckedContinuation<Result<R, BytesError>, Never>) in
            let taken = submit { done.resume(returning: Result { () throws(BytesError) in try body() }) }
            if !taken { done.resume(returning: .failure(Self.stopping)) }
        }
        return try result.get()
    }
    @discardableResult func submit(_ body: @escaping @Sendable () -> Void) -> Bool { pool.submit(body) }
    func sync(_ lane: Lane) -> SharedSync { lane == .small ? smallSync : largeSync }
    private func checkWritable() throws(BytesError) {
        try checkRunning()
        if isReadOnly { throw .unavailable("\(folder) is open for reading only") }
    }
    func checkRunning() throws(BytesError) {
        if table.state.withLock({ $0.segments.closed }) { throw Self.stopping }
    }
    /// Gives a region back and forgets its segment when that was all; the file it was done in, unless that is gone.
    @discardableResult func punch(_ extent: Extent) throws(BytesError) -> OpenFile? {
        guard table.state.withLock({ $0.segments.contains(extent.segment) }) else { return nil }
        let file = try handles.openSegment(extent.segment, O_RDWR)
        defer { table.state.withLock { $0.segments.vanished(extent) } }
        try file.punch(extent.region)
        removeIfEmpty(extent.segment)
        return file
    }
    func readerEnded(_ extent: Extent) {
        guard let doomed = table.state.withLock({ $0.segments.removeReader(extent) }) else { return }
        submit {
            // Should it fail, the segment is still marked as open and gets settled.
            guard (try? self.punch(doomed)) != nil else { return }
            self.table.state.withLock { $0.segments.deferredReleaseEnded(doomed.segment) }
        }
    }

    private func reader(_ extent: Extent) throws(BytesError) -> DiskReader {
        try checkRunning()
        try checkPlace(extent)
        guard table.state.withLock({ $0.segments.addReader(extent) }) else {
            throw .released("the extent at \(extent.offset) of segment \(extent.segment) in \(folder)")
        }
        return DiskReader(self, extent)
    }
    private func checkPlace(_ extent: Extent) throws(BytesError) {
        guard extent.length > 0, extent.segment > 0, extent.offset >= SegmentFile.headerBytes,
            extent.offset % Blocks.alignment == 0
        else { throw .corrupt("no extent of this engine: \(extent)") }
    }
    private func guardSpace(_ length: Int64) throws(BytesError) {
        let free = try Machine.freeBytes(folder)
        let promised = table.state.withLock { $0.segments.promisedBytes }
        let room = free - promised - options.keepFreeBytes
        guard length <= room, Blocks.regionBytes(length) <= room else {
            throw .full(
                """
                \(folder): \(length) bytes do not fit: \(free) are free, \(promised) promised to writers, and \
                \(options.keepFreeBytes) are kept for the store; free room or add a disk
                """
            )
        }
    }
    func take(_ length: Int64, _ lane: Lane) -> Reservation? {
        table.state.withLock { $0.segments.take(length, lane: lane, segmentBytes: options.segmentBytes) }
    }
}
