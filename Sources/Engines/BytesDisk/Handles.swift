// SPDX-License-Identifier: Apache-2.0
import Bytes
// Glibc for the flags of open(2).
import Glibc
import Synchronization

/// Segments open for reading: at most so many, the one longest unused closed first.
///
/// One in use stays open until its user lets go of it.
final class Handles: Sendable {
    private struct State {
        var files: [Int64: (file: OpenFile, used: UInt64)] = [:]
        var tick: UInt64 = 0
    }
    private let state = Mutex(State())
    private let folder: String
    private let limit: Int

    init(folder: String, limit: Int) {
        self.folder = folder
        self.limit = limit
    }
    /// The open file of a segment, when there is one.
    func cached(_ id: Int64) -> OpenFile? {
        state.withLock { state in
            state.tick += 1
            state.files[id]?.used = state.tick
            return state.files[id]?.file
        }
    }
    /// The file of a segment, opened when need be.
    func file(_ id: Int64) throws(BytesError) -> OpenFile {
        if let file = cached(id) { return file }
        let file = try openSegment(id, O_RDONLY)
        return state.withLock { state in
            if let other = state.files[id]?.file { return other }
            if state.files.count >= limit, let oldest = state.files.min(by: { $0.value.used < $1.value.used })?.key {
                state.files[oldest] = nil
            }
            state.files[id] = (file, state.tick)
            return file
        }
    }
    /// A file of its own for a change; a segment may be renamed at any time, so both names are tried in turn.
    func openSegment(_ id: Int64, _ flags: CInt) throws(BytesError) -> OpenFile {
        for open in [false, true] {
            if let file = try? OpenFile(folder + "/" + SegmentFile.name(id, open: open), flags) { return file }
        }
        return try OpenFile(folder + "/" + SegmentFile.name(id, open: false), flags)
    }
    func drop(_ id: Int64) { state.withLock { $0.files[id] = nil } }
    func dropAll() { state.withLock { $0.files = [:] } }
}
