// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region whose lifecycle policy runs over more blobs than one step changes.
@Suite struct LifecycleWorldTests {
    @Test func `a policy acts once on all it means, and never on what is young, leased, held or not meant`() throws {
        var (worlds, deleted, rewritten, deaths) = (0, 0, 0, 0)
        try forEachSeed(1...100) { seed in
            let garden = Garden(seed: seed)
            try garden.run()
            worlds += 1
            deleted += garden.tally.deleted
            rewritten += garden.tally.rewritten
            deaths += garden.tally.deaths
        }
        guard worlds > 1 else { return }
        #expect(deleted > worlds * 20)
        #expect(rewritten > worlds)
        #expect(deaths > worlds / 2)
    }

    @Test(arguments: LifecycleFlaw.allCases)
    func `these worlds find a planted flaw`(flaw: LifecycleFlaw) throws {
        #expect(try anyWorldBreaks(1...60) { try Garden(seed: $0, flaw: flaw).run() })
    }
}

/// A mistake that the worlds have to notice.
enum LifecycleFlaw: String, CaseIterable, Sendable {
    case `two may change a blob at once`
    case `an answer comes before the commit`
}
