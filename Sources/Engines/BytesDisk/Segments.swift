// SPDX-License-Identifier: Apache-2.0
import Bytes

/// Which segments an extent goes to.
enum Lane {
    case small
    case large
}

/// A region taken for one writer.
struct Reservation: Sendable {
    var extent: Extent
    var lane: Lane
    var file: OpenFile
}

/// What the engine knows of its segments: a value whose changes are decided here and carried out elsewhere.
struct Segments {
    enum Phase {
        /// Takes extents.
        case active
        /// Takes no more; still marked as open.
        case full
        /// Holds nothing that the end of this life could leave behind.
        case sealed
        /// Was open when the last life ended.
        case unsettled
    }
    struct Segment {
        var phase: Phase
        /// Where the next region begins.
        var end: Int64 = 0
        var writers = 0
        var readers = 0
        /// Releases that wait for a reader.
        var deferred = 0
        /// Something in it was begun and given up in this life, so that it must be settled in the next.
        var tainted = false
        /// The descriptor all writers and their syncs share, which is told of every write error.
        var file: OpenFile?
    }

    private var segments: [Int64: Segment] = [:]
    private var active: [Lane: Int64] = [:]
    /// The highest number ever used.
    ///
    /// Its file stays even when empty, so that no number is used twice.
    private(set) var highest: Int64 = 0
    private(set) var promisedBytes: Int64 = 0
    private(set) var closed = false
    private var full: [Int64] = []
    private var readers: [Extent: Int] = [:]
    private var doomed: Set<Extent> = []
    /// Being given back right now: nobody may begin to read them.
    private var vanishing: Set<Extent> = []

    var known: Set<Int64> { Set(segments.keys) }
    func contains(_ id: Int64) -> Bool { segments[id] != nil }
    func isSealed(_ id: Int64) -> Bool { segments[id]?.phase == .sealed }

    /// Refuses everything from now on; false when it was so already.
    mutating func close() -> Bool {
        defer { closed = true }
        return !closed
    }
    /// Lets go of the files of segments that are still open.
    mutating func dropFiles() { for id in segments.keys { segments[id]?.file = nil } }
    mutating func load(_ id: Int64, open: Bool) {
        segments[id] = Segment(phase: open ? .unsettled : .sealed)
        highest = max(highest, id)
    }

    // MARK: Writers

    /// Takes a region, when the lane has an active segment.
    mutating func take(_ length: Int64, lane: Lane, segmentBytes: Int64) -> Reservation? {
        guard let id = active[lane], var segment = segments[id], let file = segment.file else { return nil }
        let extent = Extent(segment: id, offset: segment.end, length: length)
        segment.end = extent.region.upperBound
        segment.writers += 1
        promisedBytes += Int64(extent.region.count)
        segments[id] = segment
        if segment.end >= segmentBytes { retire(id) }
        return Reservation(extent: extent, lane: lane, file: file)
    }
    mutating func add(_ id: Int64, file: OpenFile, lane: Lane) {
        highest = id
        segments[id] = Segment(phase: .active, end: SegmentFile.headerBytes, file: file)
        active[lane] = id
    }
    /// Part of a promised region was written, or never will be.
    mutating func settlePromise(_ bytes: Int64) { promisedBytes -= bytes }
    mutating func writerEnded(_ id: Int64, tainting: Bool) {
        segments[id]?.writers -= 1
        if tainting { segments[id]?.tainted = true }
    }
    /// A sync failed: what else was written to the segment may be lost too, so no writer of it may succeed any more.
    mutating func poison(_ id: Int64) {
        segments[id]?.tainted = true
        segments[id]?.file = nil
        retire(id)
    }
    /// Whether syncs of the segment still tell the truth.
    func isTrusted(_ id: Int64) -> Bool { segments[id]?.file != nil }
    private mutating func retire(_ id: Int64) {
        guard segments[id]?.phase == .active else { return }
        segments[id]?.phase = .full
        full.append(id)
        for (lane, active) in active where active == id { self.active[lane] = nil }
    }

    // MARK: Readers and releases

    /// Counts a reader in; false when the extent is gone.
    mutating func addReader(_ extent: Extent) -> Bool {
        guard segments[extent.segment] != nil, !vanishing.contains(extent) else { return false }
        segments[extent.segment]?.readers += 1
        readers[extent, default: 0] += 1
        return true
    }
    /// Counts a reader out; the extent, when it was the last and the room is now to be given back.
    mutating func removeReader(_ extent: Extent) -> Extent? {
        segments[extent.segment]?.readers -= 1
        let left = (readers[extent] ?? 1) - 1
        readers[extent] = left > 0 ? left : nil
        guard left <= 0, doomed.remove(extent) != nil else { return nil }
        vanishing.insert(extent)
        return extent
    }
    enum Release {
        /// The segment is gone or the release waits already.
        case done
        /// Somebody reads it; `mark` tells that the segment must be marked as open first, so that a crash before the
        /// last reader ends does not forget the release.
        case deferred(mark: Bool)
        /// The room can be given back.
        case now
    }
    mutating func release(_ extent: Extent) -> Release {
        guard let segment = segments[extent.segment] else { return .done }
        guard readers[extent] != nil else {
            vanishing.insert(extent)
            return .now
        }
        return .deferred(mark: doom(extent) && segment.phase == .sealed)
    }
    mutating func vanished(_ extent: Extent) { vanishing.remove(extent) }
    mutating func deferredReleaseEnded(_ id: Int64) { segments[id]?.deferred -= 1 }
    private mutating func doom(_ extent: Extent) -> Bool {
        guard doomed.insert(extent).inserted else { return false }
        segments[extent.segment]?.deferred += 1
        return true
    }

    // MARK: Sealing and settling

    /// Full segments that the next life would find nothing wrong with; all, or those that enough others have filled up after.
    func sealable(lag: Int) -> [Int64] {
        full.dropLast(lag).filter { id in
            segments[id].map { $0.writers == 0 && $0.deferred == 0 && !$0.tainted } ?? false
        }
    }
    /// Seals a segment that may be; from now on a release in it makes itself durable.
    mutating func seal(_ id: Int64) -> Bool {
        guard sealable(lag: 0).contains(id) else { return false }
        sealed(id)
        return true
    }
    mutating func sealed(_ id: Int64) {
        segments[id]?.phase = .sealed
        segments[id]?.file = nil
        full.removeAll { $0 == id }
    }
    /// Everything outside the kept regions is gone; false when a release still waits for a reader, which a later
    /// settling or the next start finds.
    mutating func settled(_ id: Int64) -> Bool {
        guard let segment = segments[id], segment.deferred > 0 else { return true }
        segments[id]?.phase = .full
        full.append(id)
        return false
    }
    mutating func markedOpen(_ id: Int64) {
        segments[id]?.phase = .full
        full.append(id)
    }
    func unsettled() -> [Int64] { segments.filter { $0.value.phase == .unsettled }.keys.sorted() }
    /// The regions of an unsettled segment that stay: what is kept, and what is still being read, which goes with its
    /// last reader unless it is kept.
    mutating func regionsToKeep(_ id: Int64, _ kept: [Extent]) -> [Range<Int64>] {
        let read = Set(readers.keys.filter { $0.segment == id }).subtracting(kept)
        for extent in read { _ = doom(extent) }
        return kept.map(\.region) + read.map(\.region)
    }
    /// Forgets a segment that holds nothing and that nobody reads; false when it must stay.
    mutating func forget(_ id: Int64) -> Bool {
        guard mayForget(id) else { return false }
        segments[id] = nil
        return true
    }
    func mayForget(_ id: Int64) -> Bool {
        segments[id].map { $0.phase == .sealed && $0.readers == 0 && id != highest } ?? false
    }
}
