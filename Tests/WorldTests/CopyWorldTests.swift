// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region in which copies between accounts are in flight.
@Suite struct CopyWorldTests {
    @Test func `a copy that was begun comes to an end across every death, with its source's bytes or none`() throws {
        var (worlds, begun, arrived, aborted, deaths) = (0, 0, 0, 0, 0)
        try forEachSeed(1...1000) { seed in
            let courier = Courier(seed: seed)
            try courier.run()
            worlds += 1
            begun += courier.tally.begun
            arrived += courier.tally.arrived
            aborted += courier.tally.aborted
            deaths += courier.tally.deaths
        }
        guard worlds > 1 else { return }
        #expect(begun > worlds)
        #expect(arrived > worlds / 4)
        #expect(aborted > worlds / 20)
        #expect(deaths > worlds / 2)
    }

    @Test(arguments: CopyFlaw.allCases)
    func `these worlds find a planted flaw`(flaw: CopyFlaw) throws {
        #expect(try anyWorldBreaks(1...100) { try Courier(seed: $0, flaw: flaw).run() })
    }
}

/// A mistake that the worlds have to notice.
enum CopyFlaw: String, CaseIterable, Sendable {
    case `an answer comes before the commit`
}
