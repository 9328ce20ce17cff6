// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Many consumers of one queue at once.
@Suite struct ConcurrentMessageTests {
    @Test func `sixteen consumers take every message once`() async throws {
        let client = try await QueueClient.ready()
        for number in 0..<200 { try await client.put("\(number)") }
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var mine: [String] = []
                    var empty = 0
                    while empty < 3 {
                        let got = try await client.get("visibilitytimeout=600")
                        empty = got.isEmpty ? empty + 1 : 0
                        for message in got {
                            mine.append(message.text)
                            #expect(try await client.delete(message) == "204 -")
                        }
                    }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.count == Set(taken).count)
        #expect(Set(taken) == Set((0..<200).map(String.init)))
        #expect(try await client.count() == "0")
    }

    @Test func `producers and consumers at once lose and double nothing`() async throws {
        let client = try await QueueClient.ready()
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for producer in 0..<4 {
                group.addTask {
                    for number in 0..<60 { try await client.put("\(producer)-\(number)") }
                    return []
                }
            }
            for _ in 0..<8 {
                group.addTask {
                    var mine: [String] = []
                    var empty = 0
                    while empty < 20 {
                        let got = try await client.get("numofmessages=4&visibilitytimeout=600")
                        empty = got.isEmpty ? empty + 1 : 0
                        for message in got {
                            mine.append(message.text)
                            #expect(try await client.delete(message) == "204 -")
                        }
                        await Task.yield()
                    }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        var rest: [String] = []
        while true {
            let got = try await client.get("numofmessages=32&visibilitytimeout=600")
            guard !got.isEmpty else { break }
            rest += got.map(\.text)
        }
        #expect((taken + rest).count == 240)
        #expect(Set(taken + rest).count == 240)
    }
}
