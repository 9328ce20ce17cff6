// SPDX-License-Identifier: Apache-2.0
import Bytes
import Synchronization

/// Fills one region.
///
/// User bytes go to the file from where they lie; only what is no whole block yet is held back.
final class DiskWriter: ExtentWriter {
    private struct State {
        var pending: [UInt8] = []
        var writtenBytes: Int64 = 0
        var writebackFrom: Int64
        var outcome: Outcome?
    }
    private enum Outcome {
        case ended
        case failed(BytesError)
    }
    private let engine: DiskBytes
    private let place: Reservation
    private let state: Mutex<State>
    private var extent: Extent { place.extent }
    /// Written together with its sync, by the thread that syncs.
    private var isOneBlock: Bool { extent.length <= Int64(BytesLayout.blockBytes) }

    init(_ engine: DiskBytes, _ place: Reservation) {
        self.engine = engine
        self.place = place
        state = Mutex(State(writebackFrom: place.extent.offset))
    }
    deinit { if state.withLock({ $0.outcome == nil }) { end(.ended, tainting: true) } }

    func write(_ bytes: [UInt8]) async throws(BytesError) {
        precondition(bytes.count <= BytesLayout.chunkBytes, "a writer is given at most chunkBytes at once")
        try check()
        let piece = state.withLock { state in take(bytes, &state) }
        guard !piece.isEmpty else { return }
        let first = state.withLock { $0.writtenBytes } / Int64(BytesLayout.blockBytes)
        let sums = Blocks.checksums(piece, from: first, of: extent)
        let (place, window) = (place, advance(by: piece.count))
        defer { engine.table.state.withLock { $0.segments.settlePromise(Blocks.diskLength(Int64(piece.count))) } }
        do throws(BytesError) {
            try await engine.run { () throws(BytesError) in
                try BlockIO.write(piece, sums: sums, from: first, of: place.extent, to: place.file)
                if let window { place.file.startWriteback(window) }
            }
        } catch {
            await fail(error)
            throw error
        }
    }
    func finish() async throws(BytesError) -> Extent {
        try check()
        let tail = state.withLock { state in
            precondition(
                state.writtenBytes + Int64(state.pending.count) == extent.length,
                "exactly the reserved length is written"
            )
            return state.pending
        }
        let sums = Blocks.checksums(tail, from: 0, of: extent)
        do throws(BytesError) {
            try await engine.sync(place.lane).finish(
                place,
                tail: tail.isEmpty ? nil : SharedSync.Tail(bytes: tail, sums: sums, extent: extent)
            )
        } catch {
            await fail(error)
            throw error
        }
        end(.ended, tainting: false)
        return extent
    }
    func abandon() async {
        guard state.withLock({ $0.outcome == nil }) else { return }
        await giveBack(.ended)
    }

    /// What can be written now: whole blocks, or everything up to the extent's end unless it is a single block.
    private func take(_ bytes: [UInt8], _ state: inout State) -> [UInt8] {
        let total = state.writtenBytes + Int64(state.pending.count + bytes.count)
        precondition(total <= extent.length, "no more than the reserved length is written")
        let isWhole = bytes.count.isMultiple(of: BytesLayout.blockBytes)
        if !isOneBlock && state.pending.isEmpty && (isWhole || total == extent.length) { return bytes }
        state.pending += bytes
        if isOneBlock { return [] }
        let ready =
            total == extent.length
            ? state.pending.count : state.pending.count / BytesLayout.blockBytes * BytesLayout.blockBytes
        let piece = Array(state.pending[..<ready])
        state.pending.removeFirst(ready)
        return piece
    }
    /// Counts bytes as written; a window of dirty pages that is complete with them.
    private func advance(by count: Int) -> Range<Int64>? {
        state.withLock { state in
            state.writtenBytes += Int64(count)
            let end = extent.offset + Blocks.diskLength(state.writtenBytes)
            guard place.lane == .large, end - state.writebackFrom >= Limits.writebackBytes else { return nil }
            defer { state.writebackFrom = end }
            return state.writebackFrom..<end
        }
    }

    private func check() throws(BytesError) {
        switch state.withLock({ $0.outcome }) {
        case nil: try engine.checkRunning()
        case .failed(let error): throw error
        case .ended: preconditionFailure("a writer is not used after its end")
        }
    }
    private func fail(_ error: BytesError) async { await giveBack(.failed(error)) }
    private func giveBack(_ outcome: Outcome) async {
        let extent = extent
        let punched: ()? = try? await engine.run { () throws(BytesError) in _ = try self.engine.punch(extent) }
        end(outcome, tainting: punched == nil)
    }
    /// Nothing more comes; a tainted segment is settled at the next start.
    private func end(_ outcome: Outcome, tainting: Bool) {
        let written = state.withLock { state in
            state.outcome = outcome
            return state.writtenBytes
        }
        engine.table.state.withLock { table in
            table.segments.settlePromise(Int64(extent.region.count) - Blocks.diskLength(written))
            table.segments.writerEnded(extent.segment, tainting: tainting)
        }
    }
}
