// SPDX-License-Identifier: Apache-2.0
import Bytes
// Glibc for the flags of open(2).
import Glibc
import Synchronization

/// Creating, sealing, settling and removing segment files. All of it runs on worker threads, but for the start.
extension DiskBytes {
    func takeFromNewSegment(_ length: Int64, _ lane: Lane) throws(BytesError) -> Reservation {
        let place: Reservation? = try whole { () throws(BytesError) in
            // Somebody else may have made one while this thread waited for its turn.
            if let place = self.take(length, lane) { return place }
            let before = self.table.state.withLock { $0.segments.highest }
            let file = try SegmentFile.create(before + 1, in: self.folder)
            let place = self.table.state.withLock { state in
                state.segments.add(before + 1, file: file, lane: lane)
                return state.segments.take(length, lane: lane, segmentBytes: self.options.segmentBytes)
            }
            self.submit { [self] in
                removeIfEmpty(before)
                for id in table.state.withLock({ $0.segments.sealable(lag: Limits.sealLag) }) { try? seal(id) }
            }
            return place
        }
        guard let place else { throw .unavailable("a new segment was taken out of use at once: its disk fails") }
        return place
    }

    /// A release waits in a sealed segment: marked as open again, a crash cannot make it forgotten.
    func markOpen(_ id: Int64) throws(BytesError) {
        try whole { () throws(BytesError) in
            guard self.table.state.withLock({ $0.segments.isSealed(id) }) else { return }
            try self.rename(id, open: true)
            self.table.state.withLock { $0.segments.markedOpen(id) }
        }
    }

    /// Gives back everything of an unsettled segment outside what is kept or still read.
    func settleNow(_ id: Int64, _ kept: [Extent]) throws(BytesError) {
        try whole { () throws(BytesError) in
            guard self.table.state.withLock({ $0.segments.unsettled().contains(id) }) else { return }
            let regions = self.table.state.withLock { $0.segments.regionsToKeep(id, kept) }
            let file = try self.handles.openSegment(id, O_RDWR)
            var end = SegmentFile.headerBytes
            for region in regions.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if region.lowerBound > end { try file.punch(end..<region.lowerBound) }
                end = max(end, region.upperBound)
            }
            if file.size > end { try file.punch(end..<file.size) }
            try file.sync()
            guard self.table.state.withLock({ $0.segments.settled(id) }) else { return }
            try self.rename(id, open: false)
            self.table.state.withLock { $0.segments.sealed(id) }
        }
        removeIfEmpty(id)
    }

    /// The segment's name tells from now on that a crash cannot have left anything in it.
    func seal(_ id: Int64) throws(BytesError) {
        try whole { () throws(BytesError) in
            guard self.table.state.withLock({ $0.segments.seal(id) }) else { return }
            do throws(BytesError) {
                try self.handles.openSegment(id, O_RDWR).sync()
                try self.rename(id, open: false)
            } catch {
                self.table.state.withLock { $0.segments.markedOpen(id) }
                throw error
            }
        }
        removeIfEmpty(id)
    }

    /// Removes a sealed segment in which only holes are left.
    func removeIfEmpty(_ id: Int64) {
        guard table.state.withLock({ $0.segments.mayForget(id) }) else { return }
        try? whole { () throws(BytesError) in
            let file = try self.handles.openSegment(id, O_RDONLY)
            guard !file.holdsData(in: SegmentFile.headerBytes..<Int64.max),
                self.table.state.withLock({ $0.segments.forget(id) })
            else { return }
            self.handles.drop(id)
            try Machine.remove(file.path)
        }
    }

    private func rename(_ id: Int64, open: Bool) throws(BytesError) {
        try Machine.rename(
            folder + "/" + SegmentFile.name(id, open: !open),
            to: folder + "/" + SegmentFile.name(id, open: open)
        )
        try SegmentFile.syncFolder(folder)
    }
    private func whole<R: Sendable>(_ body: () throws(BytesError) -> R) throws(BytesError) -> R {
        try table.folder.withLock { _ throws(BytesError) in try body() }
    }
}
