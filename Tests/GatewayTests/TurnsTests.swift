// SPDX-License-Identifier: Apache-2.0
import Gateway
import Testing

@Suite struct TurnsTests {
    /// One thread that runs what waits; a job is a number of nanoseconds.
    private struct Loop {
        var turns = Turns<String, Int64>()
        var now: Int64 = 0
        /// The time each has had.
        var had: [String: Int64] = [:]
        private var places: [String: Int] = [:]

        mutating func add(_ nanoseconds: Int64, of who: String) {
            let place = places[who] ?? turns.join(who)
            places[who] = place
            turns.add(nanoseconds, at: place)
        }
        /// Runs one job, and tells whose it was.
        mutating func run() -> String? {
            guard let (job, place) = turns.next() else { return nil }
            now += job
            turns.ran(place, nanoseconds: job)
            let who = places.first { $0.value == place }?.key
            if let who { had[who, default: 0] += job }
            return who
        }
    }
    private static let request: Int64 = 100_000

    @Test func `a quiet account waits for one request of a flood, not for the flood`() {
        var loop = Loop()
        for _ in 0..<1_000 { loop.add(Self.request, of: "flood") }
        for _ in 0..<10 { _ = loop.run() }
        for _ in 0..<20 {
            let asked = loop.now
            loop.add(Self.request, of: "quiet")
            while loop.run() != "quiet" {}
            #expect(loop.now - asked <= 2 * Self.request)
        }
    }

    @Test func `accounts that always ask get equal time, however long their requests take`() {
        var loop = Loop()
        let lengths: [(String, Int64)] = [("short", 20_000), ("middle", 150_000), ("long", 3_000_000)]
        for (who, length) in lengths { for _ in 0..<2 { loop.add(length, of: who) } }
        while loop.now < 1_000_000_000 {
            guard let who = loop.run(), let length = lengths.first(where: { $0.0 == who }) else { break }
            loop.add(length.1, of: who)
        }
        let times = lengths.map { loop.had[$0.0] ?? 0 }
        #expect((times.max() ?? 0) < (times.min() ?? 0) * 5 / 4, "\(times)")
    }

    @Test func `one that was alone owes no more than its last request`() {
        var loop = Loop()
        for _ in 0..<100 {
            loop.add(Self.request, of: "first")
            _ = loop.run()
        }
        for _ in 0..<3 {
            loop.add(Self.request, of: "first")
            loop.add(Self.request, of: "second")
        }
        #expect((0..<4).filter { _ in loop.run() == "first" }.count == 2)
    }

    @Test func `one account's jobs keep their order`() {
        var turns = Turns<String, Int>()
        let place = turns.join("one")
        for job in 0..<2_000 { turns.add(job, at: place) }
        var seen: [Int] = []
        while let (job, place) = turns.next() {
            seen.append(job)
            turns.ran(place, nanoseconds: 1_000_000)
        }
        #expect(seen == Array(0..<2_000))
        #expect(turns.isEmpty)
    }

    @Test func `a job that goes on comes before the others of its account`() {
        var turns = Turns<String, Int>()
        let place = turns.join("one")
        for job in 1...3 { turns.add(job, at: place) }
        turns.add(0, at: place, isFirst: true)
        #expect(turns.next()?.job == 0)
        #expect(turns.next()?.job == 1)
        turns.add(1, at: place, isFirst: true)
        var seen: [Int] = []
        while let (job, _) = turns.next() { seen.append(job) }
        #expect(seen == [1, 2, 3])
    }

    @Test func `a place is kept while someone may add, and while jobs wait`() {
        var turns = Turns<String, Int>()
        let (first, second) = (turns.join("one"), turns.join("one"))
        #expect(first == second)
        turns.leave(first)
        turns.add(1, at: second)
        turns.leave(second)
        #expect(turns.count == 1)
        #expect(turns.next()?.job == 1)
        #expect(turns.count == 0)
        turns.ran(first, nanoseconds: 1)
        #expect(turns.join("two") == first)
        #expect(turns.next() == nil)
    }
}
