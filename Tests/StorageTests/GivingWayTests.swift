// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Synchronization
import Testing

/// Requests that cost much let others go first between small pieces of their work.
@Suite struct GivingWayTests {
    private final class Counter: TurnTaking {
        private let ways = Atomic<Int>(0)
        var count: Int { ways.load(ordering: .relaxed) }
        let isLate = true
        func serve(_ party: Party) -> Bool { false }
        func begin() async {}
        func giveWay() async { ways.add(1, ordering: .relaxed) }
    }
    /// How often way is given.
    private func count(_ body: () async throws -> Void) async throws -> Int {
        let counter = Counter()
        try await Turn.$current.withValue(counter) { try await body() }
        return counter.count
    }

    @Test func `a long page does so while it is read, and while it is written`() async throws {
        let client = try await StorageClient.ready()
        for number in 0..<160 { _ = try await client.upload("/docs/\(number)", [1]) }
        func ways(_ page: Int) async throws -> Int {
            try await count {
                let list = "restype=container&comp=list&maxresults=\(page)"
                let answer = try await client.send(.get, "/docs", list)
                #expect(answer.status == 200)
            }
        }
        let (one, all) = (try await ways(1), try await ways(200))
        // At least at every 16th row, when it is opened and when it is written.
        #expect(all - one >= 2 * (160 / 16 - 1), "\(one) and \(all)")
    }
    @Test func `a query does so within a few kilobytes`() async throws {
        let client = try await StorageClient.ready()
        let line = Array("0123456789,abcdefghijklmnopqrstuvwxyz\n".utf8)
        #expect(
            try await client.upload("/docs/x", Array([[UInt8]](repeating: line, count: 30_000).joined())).status == 201
        )
        let body = QueryJourneyTests.body("SELECT COUNT(*) FROM BlobStorage WHERE _1 = 'x'")
        let ways = try await count {
            let answer = try await client.send(.post, "/docs/x", "comp=query", body: body)
            #expect(try QueryOutcome(answer.body).text == "0\n")
        }
        #expect(ways >= 30_000 * line.count / (8 << 10))
    }
    @Test func `a long body does so, up and down`() async throws {
        let client = try await StorageClient.ready()
        let bytes = [UInt8](repeating: 7, count: 8 << 20)
        let up = try await count {
            let answer = try await client.upload("/docs/x", bytes)
            #expect(answer.status == 201)
        }
        let down = try await count {
            let answer = try await client.send(.get, "/docs/x")
            #expect(answer.body == bytes)
        }
        #expect(up >= 8 && down >= 8, "\(up) and \(down)")
    }
}
