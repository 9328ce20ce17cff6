// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Lives of a region whose blobs many clients change at once: what all of them were told could have been told to clients
/// who came one after the other, across every death.
@Suite struct ArchiveWorldTests {
    private func explore<Kind: Trade>(_ kind: Kind.Type, _ seeds: ClosedRange<UInt64> = 1...1000) throws {
        var (worlds, answered, deaths) = (0, 0, 0)
        try forEachSeed(seeds) { seed in
            let archive = Archive<Kind>(seed: seed)
            try archive.run()
            worlds += 1
            answered += archive.answered
            deaths += archive.deaths
        }
        guard worlds > 1 else { return }
        #expect(answered > worlds * 5)
        #expect(deaths > worlds / 2)
    }
    private func finds<Kind: Trade>(_ flaw: ArchiveFlaw, _ kind: Kind.Type) throws {
        #expect(try anyWorldBreaks(1...100) { try Archive<Kind>(seed: $0, flaw: flaw).run() })
    }

    @Test func `conditional writes and leases of one blob are linearizable`() throws { try explore(BlobTrade.self) }
    @Test func `versions are kept, and a legal hold is kept to`() throws { try explore(KeptTrade.self) }
    @Test func `what soft delete keeps comes back until its days are over`() throws {
        try explore(SoftTrade.self, 1...100)
    }
    @Test func `nothing a container's policy or hold protects is lost or changed, whatever way is tried`() throws {
        try explore(GuardedTrade.self, 1...100)
    }
    @Test func `policies and holds of single versions are kept to`() throws { try explore(OwnGuardTrade.self) }
    @Test func `page writes are linearizable, and whole`() throws { try explore(PagesTrade.self) }
    @Test func `staging and committing of blocks are linearizable`() throws { try explore(BlocksTrade.self) }

    @Test(arguments: [
        ArchiveFlaw.`two may change a blob at once`, .`an answer comes before the commit`,
        .`conditions are not looked at`,
    ])
    func `these worlds find planted flaws of conditional writes`(_ flaw: ArchiveFlaw) throws {
        try finds(flaw, BlobTrade.self)
    }
    @Test(arguments: [ArchiveFlaw.`two may change a blob at once`, .`an answer comes before the commit`])
    func `these worlds find planted flaws of versions and blocks`(_ flaw: ArchiveFlaw) throws {
        try finds(flaw, KeptTrade.self)
        try finds(flaw, SoftTrade.self)
        try finds(flaw, GuardedTrade.self)
        try finds(flaw, OwnGuardTrade.self)
        try finds(flaw, BlocksTrade.self)
    }
    @Test(arguments: [ArchiveFlaw.`an answer comes before the commit`, .`a write is done in two parts`])
    func `these worlds find planted flaws of page writes`(_ flaw: ArchiveFlaw) throws {
        try finds(flaw, PagesTrade.self)
    }
}
