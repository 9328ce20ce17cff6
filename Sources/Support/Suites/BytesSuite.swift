// SPDX-License-Identifier: Apache-2.0
package import Bytes

/// A disk that engines are opened on, one after the other.
package protocol BytesSubject: Sendable {
    /// Ends the life of the current engine, if there is one, in good order, and opens the next; `full` leaves it no room.
    func restart(full: Bool) async throws -> any BytesEngine
    /// The same without any notice, as a power cut would.
    func crash() async throws -> any BytesEngine
    /// Changes one byte of what an extent's user wrote, behind the engine's back.
    func flip(byte: Int64, of extent: Extent) async throws
}

/// What every `BytesEngine` promises, as checks that throw a `Violation` where the promise is broken.
package enum BytesSuite {
    /// One promise.
    package struct Check: Sendable, CustomStringConvertible {
        /// The promise as a sentence.
        package let description: String
        /// Tries it on a fresh, empty disk.
        package let run: @Sendable (any BytesSubject) async throws -> Void
    }

    /// A broken promise.
    package struct Violation: Error, CustomStringConvertible {
        /// What was seen, and what was promised.
        package let description: String
    }

    /// Every promise.
    package static let all: [Check] = reading + releasing + lives + faults + random

    private static let block = Int64(BytesLayout.blockBytes)
    private static let chunk = Int64(BytesLayout.chunkBytes)

    private static let reading = [
        Check(description: "an extent of any length comes back as it was written") { subject in
            let engine = try await subject.restart(full: false)
            let edges = [block, 2 * block, 4096, 4088, chunk, 2 * chunk].flatMap { [$0 - 1, $0, $0 + 1] }
            for (salt, length) in ([1, 2, 1000] + edges).enumerated() {
                let extent = try await put(engine, bytes(Int(length), salt))
                try same(extent.length, length, "the extent's length")
                try await expect(engine, extent, bytes(Int(length), salt))
                try await engine.verify(extent)
            }
        },
        Check(description: "any range of an extent can be read alone") { subject in
            let engine = try await subject.restart(full: false)
            let content = bytes(Int(3 * block + 5), 1)
            let reader = try await engine.open(try await put(engine, content))
            let edges = [
                0, 1, block - 1, block, block + 1, 2 * block, 3 * block - 1, 3 * block, 3 * block + 4, 3 * block + 5,
            ]
            for from in edges {
                for to in edges where to >= from {
                    let wanted = Array(content[Int(from)..<Int(to)])
                    try same(try await reader.read(from..<to) == wanted, true, "bytes \(from)..<\(to)")
                }
            }
        },
        Check(description: "pieces of any size make up an extent") { subject in
            let engine = try await subject.restart(full: false)
            for (salt, pieces) in [[1, 1, 1], [70_000, 3, 65_525, 1], [0, 5, 65_528, 200_000]].enumerated() {
                let content = bytes(pieces.reduce(0, +), salt)
                let writer = try await engine.reserve(Int64(content.count))
                var at = 0
                for piece in pieces {
                    try await writer.write(Array(content[at..<at + piece]))
                    at += piece
                }
                try await expect(engine, try await writer.finish(), content)
            }
        },
        Check(description: "many write and read at once without touching one another") { subject in
            let engine = try await subject.restart(full: false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for salt in 0..<24 {
                    group.addTask {
                        for round in 0..<4 {
                            let content = bytes(salt % 3 == 0 ? 200_000 + salt : 500 * salt + round, salt * 7 + round)
                            let extent = try await put(engine, content)
                            try await expect(engine, extent, content)
                            if round == 2 { try await engine.release(extent) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
    ]

    private static let releasing = [
        Check(description: "a released extent cannot be opened, and releasing it again harms nobody") { subject in
            let engine = try await subject.restart(full: false)
            let gone = try await put(engine, bytes(100_000, 1))
            try await engine.release(gone)
            let later = try await put(engine, bytes(100_000, 2))
            try same(later == gone, false, "a position is used again")
            try await engine.release(gone)
            try await expectReleased(engine, gone)
            try await expect(engine, later, bytes(100_000, 2))
        },
        Check(description: "an extent that is released while it is read stays until its last reader is gone") {
            subject in
            let engine = try await subject.restart(full: false)
            let extent = try await put(engine, bytes(200_000, 1))
            var first: (any ExtentReader)? = try await engine.open(extent)
            var second: (any ExtentReader)? = try await engine.open(extent)
            try await engine.release(extent)
            try await engine.release(extent)
            first = nil
            try same(first == nil, true, "the first reader is gone")
            try same(try await second?.read(0..<200_000) == bytes(200_000, 1), true, "the second reader's bytes")
            second = nil
            try same(second == nil, true, "the second reader is gone")
            try await expectReleased(engine, extent)
        },
        Check(description: "an abandoned writer leaves its neighbours as they are") { subject in
            let engine = try await subject.restart(full: false)
            let before = try await put(engine, bytes(70_000, 1))
            let abandoned = try await engine.reserve(300_000)
            let after = try await put(engine, bytes(70_000, 2))
            try await abandoned.write(bytes(131_056, 3))
            await abandoned.abandon()
            await abandoned.abandon()
            try await expect(engine, before, bytes(70_000, 1))
            try await expect(engine, after, bytes(70_000, 2))
        },
    ]

    private static let lives = [
        Check(description: "what is finished outlives a stop, and settling takes back what was not committed by then") {
            subject in
            let first = try await subject.restart(full: false)
            let extent = try await put(first, bytes(150_000, 1))
            let lost = try await put(first, bytes(150_000, 3))
            let second = try await subject.restart(full: false)
            try await expect(second, extent, bytes(150_000, 1))
            try await settle(second, keeping: [extent])
            try await expect(second, extent, bytes(150_000, 1))
            try await expectReleased(second, lost)
            let later = try await put(second, bytes(10, 2))
            try same(
                later.segment == extent.segment && later.offset == extent.offset,
                false,
                "a position is used again"
            )
        },
        Check(description: "a stopped engine refuses everything") { subject in
            let engine = try await subject.restart(full: false)
            let extent = try await put(engine, bytes(10, 1))
            let (reader, writer) = (try await engine.open(extent), try await engine.reserve(10))
            await engine.close()
            await engine.close()
            try await expectUnavailable { _ = try await engine.reserve(1) }
            try await expectUnavailable { _ = try await engine.open(extent) }
            try await expectUnavailable { try await engine.release(extent) }
            try await expectUnavailable { try await engine.verify(extent) }
            try await expectUnavailable { _ = try await reader.read(0..<1) }
            try await expectUnavailable { try await writer.write(bytes(10, 1)) }
        },
        Check(description: "after a crash what is finished is there, and settling takes back the rest") { subject in
            let first = try await subject.restart(full: false)
            let (kept, lost) = (try await put(first, bytes(150_000, 1)), try await put(first, bytes(150_000, 2)))
            let half = try await first.reserve(200_000)
            try await half.write(bytes(131_056, 3))
            let second = try await subject.crash()
            let unsettled = await second.unsettledSegments()
            try same(Set(unsettled).isSuperset(of: [kept.segment, lost.segment]), true, "both segments are unsettled")
            try await expect(second, kept, bytes(150_000, 1))
            let fresh = try await put(second, bytes(100, 4))
            try same(unsettled.contains(fresh.segment), false, "new extents go to fresh segments")
            try await settle(second, keeping: [kept])
            for segment in unsettled {
                try await second.settle(segment, keeping: [kept].filter { $0.segment == segment })
            }
            try await expect(second, kept, bytes(150_000, 1))
            try await expect(second, fresh, bytes(100, 4))
            try await expectReleased(second, lost)
        },
        Check(description: "settling leaves what is being read to its reader") { subject in
            let first = try await subject.restart(full: false)
            let extent = try await put(first, bytes(150_000, 1))
            let second = try await subject.crash()
            var reader: (any ExtentReader)? = try await second.open(extent)
            try await second.settle(extent.segment, keeping: [])
            try same(try await reader?.read(0..<150_000) == bytes(150_000, 1), true, "the reader's bytes")
            reader = nil
            try same(reader == nil, true, "the reader is gone")
            try await expectReleased(second, extent)
        },
        Check(description: "a release that waits for a reader is not forgotten by a crash") { subject in
            let extent = try await put(try await subject.restart(full: false), bytes(150_000, 1))
            let second = try await subject.restart(full: false)
            try await settle(second, keeping: [extent])
            let reader = try await second.open(extent)
            try await second.release(extent)
            let third = try await subject.crash()
            try same(await third.unsettledSegments().contains(extent.segment), true, "the segment is unsettled")
            try await expectUnavailable { _ = try await reader.read(0..<1) }
        },
        Check(description: "a writer that is dropped leaves its segment to be settled after the next start") {
            subject in
            let first = try await subject.restart(full: false)
            let writer = try await first.reserve(70_000)
            let extent = try await put(first, bytes(10, 1))
            try await writer.write(bytes(65_528, 1))
            let second = try await subject.restart(full: false)
            try same(await second.unsettledSegments().contains(extent.segment), true, "the segment is unsettled")
            try await expect(second, extent, bytes(10, 1))
        },
    ]

    private static let faults = [
        Check(description: "a full disk refuses new extents and keeps serving the others") { subject in
            let extent = try await put(try await subject.restart(full: false), bytes(1000, 1))
            let full = try await subject.restart(full: true)
            do {
                _ = try await full.reserve(100_000)
                throw Violation(description: "a full disk took an extent")
            } catch BytesError.full {}
            try await expect(full, extent, bytes(1000, 1))
            try await full.verify(extent)
            let free = try await subject.restart(full: false)
            try await expect(free, try await put(free, bytes(1000, 2)), bytes(1000, 2))
        },
        Check(description: "a changed byte is noticed in its block, and in no other") { subject in
            let engine = try await subject.restart(full: false)
            let extent = try await put(engine, bytes(200_000, 1))
            let whole = try await put(engine, bytes(200_000, 2))
            try await subject.flip(byte: block + 17, of: extent)
            let reader = try await engine.open(extent)
            try same(try await reader.read(0..<block) == Array(bytes(200_000, 1)[..<Int(block)]), true, "block 0")
            try same(try await reader.read(3 * block..<200_000).count, 200_000 - Int(3 * block), "block 3")
            for read in [{ _ = try await reader.read(block..<block + 1) }, { try await engine.verify(extent) }]
                as [() async throws -> Void]
            {
                do {
                    try await read()
                    throw Violation(description: "wrong bytes were answered")
                } catch BytesError.corrupt(let text) {
                    try same(text.contains("block 1"), true, "the block's number in: \(text)")
                }
            }
            try await engine.verify(whole)
        },
    ]
}

// MARK: - Helpers

extension BytesSuite {
    private static let pattern: [UInt8] = {
        var state: UInt64 = 0x1234_5678
        return (0..<3 * BytesLayout.chunkBytes).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }()
    /// Bytes that differ from salt to salt and never repeat within an extent.
    static func bytes(_ count: Int, _ salt: Int) -> [UInt8] {
        let start = salt * 911 % (pattern.count - count)
        return Array(pattern[start..<start + count])
    }
    static func put(_ engine: any BytesEngine, _ content: [UInt8]) async throws -> Extent {
        let writer = try await engine.reserve(Int64(max(content.count, 1)))
        for start in stride(from: 0, to: max(content.count, 1), by: BytesLayout.chunkBytes) {
            let end = min(start + BytesLayout.chunkBytes, content.count)
            try await writer.write(content.isEmpty ? [0] : Array(content[start..<end]))
        }
        return try await writer.finish()
    }
    /// Settles every segment that the last life left open; `kept` is all that is referred to.
    package static func settle(_ engine: any BytesEngine, keeping kept: [Extent]) async throws {
        for segment in await engine.unsettledSegments() {
            try await engine.settle(segment, keeping: kept.filter { $0.segment == segment })
        }
        try same(await engine.unsettledSegments(), [], "unsettled segments after settling")
    }
    static func expect(_ engine: any BytesEngine, _ extent: Extent, _ content: [UInt8]) async throws {
        let content = content.isEmpty ? [0] : content
        let reader = try await engine.open(extent)
        for start in stride(from: 0, to: content.count, by: BytesLayout.chunkBytes) {
            let end = min(start + BytesLayout.chunkBytes, content.count)
            let found = try await reader.read(Int64(start)..<Int64(end))
            guard found == Array(content[start..<end]) else {
                throw Violation(description: "other bytes than written at \(start) of \(extent)")
            }
        }
    }
    static func expectReleased(_ engine: any BytesEngine, _ extent: Extent) async throws {
        do {
            _ = try await engine.open(extent).read(0..<1)
        } catch BytesError.released { return }
        throw Violation(description: "a released extent was read: \(extent)")
    }
    static func expectUnavailable(_ body: () async throws -> Void) async throws {
        do { try await body() } catch BytesError.unavailable { return }
        throw Violation(description: "a stopped engine went on")
    }
    static func same<Value: Equatable>(_ found: Value, _ wanted: Value, _ what: String) throws {
        guard found == wanted else { throw Violation(description: "\(what): \(found), not \(wanted)") }
    }
}
