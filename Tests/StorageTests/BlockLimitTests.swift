// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Storage
import Store
import Testing

/// 100,000 blocks that wait, 50,000 that are committed, and one more of each (REST "Put Block", "Put Block List").
struct BlockLimitTests {
    private static func id(_ number: Int) -> [UInt8] { Array(String(1_000_000 + number).utf8) }
    private static func list(_ numbers: some Sequence<Int>) -> [UInt8] {
        let blocks = numbers.map { "<Latest>\(id($0).base64)</Latest>" }.joined()
        return Array("<BlockList>\(blocks)</BlockList>".utf8)
    }
    private static func put(_ client: StorageClient, _ number: Int) async throws -> StorageAnswer {
        let query = "comp=block&blockid=\(id(number).base64.percentEncoded())"
        return try await client.send(.put, "/docs/b", query, body: [7, 8, 9])
    }
    /// Has the record of the first block stand under further ids, as if as many blocks had come to an earlier release, which
    /// counted none.
    private static func stage(_ client: StorageClient, _ numbers: Range<Int>) async throws {
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 900) {
            try await client.region.meddle { scope, domain async throws(ServiceError) in
                let first = try await scope.loose.list(RawBlock.self, in: domain, under: Key("block"), limit: 1)
                guard let block = first.first else { return }
                var reader = KeyReader(block.key, after: Key("block"))
                guard let table = reader.uuid() else { return }
                if start == numbers.lowerBound {
                    let tables = try await scope.list(RawBlockTable.self, in: domain, under: Key("blocks"), limit: 1)
                    for row in tables { try await scope.put(EarlierBlockTable(row.value), in: domain, at: row.key) }
                    for key in try await scope.keys(in: domain, under: Key("block-share"), limit: 20) {
                        try await scope.remove(in: domain, at: key)
                    }
                }
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
    /// Puts at once: each is tried a bounded number of times.
    private static let atOnce = 8
    private static func few(_ limit: Int, isLake: Bool = false) async throws -> StorageClient {
        let region = try await StorageRegion(blockQuota: BlockQuota(limit: limit))
        return isLake ? try await StorageClient.lake(in: region) : try await StorageClient.ready(in: region)
    }

    @Test(arguments: [1, 15, 40, 100])
    func `puts that come at once keep to the limit exactly`(_ limit: Int) async throws {
        let client = try await Self.few(limit)
        let before = try await client.storedKeys()
        for _ in 0..<2 {
            var made = 0
            for start in stride(from: 0, to: limit + 20, by: Self.atOnce) {
                made += try await withThrowingTaskGroup(of: StorageAnswer.self) { group in
                    for number in start..<min(start + Self.atOnce, limit + 20) {
                        group.addTask { try await Self.put(client, number) }
                    }
                    var made = 0
                    for try await answer in group {
                        if answer.status == 201 { made += 1 } else { #expect(answer.code == "BlockCountExceedsLimit") }
                    }
                    return made
                }
            }
            #expect(made == limit)
            let waiting = try await client.send(.get, "/docs/b", "comp=blocklist&blocklisttype=uncommitted").text
            let ids = (0..<limit + 20).filter { waiting.contains(Self.id($0).base64) }
            #expect(ids.count == limit)
            // What is there already is put again, and a list makes room for others.
            #expect(try await Self.put(client, try #require(ids.first)).status == 201)
            #expect(try await client.send(.put, "/docs/b", "comp=blocklist", body: Self.list(ids)).status == 201)
            #expect(try await Self.put(client, 0).status == 201)
            #expect(try await client.send(.delete, "/docs/b").status == 202)
            try await client.settle()
            #expect(try await client.storedKeys() == before)
        }
    }
    @Test func `appends to a file keep to the same limit`() async throws {
        let client = try await Self.few(30, isLake: true)
        #expect(try await client.makeFile("/docs/f").status == 201)
        let before = try await client.storedKeys()
        for number in 0...30 {
            let answer = try await client.path(.patch, "/docs/f", "action=append&position=\(number)", body: [7])
            #expect(answer.status == (number < 30 ? 202 : 409), "\(number): \(answer.code ?? "")")
            if number == 30 { #expect(answer.code == "BlockCountExceedsLimit") }
        }
        let retain = "action=flush&position=20&retainUncommittedData=true"
        #expect(try await client.path(.patch, "/docs/f", retain).status == 200)
        for number in 30...50 {
            let answer = try await client.path(.patch, "/docs/f", "action=append&position=\(number)", body: [7])
            #expect(answer.status == (number < 50 ? 202 : 409), "\(number): \(answer.code ?? "")")
        }
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=50").status == 200)
        #expect(try await client.path(.get, "/docs/f").body.count == 50)
        #expect(try await client.makeFile("/docs/f").status == 201)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }
    @Test func `shares come to the limit whichever of them are asked`() {
        for limit in [1, 7, 40, 333, 1_000, 5_000] {
            let quota = BlockQuota(limit: limit)
            for stride in [0, 1, 3, 7] {
                let first = BlockCount(allowed: quota.first, used: 0)
                var shares = [BlockCount](repeating: first, count: BlockQuota.shares)
                var pool = quota.pool(besides: 0, first: quota.first)
                var (counted, turn, isFull) = (0, 0, false)
                while !isFull {
                    turn = (turn + stride) % BlockQuota.shares
                    if shares[turn].left == 0, !quota.give(to: &shares[turn], from: &pool) {
                        let richest = shares.indices.max { shares[$0].left < shares[$1].left } ?? 0
                        if shares[richest].left == 0 { isFull = true; continue }
                        var other = shares[richest]
                        let isGiven = shares[turn].take(from: &other)
                        #expect(isGiven)
                        shares[richest] = other
                    }
                    shares[turn].used += 1
                    counted += 1
                }
                #expect(counted == limit, "\(limit) by \(stride)")
            }
        }
    }
    /// Takes most of a minute: for `LAZULI_LONG=1`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["LAZULI_LONG"] != nil))
    func `100,000 blocks wait, 50,000 are committed, and one more is refused`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await Self.put(client, 0).status == 201)
        try await Self.stage(client, 1..<99_999)
        #expect(try await Self.put(client, 99_999).status == 201)
        let more = try await Self.put(client, 100_000)
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
