// SPDX-License-Identifier: Apache-2.0
package import Bytes
import Synchronization

/// Keeps extents in memory: the truth for tests, and the disk of a simulated machine.
///
/// Like a disk it outlives the region that uses it: after `crash()` or `close()` and `restart()` the same object serves
/// the next life. What was not finished before a crash is gone, its room taken until the segment is settled.
package final class MemoryBytes: BytesEngine {
    /// Small, so that a short simulation already crosses from segment to segment.
    package static let segmentBytes: Int64 = 1 << 20
    fileprivate let state: Mutex<MemoryDisk>

    /// A disk with room for so many user bytes.
    package init(capacity: Int64 = .max) { state = Mutex(MemoryDisk(capacity: capacity)) }

    package func reserve(_ length: Int64) async throws(BytesError) -> any ExtentWriter {
        precondition(length > 0, "an extent has at least one byte")
        return try run { disk throws(BytesError) in
            MemoryWriter(self, try disk.reserve(length), life: disk.life)
        }
    }
    package func open(_ extent: Extent) async throws(BytesError) -> any ExtentReader {
        try run { disk throws(BytesError) in
            try disk.addReader(extent)
            return MemoryReader(self, extent, life: disk.life)
        }
    }
    package func release(_ extent: Extent) async throws(BytesError) {
        try run { disk throws(BytesError) in disk.release(extent) }
    }
    package func verify(_ extent: Extent) async throws(BytesError) {
        try run { disk throws(BytesError) in _ = try disk.read(0..<extent.length, of: extent) }
    }
    package func unsettledSegments() async -> [Int64] { state.withLock { $0.unsettled.sorted() } }
    package func settle(_ segment: Int64, keeping kept: [Extent]) async throws(BytesError) {
        precondition(kept.allSatisfy { $0.segment == segment }, "only extents of the segment are kept in it")
        try run { disk throws(BytesError) in disk.settle(segment, keeping: kept) }
    }
    package func close() async { state.withLock { $0.endLife() } }
    package var health: String {
        get async {
            state.withLock { "bytes in memory: \($0.usedBytes) bytes, \($0.unsettled.count) segments unsettled" }
        }
    }

    fileprivate func run<R>(life: Int? = nil, _ body: (inout MemoryDisk) throws(BytesError) -> R) throws(BytesError)
        -> R
    {
        try state.withLock { disk throws(BytesError) in
            guard !disk.isClosed, life ?? disk.life == disk.life else {
                throw BytesError.unavailable("the byte engine is stopping")
            }
            return try body(&disk)
        }
    }
}

// MARK: - What tests do to a disk

extension MemoryBytes {
    /// The region dies at this very moment and a new one starts: every writer and reader of the old life is refused.
    package func crash() {
        state.withLock { disk in
            disk.endLife()
            disk.isClosed = false
        }
    }
    /// A new life after `close()`.
    package func restart() { state.withLock { $0.isClosed = false } }
    /// Changes one byte behind the engine's back.
    package func flip(byte: Int64, of extent: Extent) {
        state.withLock { _ = $0.extents[extent]?.damaged.insert(byte / Int64(BytesLayout.blockBytes)) }
    }
    /// Every extent that can be read, in the order in which they lie.
    package var extents: [Extent] {
        state.withLock { disk in
            disk.extents.keys.sorted { ($0.segment, $0.offset) < ($1.segment, $1.offset) }
        }
    }
    /// Makes the disk larger or smaller; what is there stays.
    package func resize(capacity: Int64) { state.withLock { $0.capacity = capacity } }
    /// User bytes that reservations and extents take.
    package var usedBytes: Int64 { state.withLock { $0.usedBytes } }
}

/// The disk as a value.
private struct MemoryDisk {
    struct Stored {
        var bytes: [UInt8]
        var damaged: Set<Int64> = []
    }
    var capacity: Int64
    var isClosed = false
    /// Counts starts, so that what the last life left behind cannot touch this one.
    var life = 0
    var extents: [Extent: Stored] = [:]
    private var reserved: Set<Extent> = []
    private(set) var unsettled: Set<Int64> = []
    /// Segments the end of this life leaves unsettled.
    private var open: Set<Int64> = []
    private var segment: Int64 = 0
    private var end = MemoryBytes.segmentBytes
    private var readers: [Extent: Int] = [:]
    private var doomed: Set<Extent> = []
    private(set) var usedBytes: Int64 = 0

    init(capacity: Int64) { self.capacity = capacity }

    mutating func reserve(_ length: Int64) throws(BytesError) -> Extent {
        guard length <= capacity - usedBytes else {
            throw .full("the memory disk has \(capacity - usedBytes) of \(capacity) bytes left, not \(length)")
        }
        if end >= MemoryBytes.segmentBytes {
            segment += 1
            end = 0
            open.insert(segment)
        }
        let extent = Extent(segment: segment, offset: end, length: length)
        end += length
        usedBytes += length
        reserved.insert(extent)
        return extent
    }
    mutating func finish(_ extent: Extent, _ bytes: [UInt8]) {
        reserved.remove(extent)
        extents[extent] = Stored(bytes: bytes)
    }
    mutating func abandon(_ extent: Extent) {
        if reserved.remove(extent) != nil { usedBytes -= extent.length }
    }

    mutating func addReader(_ extent: Extent) throws(BytesError) {
        guard extents[extent] != nil, !doomed.contains(extent) else { throw Self.released(extent) }
        readers[extent, default: 0] += 1
    }
    mutating func removeReader(_ extent: Extent) {
        let left = (readers[extent] ?? 1) - 1
        readers[extent] = left > 0 ? left : nil
        if left <= 0 && doomed.remove(extent) != nil { remove(extent) }
    }
    func read(_ range: Range<Int64>, of extent: Extent) throws(BytesError) -> [UInt8] {
        guard let stored = extents[extent] else { throw Self.released(extent) }
        let block = Int64(BytesLayout.blockBytes)
        let blocks = range.lowerBound / block..<(range.upperBound + block - 1) / block
        if let bad = stored.damaged.filter(blocks.contains).min() {
            throw .corrupt("memory segment \(extent.segment): block \(bad) of the extent at \(extent.offset)")
        }
        return Array(stored.bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }
    mutating func release(_ extent: Extent) {
        guard readers[extent] == nil else {
            doomed.insert(extent)
            open.insert(extent.segment)
            return
        }
        remove(extent)
    }
    private mutating func remove(_ extent: Extent) {
        if extents.removeValue(forKey: extent) != nil { usedBytes -= extent.length }
    }

    mutating func settle(_ segment: Int64, keeping kept: [Extent]) {
        guard unsettled.remove(segment) != nil else { return }
        for extent in reserved where extent.segment == segment { abandon(extent) }
        for extent in Set(extents.keys.filter { $0.segment == segment }).subtracting(kept) { release(extent) }
    }
    mutating func endLife() {
        life += 1
        isClosed = true
        unsettled.formUnion(open)
        (open, readers, doomed) = ([], [:], [])
        end = MemoryBytes.segmentBytes
    }
    private static func released(_ extent: Extent) -> BytesError {
        .released("the extent at \(extent.offset) of memory segment \(extent.segment)")
    }
}

private final class MemoryWriter: ExtentWriter {
    private let engine: MemoryBytes
    private let extent: Extent
    private let life: Int
    private let written = Mutex<(bytes: [UInt8], ended: Bool)>(([], false))

    init(_ engine: MemoryBytes, _ extent: Extent, life: Int) {
        (self.engine, self.extent, self.life) = (engine, extent, life)
    }
    func write(_ bytes: [UInt8]) async throws(BytesError) {
        precondition(bytes.count <= BytesLayout.chunkBytes, "a writer is given at most chunkBytes at once")
        try engine.run(life: life) { _ throws(BytesError) in
            written.withLock { written in
                precondition(!written.ended, "a writer is not used after its end")
                written.bytes += bytes
                precondition(written.bytes.count <= extent.length, "no more than the reserved length is written")
            }
        }
    }
    func finish() async throws(BytesError) -> Extent {
        try engine.run(life: life) { disk throws(BytesError) in
            disk.finish(extent, end())
            return extent
        }
    }
    func abandon() async {
        guard !written.withLock({ $0.ended }) else { return }
        try? engine.run(life: life) { disk throws(BytesError) in
            written.withLock { $0.ended = true }
            disk.abandon(extent)
        }
    }
    private func end() -> [UInt8] {
        written.withLock { written in
            precondition(!written.ended, "a writer is not used after its end")
            precondition(written.bytes.count == extent.length, "exactly the reserved length is written")
            written.ended = true
            return written.bytes
        }
    }
}

private final class MemoryReader: ExtentReader {
    private let engine: MemoryBytes
    private let extent: Extent
    private let life: Int

    init(_ engine: MemoryBytes, _ extent: Extent, life: Int) {
        (self.engine, self.extent, self.life) = (engine, extent, life)
    }
    deinit { try? engine.run(life: life) { disk throws(BytesError) in disk.removeReader(extent) } }

    func read(_ range: Range<Int64>) async throws(BytesError) -> [UInt8] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= extent.length && range.count <= BytesLayout.chunkBytes,
            "a range lies inside the extent and is at most chunkBytes long"
        )
        return try engine.run(life: life) { disk throws(BytesError) in try disk.read(range, of: extent) }
    }
}
