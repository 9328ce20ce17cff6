// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Storage
import Store
import Synchronization
import Testing

/// 100,000 blocks that wait, 50,000 that are committed, and one more of each (REST "Put Block", "Put Block List").
struct BlockLimitTests {
    /// Chance that can be made to count the blocks with the next one, which Put Block does now and then.
    private final class Chance: Entropy {
        private let counts = Mutex(false)
        func bytes(_ count: Int) -> [UInt8] {
            // Numbers are drawn from eight bytes.
            counts.withLock { $0 } && count == 8 ? [UInt8](repeating: 0, count: 8) : SystemEntropy().bytes(count)
        }
        func counting<R>(_ work: () async throws -> R) async throws -> R {
            counts.withLock { $0 = true }
            defer { counts.withLock { $0 = false } }
            return try await work()
        }
    }
    private static func id(_ number: Int) -> [UInt8] { Array(String(1_000_000 + number).utf8) }
    private static func list(_ numbers: some Sequence<Int>) -> [UInt8] {
        let blocks = numbers.map { "<Latest>\(id($0).base64)</Latest>" }.joined()
        return Array("<BlockList>\(blocks)</BlockList>".utf8)
    }
    private static func put(_ client: StorageClient, _ number: Int) async throws -> StorageAnswer {
        let query = "comp=block&blockid=\(id(number).base64.percentEncoded())"
        return try await client.send(.put, "/docs/b", query, body: [7, 8, 9])
    }
    /// Has the record of the first block stand under further ids, as if as many blocks had come.
    private static func stage(_ client: StorageClient, _ numbers: Range<Int>) async throws {
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 900) {
            try await client.region.meddle { scope, domain async throws(ServiceError) in
                let first = try await scope.loose.list(RawBlock.self, in: domain, under: Key("block"), limit: 1)
                guard let block = first.first else { return }
                var reader = KeyReader(block.key, after: Key("block"))
                guard let table = reader.uuid() else { return }
                for number in start..<min(start + 900, numbers.upperBound) {
                    try await scope.put(block.value, in: domain, at: Key("block", table, Self.id(number)))
                }
            }
        }
    }

    @Test func `a list names 50,000 blocks, and not one more`() async throws {
        let client = try await StorageClient.ready()
        for number in 0..<50 { #expect(try await Self.put(client, number).status == 201) }
        let numbers = (0..<50_000).map { $0 % 50 }
        let long = try await client.send(.put, "/docs/b", "comp=blocklist", body: Self.list(numbers + [0]))
        #expect(long.status == 400 && long.code == "BlockListTooLong")
        #expect(try await client.send(.head, "/docs/b").code == "BlobNotFound")
        #expect(try await client.send(.put, "/docs/b", "comp=blocklist", body: Self.list(numbers)).status == 201)
        #expect(try await client.send(.head, "/docs/b").length == 150_000)
        let tail = try await client.send(.get, "/docs/b", headers: ["Range": "bytes=149996-"])
        #expect(tail.body == [9, 7, 8, 9])
    }
    /// Takes most of a minute: for `LAZULI_LONG=1`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["LAZULI_LONG"] != nil))
    func `100,000 blocks wait, 50,000 are committed, and one more is refused`() async throws {
        let chance = Chance()
        let client = try await StorageClient.ready(in: try await StorageRegion(entropy: chance))
        #expect(try await Self.put(client, 0).status == 201)
        try await Self.stage(client, 1..<99_999)
        #expect(try await chance.counting { try await Self.put(client, 99_999) }.status == 201)
        let more = try await chance.counting { try await Self.put(client, 100_000) }
        #expect(more.status == 409 && more.code == "BlockCountExceedsLimit")
        let waiting = try await client.send(.get, "/docs/b", "comp=blocklist&blocklisttype=uncommitted")
        #expect(waiting.text.ranges(of: "<Block>").count == 100_000)
        let long = try await client.send(.put, "/docs/b", "comp=blocklist", body: Self.list(0..<50_001))
        #expect(long.status == 400 && long.code == "BlockListTooLong")
        #expect(try await client.send(.head, "/docs/b").code == "BlobNotFound")
        let made = try await client.send(.put, "/docs/b", "comp=blocklist", body: Self.list(0..<50_000))
        #expect(made.status == 201, "\(made.code ?? "")")
        let whole = try await client.send(.get, "/docs/b")
        #expect(whole.body.count == 150_000 && whole.body.starts(with: [7, 8, 9, 7, 8, 9]))
        let tail = try await client.send(.get, "/docs/b", headers: ["Range": "bytes=149996-"])
        #expect(tail.body == [9, 7, 8, 9])
        let blocks = try await client.send(.get, "/docs/b", "comp=blocklist&blocklisttype=all")
        #expect(blocks.text.ranges(of: "<Block>").count == 50_000)
        #expect(blocks.text.contains("<UncommittedBlocks></UncommittedBlocks>"))
    }
}
