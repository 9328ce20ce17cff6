// SPDX-License-Identifier: Apache-2.0
import StoreRocksDB
import Testing

@Suite struct CommitLanesTests {
    private static let flood = 1
    private static let quiet = 2

    /// Lanes that take a hundred at once, or ten while several want to commit, each of one byte.
    private var lanes: CommitLanes<String> { CommitLanes(bytesMax: 100, sharedBytesMax: 10) }

    @Test func `one party alone has all that fits taken at once, in its order`() {
        var lanes = lanes
        for number in 0..<150 { lanes.add("\(number)", of: Self.flood, bytes: 1) }
        #expect(lanes.count == 150)
        #expect(lanes.take() == (0..<100).map(String.init))
        #expect(lanes.take() == (100..<150).map(String.init))
        #expect(lanes.take() == [] && lanes.count == 0)
    }
    @Test func `who brings few does not wait for all of a flood`() {
        var lanes = lanes
        for number in 0..<1_000 { lanes.add("flood \(number)", of: Self.flood, bytes: 1) }
        for number in 0..<4 { lanes.add("quiet \(number)", of: Self.quiet, bytes: 1) }
        let taken = lanes.take()
        #expect(taken.count == 10)
        #expect(taken.filter { $0.hasPrefix("quiet") } == (0..<4).map { "quiet \($0)" })
        // It comes again when it has heard of these: batches stay short until then.
        #expect(lanes.take() == (6..<16).map { "flood \($0)" })
        lanes.add("quiet 4", of: Self.quiet, bytes: 1)
        #expect(lanes.take().contains("quiet 4"))
    }
    @Test func `a party whose commits are long pays with its own`() {
        var lanes = lanes
        for number in 0..<10 { lanes.add("long \(number)", of: Self.flood, bytes: 8) }
        for number in 0..<4 { lanes.add("quiet \(number)", of: Self.quiet, bytes: 1) }
        #expect(lanes.take() == ["long 0", "quiet 0", "long 1"])
        #expect(lanes.take().first == "quiet 1")
    }
    @Test func `all parties come round, though a batch does not reach them all`() {
        var lanes = lanes
        for party in 0..<25 { lanes.add("\(party)", of: party, bytes: 1) }
        #expect((0..<3).flatMap { _ in lanes.take() } == (0..<25).map(String.init))
    }
    @Test func `the region's own changes make nobody's batches short`() {
        var lanes = lanes
        for number in 0..<50 { lanes.add("\(number)", of: Self.flood, bytes: 1) }
        lanes.add("own", of: nil, bytes: 1)
        #expect(lanes.take().count == 51)
    }
}
