// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region that keeps long bytes: items are put, replaced, read and deleted while the reclaimer works.
@Suite struct ContentWorldTests {
    @Test func `what was acknowledged reads back, nothing else is seen, and no room is lost`() throws {
        var (worlds, acknowledged, deaths, reads, reclaimed) = (0, 0, 0, 0, 0)
        try forEachSeed(1...1000) { seed in
            let library = Library(seed: seed, flaw: nil)
            try library.run()
            worlds += 1
            acknowledged += library.tally.acknowledged
            deaths += library.tally.deaths
            reads += library.tally.reads
            reclaimed += library.tally.reclaimed
        }
        guard worlds > 1 else { return }
        #expect(acknowledged > worlds)
        #expect(deaths > worlds / 2)
        #expect(reads > worlds)
        #expect(reclaimed > worlds / 4)
    }

    @Test(arguments: ContentFlaw.allCases)
    func `these worlds find bytes kept with a planted flaw`(flaw: ContentFlaw) throws {
        #expect(try anyWorldBreaks(1...150) { try Library(seed: $0, flaw: flaw).run() })
    }
}

/// A mistake that the worlds have to notice.
enum ContentFlaw: String, CaseIterable, Sendable {
    case `bytes are not durable when the commit is`
    case `garbage is reclaimed under its readers`
    case `what a crash left behind is not settled`
}
