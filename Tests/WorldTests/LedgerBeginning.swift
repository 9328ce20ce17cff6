// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Ledger
import Merkle
import Simulation
import Store
import StoreMemory
import TilesMemory

/// A founded region with some entries, made once and copied into every world that begins with it.
struct LedgerBeginning: Sendable {
    static let namespace = "Test.Notes"
    static let note = ChangeNote(actor: "test", action: "Test.Notes/write", operation: "note.put")
    let rows: [Pair]
    let values: [Key: [UInt8]]
    let frontier: MerkleFrontier
    let blinding: LedgerBlinding

    /// A few entries: most worlds.
    static let small = Result { try LedgerBeginning(entries: 4) }
    /// Just short of the first full tile, so that a world soon writes it.
    static let nearlyFull = Result { try LedgerBeginning(entries: TileAddress.fullWidth - 2) }

    private init(entries: Int) throws {
        let simulation = Simulation(seed: 0)
        let region = try TestRegion()
        (blinding, frontier) = try simulation.run {
            let journal = try await region.open(simulation.world)
            try await journal.found(TestRegion.tenant, [])
            for number in 1..<entries {
                _ = try await journal.change(Self.note, Self.namespace, TestRegion.tenant) {
                    scope async throws(ServiceError) in
                    try await scope.put(Mark(value: number), at: Key("beginning"))
                }
            }
            while try await journal.sequencer.sequence() {}
            var frontier = MerkleFrontier()
            for leaf in try await DurableLedger(region, after: nil).sequenced { frontier.append(MerkleHash.leaf(leaf)) }
            return (try await region.blinding(), frontier)
        }
        rows = region.rows
        values = Dictionary(rows.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A number that is kept.
struct Mark: Stored, Codable {
    var value: Int
}

/// The ledger as it lies on the disks: read without the sequencer, as an auditor would.
struct DurableLedger {
    /// Entries by id, sequenced or not, behind those of the beginning.
    let entries: [EntryID: Entry]
    /// Leaves in the order of their numbers, behind those of the beginning.
    let sequenced: [[UInt8]]
    let head: LedgerHead?

    /// Throws `Broken` for a number that is missing or given twice, or an entry that is.
    init(_ region: TestRegion, after beginning: LedgerBeginning?) async throws {
        let known = beginning?.values ?? [:]
        let first = beginning?.frontier.size ?? 0
        head = try region.store.peek(LedgerKey.head).map { try JSONCoding.decode(LedgerHead.self, from: $0) }
        var entries: [EntryID: Entry] = [:]
        var leaves: [UInt64: [UInt8]] = [:]
        let pending = Key("ledger", "pending")
        for pair in region.store.peek(pending.children, limit: 10_000) where known[pair.key] == nil {
            guard let entry = Entry(bytes: pair.value) else { throw Broken(description: "an entry cannot be read") }
            entries[entry.id] = entry
        }
        let numbers = region.store.peek(Key("ledger", "at").children, limit: 10_000).filter { known[$0.key] == nil }
        var numberOf: [EntryID: UInt64] = [:]
        for pair in numbers {
            var reader = KeyReader(pair.key, after: Key("ledger", "at"))
            guard let id = reader.uuid() else { continue }
            numberOf[EntryID(id)] = pair.value.reduce(0) { $0 << 8 | UInt64($1) }
        }
        for (id, number) in numberOf {
            if let entry = entries[id] { leaves[number] = entry.bytes }
        }
        try await Self.addBundles(of: region, size: head?.size ?? 0, from: first, to: &leaves, &entries)
        let size = head?.size ?? 0
        guard numberOf.count == Int(size - first), Set(numberOf.values).count == numberOf.count else {
            throw Broken(description: "\(numberOf.count) entries have numbers, the ledger has \(size - first)")
        }
        sequenced = try (first..<size).map { number in
            guard let leaf = leaves[number] else { throw Broken(description: "entry \(number) is lost") }
            return leaf
        }
        self.entries = entries
    }

    private static func addBundles(
        of region: TestRegion,
        size: UInt64,
        from first: UInt64,
        to leaves: inout [UInt64: [UInt8]],
        _ entries: inout [EntryID: Entry]
    ) async throws {
        let full = UInt64(TileAddress.fullWidth)
        for bundle in first / full..<max(first / full, size / full) {
            let path = TileAddress(level: 0, index: bundle).entriesPath
            guard let bytes = try await region.tiles.read(path), let all = LedgerTree.entries(ofBundle: bytes) else {
                throw Broken(description: "the bundle \(path) of the ledger is lost")
            }
            for (offset, leaf) in all.enumerated() where bundle * full + UInt64(offset) >= first {
                guard let entry = Entry(bytes: leaf) else { throw Broken(description: "a leaf is no entry") }
                leaves[bundle * full + UInt64(offset)] = leaf
                entries[entry.id] = entry
            }
        }
    }
}
