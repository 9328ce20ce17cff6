// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import Kernel
import Ledger
import Merkle
import Store
import StoreMemory
import Testing
import TilesMemory

@Suite struct VerificationTests {
    private func expect(_ finding: String, in region: VerifiedRegion, _ place: SourceLocation = #_sourceLocation) async
    {
        let report = await region.verify()
        #expect(!report.isClean, sourceLocation: place)
        #expect(report.findings.contains { $0.contains(finding) }, "\(report.findings)", sourceLocation: place)
    }

    @Test func `a region is clean with a full bundle, an unfinished one and waiting entries`() async throws {
        let region = try await VerifiedRegion()
        let report = await region.verify()
        #expect(report.findings == [])
        #expect(report.numbered == 293)
        #expect(report.waiting == 3)
        #expect(report.published == 293)
        #expect(report.extents == 1)
        #expect(report.extentBytes == 100_000)
        #expect((report.rows ?? 0) >= 39)
        try await region.sequence()
        #expect(await region.verify().findings == [])
    }
    @Test func `without the root key structure and signature are still checked`() async throws {
        let region = try await VerifiedRegion()
        let blind = await region.verify(root: nil)
        #expect(blind.isClean && blind.rows == nil && blind.extents == nil && blind.verifier != nil)
        try await region.alterHead { $0.note = try VerifiedRegion.forged(size: 293, root: .empty) }
        #expect(await !region.verify(root: nil).isClean)
    }

    // MARK: Rows

    @Test func `an altered value is found`() async throws {
        let region = try await VerifiedRegion()
        try await region.overwrite(VerifiedRegion.row(7), [1, 2, 3])
        await expect("a row was altered: data/Test", in: region)
    }
    @Test(arguments: [false, true])
    func `a value that is put back to what it was a moment before is found`(isSequenced: Bool) async throws {
        let region = try await VerifiedRegion()
        // All changes of this region begin at the same moment.
        let older = region.store.peek(VerifiedRegion.row(7))
        try await region.write(7, "newer")
        try await region.write(7, "newest")
        if isSequenced { try await region.sequence() }
        #expect(await region.verify().findings == [])
        try await region.overwrite(VerifiedRegion.row(7), older)
        await expect("a row was altered", in: region)
        try await region.remove(7)
        if isSequenced { try await region.sequence() }
        #expect(await region.verify().findings == [])
        try await region.overwrite(VerifiedRegion.row(7), older)
        await expect("a row is back", in: region)
    }
    @Test func `two entries that claim the same place in the order of a key are found`() async throws {
        let region = try await VerifiedRegion()
        for pair in region.store.peek(Key("ledger", "pending").children, limit: 1000) {
            guard let entry = Entry(bytes: pair.value), region.store.peek(Key("ledger", "at", entry.id)) == nil else {
                continue
            }
            let twin = Entry(
                id: EntryID(VerifiedRegion.tenant.raw),
                time: entry.time,
                readVersion: entry.readVersion,
                tenantTag: entry.tenantTag,
                writes: entry.writes,
                details: entry.details
            )
            try await region.overwrite(LedgerKey.pending(twin.id), twin.bytes)
        }
        await expect("1 writes claim the same place", in: region)
    }
    @Test func `a region whose entries are of format 1 is clean, and goes on in the next format`() async throws {
        let region = try await VerifiedRegion(isFormer: true)
        #expect(await region.verify().findings == [])
        let older = region.store.peek(VerifiedRegion.row(7))
        try await region.write(7, "newer")
        #expect(await region.verify().findings == [])
        try await region.overwrite(VerifiedRegion.row(7), older)
        await expect("a row was altered", in: region)
        try await region.overwrite(VerifiedRegion.row(8), older)
        #expect(await region.verify().findingsCount == 2)
    }
    @Test func `an activity row that is removed, altered or added is found`() async throws {
        let region = try await VerifiedRegion()
        let row = try #require(region.activityRows.first)
        try await region.overwrite(row.key, [2])
        await expect("a row was altered: ledger/activity", in: region)
        try await region.overwrite(row.key, nil)
        await expect("a row is missing", in: region)
        var reader = KeyReader(row.key, after: Key("ledger", "activity"))
        _ = (reader.uuid(), reader.uuid(), reader.integer())
        let named = reader.uuid()
        let id = try #require(named)
        let other = Key("ledger", "activity", VerifiedRegion.tenant, VerifiedRegion.tenant, Timestamp(seconds: 0), id)
        try await region.overwrite(other, [1])
        await expect("a row is unexplained: no entry wrote ledger/activity", in: region)
    }
    @Test func `a removed row is found`() async throws {
        let region = try await VerifiedRegion()
        try await region.overwrite(VerifiedRegion.row(7), nil)
        await expect("a row is missing", in: region)
    }
    @Test func `an added row is found, and so is one that comes back`() async throws {
        let region = try await VerifiedRegion()
        try await region.overwrite(VerifiedRegion.row(39), [1])
        await expect("a row is back", in: region)
        try await region.overwrite(VerifiedRegion.row(4711), [1])
        await expect("a row is unexplained: no entry wrote data/Test", in: region)
        try await region.overwrite(Key("ledger", "other"), [1])
        await expect("among the ledger's own", in: region)
    }

    // MARK: The tree

    @Test func `an altered tile is found`() async throws {
        let region = try await VerifiedRegion()
        try await region.alter("tile/0/000") { $0[32 * 9] ^= 1 }
        await expect("tile/0/000 is not the hashes of its entries, first at entry 9", in: region)
    }
    @Test func `an altered entry is found, in a bundle or not in one yet`() async throws {
        let region = try await VerifiedRegion()
        try await region.alter("tile/entries/000") { $0[$0.count - 1] ^= 1 }
        await expect("first at entry 255", in: region)
        let other = try await VerifiedRegion()
        let tail = other.store.peek(Key("ledger", "pending").children, limit: 100)
        for pair in tail {
            try await other.overwrite(pair.key, pair.value.dropLast() + [pair.value[pair.value.count - 1] ^ 1])
        }
        await expect("the checkpoint's root is", in: other)
    }
    @Test func `a cut bundle and a missing one are found`() async throws {
        let region = try await VerifiedRegion()
        try await region.alter("tile/entries/000") { $0.removeLast(10) }
        await expect("tile/entries/000 is cut", in: region)
        try await region.alterHead { $0.size += 256 }
        await expect("tile/entries/001 is missing", in: region)
    }
    @Test func `an entry that is missing from the unfinished bundle is found`() async throws {
        let region = try await VerifiedRegion()
        let tail = region.store.peek(Key("ledger", "pending").children, limit: 100)
        for pair in tail { try await region.overwrite(pair.key, nil) }
        await expect("entry 256 is missing", in: region)
    }
    @Test func `a wrong number in the index is found`() async throws {
        let region = try await VerifiedRegion()
        let row = try #require(
            region.store.peek(Key("ledger", "at").children, limit: 300).first {
                $0.value.last == 17 && $0.value[6] == 0
            }
        )
        try await region.overwrite(row.key, row.value.dropLast() + [18])
        await expect("the index knows it as 18", in: region)
        try await region.overwrite(row.key, nil)
        await expect("the index knows it not at all", in: region)
    }

    // MARK: Checkpoints and bytes

    @Test func `a forged checkpoint is found, in the head or published`() async throws {
        let region = try await VerifiedRegion()
        let root = try #require(
            await region.verify().root.flatMap { [UInt8](hex: $0) }.flatMap { MerkleHash(bytes: $0) }
        )
        let forged = try VerifiedRegion.forged(size: 293, root: root)
        try await region.tiles.publish(checkpoint: Array(forged.utf8))
        await expect("the published checkpoint is not signed", in: region)
        #expect(await region.verify(signed: false).isClean)
        try await region.alterHead { $0.note = forged }
        await expect("the checkpoint of the head is not signed", in: region)
    }
    @Test func `a store taken back behind its published checkpoint is found`() async throws {
        let region = try await VerifiedRegion()
        let head = region.store.peek(LedgerKey.head)
        try await region.sequence()
        try await region.overwrite(LedgerKey.head, head)
        await expect("the store was taken back", in: region)
    }
    @Test func `damaged bytes are found`() async throws {
        let region = try await VerifiedRegion()
        region.bytes.flip(byte: 70_000, of: region.extent)
        await expect("the 100000 bytes at", in: region)
    }
}
