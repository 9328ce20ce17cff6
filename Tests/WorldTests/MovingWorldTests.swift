// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region in which many clients fill, rename, list and remove the directories of one file system.
@Suite struct MovingWorldTests {
    @Test func `every acknowledged file is at one place, whatever is renamed and removed when the region dies`() throws
    {
        var (worlds, filled, moved, removed, listed, deaths) = (0, 0, 0, 0, 0, 0)
        try forEachSeed(1...100) { seed in
            let movers = Movers(seed: seed)
            try movers.run()
            worlds += 1
            filled += movers.tally.filled
            moved += movers.tally.moved
            removed += movers.tally.removed
            listed += movers.tally.listed
            deaths += movers.tally.deaths
        }
        guard worlds > 1 else { return }
        #expect(filled > worlds)
        #expect(moved > worlds / 2)
        #expect(removed > worlds / 3)
        #expect(listed > worlds / 2)
        #expect(deaths > worlds / 2)
    }

    @Test
    func `under a hold every file stays where it is, whoever renames and removes directories when the region dies`()
        throws
    {
        var (worlds, held) = (0, 0)
        try forEachSeed(1...100) { seed in
            let movers = Movers(seed: seed, isHeld: true)
            try movers.run()
            worlds += 1
            held += movers.tally.held
        }
        guard worlds > 1 else { return }
        #expect(held > worlds / 10)
    }

    @Test(arguments: MovingFlaw.allCases)
    func `these worlds find a planted flaw`(flaw: MovingFlaw) throws {
        #expect(try anyWorldBreaks(1...100) { try Movers(seed: $0, flaw: flaw).run() })
    }
}

/// A mistake that the worlds have to notice.
enum MovingFlaw: String, CaseIterable, Sendable {
    case `two may change a directory at once`
    case `an answer comes before the commit`
}
