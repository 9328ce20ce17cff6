// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region in which groups are made, filled and deleted at the same time.
@Suite struct GroupWorldTests {
    @Test func `a group's deletion ends with the group gone or whole, and never leaves a resource without one`() throws
    {
        var (worlds, deleted, deaths, filled) = (0, 0, 0, 0)
        try forEachSeed(1...1000) { seed in
            let estate = try Estate(seed: seed, isFlawed: false)
            try estate.run()
            worlds += 1
            deleted += estate.tally.deleted
            deaths += estate.tally.deaths
            filled += estate.tally.filled
        }
        guard worlds > 1 else { return }
        #expect(deleted > worlds / 4)
        #expect(deaths > worlds / 2)
        #expect(filled > worlds)
    }

    @Test func `these worlds find a deletion that removes the group before its resources`() throws {
        #expect(try anyWorldBreaks(1...100) { try Estate(seed: $0, isFlawed: true).run() })
    }
}
