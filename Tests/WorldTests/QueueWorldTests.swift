// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region with one queue: messages are put, got, hidden, updated and deleted by many at once, through two
/// providers that know nothing of each other's memory.
@Suite struct QueueWorldTests {
    @Test func `no message is lost, doubled within its time, or seen after its deletion`() throws {
        var (worlds, put, got, deleted, deaths) = (0, 0, 0, 0, 0)
        try forEachSeed(1...1000) { seed in
            let room = Mailroom(seed: seed, flaw: nil)
            try room.run()
            worlds += 1
            put += room.tally.put
            got += room.tally.got
            deleted += room.tally.deleted
            deaths += room.tally.deaths
        }
        guard worlds > 1 else { return }
        #expect(put > worlds)
        #expect(got > worlds)
        #expect(deleted > worlds / 2)
        #expect(deaths > worlds / 2)
    }

    @Test(arguments: QueueFlaw.allCases)
    func `these worlds find a queue with a planted flaw`(flaw: QueueFlaw) throws {
        #expect(try anyWorldBreaks(1...60) { try Mailroom(seed: $0, flaw: flaw).run() })
    }
}

/// A mistake that the worlds have to notice.
enum QueueFlaw: String, CaseIterable, Sendable {
    case `two may change a message at once`
    case `an answer comes before the commit`
}
