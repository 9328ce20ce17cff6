// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import Storage
import Testing

/// What one account may be asked for, and what its queues make the process remember.
@Suite struct AccountLimitTests {
    @Test func `an account over its requests is busy, and its neighbour is not`() async throws {
        var limits = AccountLimits.published
        limits.requestsPerSecond = 5
        let client = try await StorageClient.ready(in: try await StorageRegion(accountLimits: limits))
        let neighbour = try await client.neighbour()
        var statuses: [Int] = []
        for _ in 0..<8 { statuses.append(try await client.send(.get, "/", "comp=list").status) }
        #expect(statuses.prefix(4).allSatisfy { $0 == 200 } && statuses.suffix(3) == [503, 503, 503], "\(statuses)")
        let busy = try await client.send(.get, "/", "comp=list")
        #expect(busy.code == "ServerBusy")
        #expect(busy["retry-after"] == "1")
        #expect(try await neighbour.send(.get, "/", "comp=list").status == 200)
        client.region.clock.pass(.seconds(1))
        #expect(try await client.send(.get, "/", "comp=list").status == 200)
    }

    @Test func `many queues together remember a bounded number of messages, and lose none`() async throws {
        let region = try await StorageRegion(queueHeadsMax: 40)
        let client = QueueClient(storage: try await StorageClient.ready(in: region))
        let queues = (0..<6).map { "queue\($0)" }
        for queue in queues { #expect(try await client.send(.put, "/\(queue)").status == 201) }
        for number in 0..<12 {
            for queue in queues {
                try await client.put("\(number)", queue: queue)
                #expect(region.provider.queueHeads <= 40)
            }
        }
        for queue in queues {
            var seen: Set<String> = []
            var count = 0
            while let message = try await client.get("visibilitytimeout=600", queue: queue).first {
                seen.insert(message.text)
                count += 1
                #expect(region.provider.queueHeads <= 40)
                #expect(try await client.delete(message, queue: queue) == "204 -")
            }
            #expect(count == 12 && seen == Set((0..<12).map(String.init)), "\(count): \(seen)")
        }
    }
}
