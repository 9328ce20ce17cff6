// SPDX-License-Identifier: Apache-2.0
import Bytes

/// Reads one extent, which stays for as long as the reader is held.
final class DiskReader: ExtentReader {
    private let engine: DiskBytes
    private let extent: Extent

    init(_ engine: DiskBytes, _ extent: Extent) {
        self.engine = engine
        self.extent = extent
    }
    deinit { engine.readerEnded(extent) }

    func read(_ range: Range<Int64>) async throws(BytesError) -> [UInt8] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= extent.length && range.count <= BytesLayout.chunkBytes,
            "a range lies inside the extent and is at most chunkBytes long"
        )
        try engine.checkRunning()
        guard !range.isEmpty else { return [] }
        let block = Int64(BytesLayout.blockBytes)
        let blocks = range.lowerBound / block..<(range.upperBound + block - 1) / block
        let bytes = try await read(blocks: blocks)
        guard bytes.count > range.count else { return bytes }
        let start = Int(range.lowerBound - blocks.lowerBound * block)
        return Array(bytes[start..<start + range.count])
    }

    /// From the page cache at once where it holds everything; else on a thread that may wait for the disk.
    private func read(blocks: Range<Int64>) async throws(BytesError) -> [UInt8] {
        if let file = engine.handles.cached(extent.segment),
            let bytes = try BlockIO.read(blocks, of: extent, from: file, cachedOnly: true)
        {
            return bytes
        }
        let (engine, extent) = (engine, extent)
        return try await engine.run { () throws(BytesError) in
            let file = try engine.handles.file(extent.segment)
            return try BlockIO.read(blocks, of: extent, from: file, cachedOnly: false) ?? []
        }
    }

    /// Reads everything from the disk, not from the page cache, which would hide what the disk has lost.
    func verify() async throws(BytesError) {
        let (engine, extent) = (engine, extent)
        let chunk = Int64(BytesLayout.chunkBytes / BytesLayout.blockBytes)
        for first in stride(from: 0, to: Blocks.count(extent.length), by: Int(chunk)) {
            try engine.checkRunning()
            let blocks = first..<min(first + chunk, Blocks.count(extent.length))
            try await engine.run { () throws(BytesError) in
                let file = try engine.handles.file(extent.segment)
                if first == 0 { file.forgetCached(extent.region) }
                _ = try BlockIO.read(blocks, of: extent, from: file, cachedOnly: false)
            }
        }
    }
}
