// SPDX-License-Identifier: Apache-2.0
import Bytes
import BytesMemory
import Testing

/// What a memory disk does beyond the promises of every engine.
@Suite struct BytesMemoryTests {
    @Test func `room is counted for reservations, extents and what a crash left, until it is settled`() async throws {
        let disk = MemoryBytes(capacity: 1000)
        let extent = try await put(disk, 400)
        let lost = try await disk.reserve(500)
        #expect(disk.usedBytes == 900)
        await #expect(throws: BytesError.self) { _ = try await disk.reserve(101) }
        disk.crash()
        #expect(disk.usedBytes == 900)
        await #expect(throws: BytesError.self) { try await lost.write([1]) }
        for segment in await disk.unsettledSegments() { try await disk.settle(segment, keeping: [extent]) }
        #expect(disk.usedBytes == 400)
        try await disk.release(extent)
        #expect(disk.usedBytes == 0)
    }

    @Test func `a crash cuts off readers and writers of the life before`() async throws {
        let disk = MemoryBytes()
        let extent = try await put(disk, 10)
        let (reader, writer) = (try await disk.open(extent), try await disk.reserve(1))
        disk.crash()
        await #expect(throws: BytesError.self) { _ = try await reader.read(0..<1) }
        await #expect(throws: BytesError.self) { _ = try await writer.finish() }
        #expect(try await disk.open(extent).read(0..<10) == [UInt8](repeating: 3, count: 10))
    }

    private func put(_ disk: MemoryBytes, _ length: Int) async throws -> Extent {
        let writer = try await disk.reserve(Int64(length))
        try await writer.write([UInt8](repeating: 3, count: length))
        return try await writer.finish()
    }
}
