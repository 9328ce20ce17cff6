// SPDX-License-Identifier: Apache-2.0
import Bytes
import BytesDisk
import FoundationEssentials
import Suites
import Testing

/// What a disk engine does to its files.
@Suite struct BytesDiskTests {
    @Test func `released room returns to the file system`() async throws {
        try await withDisk { disk in
            let engine = try await disk.restart(full: false)
            let (gone, kept) = (try await put(engine, 3_000_000), try await put(engine, 100_000))
            let before = roomOnDisk(disk.path(gone.segment))
            try await engine.release(gone)
            let after = roomOnDisk(disk.path(gone.segment))
            #expect(before - after >= 3_000_000)
            try await engine.verify(kept)
        }
    }

    @Test func `room of an abandoned, a dropped and a crashed writer returns once it is settled`() async throws {
        try await withDisk { disk in
            let engine = try await disk.restart(full: false)
            let kept = try await put(engine, 5000)
            for abandons in [true, false] {
                let writer = try await engine.reserve(2_000_000)
                try await writer.write([UInt8](repeating: 1, count: 15 * BytesLayout.blockBytes))
                if abandons { await writer.abandon() }
            }
            let crashed = try await disk.crash()
            for segment in await crashed.unsettledSegments() {
                try await crashed.settle(segment, keeping: [kept].filter { $0.segment == segment })
            }
            #expect(roomOnDisk(disk.path(kept.segment)) <= 4096 + 8192)
            try await crashed.verify(kept)
        }
    }

    @Test func `a segment in which nothing is left is removed, and its number is not used again`() async throws {
        try await withDisk(DiskOptions(segmentBytes: 100_000)) { disk in
            var engine = try await disk.restart(full: false)
            var numbers: Set<Int64> = []
            for _ in 0..<4 {
                var extents: [Extent] = []
                for _ in 0..<6 { extents.append(try await put(engine, 100_000)) }
                #expect(numbers.isDisjoint(with: extents.map(\.segment)))
                numbers.formUnion(extents.map(\.segment))
                engine = try await disk.restart(full: false)
                try await BytesSuite.settle(engine, keeping: extents)
                for extent in extents { try await engine.release(extent) }
                #expect(segmentFiles(disk.folder).count == 1)
                engine = try await disk.restart(full: false)
            }
            #expect(numbers.count == 24)
        }
    }

    @Test func `what opens a folder for reading only leaves it as it was`() async throws {
        try await withDisk(DiskOptions(segmentBytes: 100_000)) { disk in
            let engine = try await disk.restart(full: false)
            let (first, second) = (try await put(engine, 100_000), try await put(engine, 100_000))
            await disk.close()
            // What a crash leaves of a segment that was just being made.
            let cut = disk.folder + "/segment-00000000000000ff.lzb.open"
            #expect(FileManager.default.createFile(atPath: cut, contents: nil))
            let before = segmentFiles(disk.folder).sorted()
            let reader = try DiskBytes(readingOnly: disk.folder)
            try await reader.verify(first)
            await #expect(throws: BytesError.self) { try await reader.release(second) }
            await #expect(throws: BytesError.self) { _ = try await reader.reserve(10) }
            await reader.close()
            #expect(segmentFiles(disk.folder).sorted() == before)
            _ = try await disk.restart(full: false)
            #expect(!FileManager.default.fileExists(atPath: cut))
        }
    }

    @Test func `a segment whose header is damaged refuses the start and names the file and the way out`() async throws {
        try await withDisk { disk in
            let extent = try await put(try await disk.restart(full: false), 1000)
            await disk.close()
            let path = disk.path(extent.segment)
            for offset in [0, 7, 8, 20] as [Int64] {
                try flipByte(at: offset, of: path)
                let error = await #expect(throws: BytesError.self) { _ = try await disk.restart(full: false) }
                #expect("\(error, default: "")".contains("\(path) does not begin as segment"))
                #expect("\(error, default: "")".contains("move it away"))
                try flipByte(at: offset, of: path)
            }
            try await disk.restart(full: false).verify(extent)
        }
    }

    @Test func `a file that only looks like a segment refuses the start`() async throws {
        for name in ["segment-1.lzb", "segment-0000000000000001.lzb.bak", "segment-zzzzzzzzzzzzzzzz.lzb"] {
            try await withBytesFolder { folder in
                try Data([1]).write(to: URL(filePath: "\(folder)/\(name)"))
                let error = #expect(throws: BytesError.self) { _ = try DiskBytes(folder: folder) }
                #expect("\(error, default: "")".contains(name))
            }
        }
    }

    @Test func `a segment whose creation a crash interrupted is passed over`() async throws {
        try await withBytesFolder { folder in
            try Data([1, 2]).write(to: URL(filePath: "\(folder)/segment-0000000000000001.lzb.open"))
            let engine = try DiskBytes(folder: folder)
            try await engine.verify(try await put(engine, 10))
            #expect(await engine.unsettledSegments() == [])
            await engine.close()
        }
    }

    @Test func `a folder serves one engine at a time`() async throws {
        try await withBytesFolder { folder in
            let first = try DiskBytes(folder: folder)
            let error = #expect(throws: BytesError.self) { _ = try DiskBytes(folder: folder) }
            #expect("\(error, default: "")".contains("in use"))
            await first.close()
            await (try DiskBytes(folder: folder)).close()
        }
    }

    @Test func `a block that ended up in another's place is noticed`() async throws {
        try await withDisk { disk in
            let engine = try await disk.restart(full: false)
            let (one, two) = (try await put(engine, 1000), try await put(engine, 1000))
            #expect(one.segment == two.segment)
            try copyBytes(1008, from: one.offset, to: two.offset, of: disk.path(one.segment))
            try await engine.verify(one)
            let error = await #expect(throws: BytesError.self) { try await engine.verify(two) }
            #expect("\(error, default: "")".contains("block 0 of the extent at \(two.offset)"))
        }
    }

    @Test func `a file that was cut is noticed where it ends`() async throws {
        try await withDisk { disk in
            let extent = try await put(try await disk.restart(full: false), 300_000)
            await disk.close()
            try cut(disk.path(extent.segment), to: extent.offset + 100_000)
            let engine = try await disk.restart(full: false)
            let reader = try await engine.open(extent)
            #expect(try await reader.read(0..<1000).count == 1000)
            let error = await #expect(throws: BytesError.self) { _ = try await reader.read(0..<300_000) }
            #expect("\(error, default: "")".contains("ends before block 4"))
        }
    }

    @Test func `no more files are open than allowed, however many segments are read`() async throws {
        try await withDisk(DiskOptions(segmentBytes: 1, handlesMax: 3)) { disk in
            let engine = try await disk.restart(full: false)
            var extents: [Extent] = []
            for _ in 0..<20 { extents.append(try await put(engine, 1000)) }
            let second = try await disk.restart(full: false)
            for extent in extents + extents { try await second.verify(extent) }
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                return target.map { $0.contains("\(disk.folder)/segment-") } ?? false
            }
            #expect(open.count <= 3)
        }
    }

    @Test func `many finishes at once are all counted and share syncs`() async throws {
        try await withDisk { disk in
            let engine = try await disk.restart(full: false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 { group.addTask { _ = try await put(engine, 1000) } }
                try await group.waitForAll()
            }
            let numbers = await engine.health.split(separator: " ").compactMap { Int($0) }
            #expect(numbers.suffix(2).first == 64)
            #expect(numbers.suffix(1).first.map { (1...64).contains($0) } == true)
        }
    }

    @Test func `an extent larger than any disk is refused as full`() async throws {
        try await withDisk { disk in
            let engine = try await disk.restart(full: false)
            for length in [Int64.max, Int64.max - 4096, 190 << 40] {
                let error = await #expect(throws: BytesError.self) { _ = try await engine.reserve(length) }
                #expect("\(error, default: "")".contains("do not fit"))
            }
        }
    }

    @Test func `an extent that no engine gave is refused`() async throws {
        try await withDisk { disk in
            let engine = try await disk.restart(full: false)
            for (segment, offset) in [(1, 0), (1, 5000), (0, 4096), (-1, 4096)] as [(Int64, Int64)] {
                await #expect(throws: BytesError.self) {
                    _ = try await engine.open(Extent(segment: segment, offset: offset, length: 10))
                }
            }
        }
    }

    private func withDisk(
        _ options: DiskOptions = DiskOptions(),
        _ body: (DiskSubject) async throws -> Void
    ) async throws {
        try await withBytesFolder { root in
            let disk = DiskSubject(root: root, options: options)
            try await body(disk)
            await disk.close()
        }
    }
    private func segmentFiles(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("segment-") }
    }
}

/// A finished extent of so many bytes.
private func put(_ engine: any BytesEngine, _ length: Int) async throws -> Extent {
    let writer = try await engine.reserve(Int64(length))
    for start in stride(from: 0, to: length, by: BytesLayout.chunkBytes) {
        try await writer.write([UInt8](repeating: 0xA5, count: min(BytesLayout.chunkBytes, length - start)))
    }
    return try await writer.finish()
}
