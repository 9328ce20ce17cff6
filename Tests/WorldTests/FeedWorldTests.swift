// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region whose blobs many clients change while their changes are published.
@Suite struct FeedWorldTests {
    @Test func `every change is told once, in the order of its blob, and nothing that did not happen`() throws {
        var (worlds, told, deaths) = (0, 0, 0)
        try forEachSeed(1...100) { seed in
            let gazette = Gazette(seed: seed)
            try gazette.run()
            worlds += 1
            told += gazette.tally.told
            deaths += gazette.tally.deaths
        }
        guard worlds > 1 else { return }
        #expect(told > worlds * 3)
        #expect(deaths > worlds / 2)
    }

    @Test(arguments: FeedFlaw.allCases)
    func `these worlds find a planted flaw`(flaw: FeedFlaw) throws {
        #expect(try anyWorldBreaks(1...60) { try Gazette(seed: $0, flaw: flaw).run() })
    }
}

/// A mistake that the worlds have to notice.
enum FeedFlaw: String, CaseIterable, Sendable {
    case `an answer comes before the commit`
    case `what is published stays in its table`
}
