// SPDX-License-Identifier: Apache-2.0
import Base
import Ledger
import Merkle
import Store

/// Derives the tree anew from its entries, and holds tiles, index, head and checkpoints against it.
struct VerificationTree {
    /// Waiting entries read at once.
    private static let pageMax = 1000
    /// Bundles missing in a row after which the rest is taken for missing too: a head may claim any size.
    private static let missingMax = 16
    /// Longest leaf of a bundle: its length has two bytes.
    private static let leafBytesMax = 65_535
    private static let full = UInt64(TileAddress.fullWidth)

    private let snapshot: any StoreSnapshot
    private let tiles: any TileEngine
    private let key: NoteKey?
    private let writes: VerificationWrites?
    private var grown = GrowingTree()
    /// Set when an entry is lost: what comes after it still explains rows, but no longer gives hashes.
    private var isBroken = false
    private var published: Checkpoint?

    /// `key` nil leaves signatures unchecked; `writes` learns what every entry wrote.
    init(_ snapshot: any StoreSnapshot, _ tiles: any TileEngine, _ key: NoteKey?, _ writes: VerificationWrites?) {
        self.snapshot = snapshot
        self.tiles = tiles
        self.key = key
        self.writes = writes
    }

    /// Throws when the store or the head cannot be read; everything else is a finding.
    mutating func check(_ report: inout VerificationReport) async throws {
        report.verifier = key?.verifierText
        let head = try await head()
        let size = head?.size ?? 0
        report.numbered = size
        try await readPublished(size, &report)
        try await readBundles(size, &report)
        let tail = try await readPending(size, &report)
        for number in size / Self.full * Self.full..<size {
            guard let leaf = tail[number] else {
                report.find("entry \(number) is missing: it belongs to the unfinished bundle in the store")
                isBroken = true
                continue
            }
            await append(leaf, number, &report)
        }
        compare(head, &report)
        try await countUnpublished(size, &report)
    }

    // MARK: Heads and checkpoints

    private func head() async throws -> LedgerHead? {
        guard let bytes = try await snapshot.get(LedgerKey.head) else { return nil }
        do { return try JSONCoding.decode(LedgerHead.self, from: bytes) } catch {
            throw LedgerDamage(description: "the ledger's head in the store cannot be read")
        }
    }
    private func checkpoint(_ note: [UInt8], _ name: String, _ report: inout VerificationReport) -> Checkpoint? {
        do {
            guard let key else { return try Checkpoint(text: SignedNote(parsing: note).text) }
            return try Checkpoint.verified(note, origin: key.name, by: [key])
        } catch {
            report.find("\(name) is not signed by the ledger's key, or is none: \(error)")
            return nil
        }
    }
    private mutating func readPublished(_ size: UInt64, _ report: inout VerificationReport) async throws {
        guard let note = try await tiles.checkpoint() else { return }
        published = checkpoint(note, "the published checkpoint", &report)
        report.published = published?.size
        if let published, published.size > size {
            report.find(
                "the published checkpoint covers \(published.size) entries, the store knows \(size): the store was taken back"
            )
        }
    }
    private func compare(_ head: LedgerHead?, _ report: inout VerificationReport) {
        guard !isBroken else { return report.find("the root cannot be derived: entries are missing") }
        let root = grown.frontier.root
        report.root = root.description
        guard let head else { return }
        if head.peaks != grown.frontier.peaks.map({ $0.bytes.hex }) {
            report.find("the head's peaks are not those of its entries")
        }
        guard let signed = checkpoint(Array(head.note.utf8), "the checkpoint of the head", &report) else { return }
        if signed.size != head.size {
            report.find("the checkpoint covers \(signed.size) entries, the head \(head.size)")
        }
        if signed.root != root { report.find("the checkpoint's root is \(signed.root), the entries give \(root)") }
    }

    // MARK: Entries

    private mutating func readBundles(_ size: UInt64, _ report: inout VerificationReport) async throws {
        var missing = 0
        for bundle in 0..<size / Self.full {
            guard let leaves = await leaves(bundle, &report) else {
                isBroken = true
                missing += 1
                guard missing < Self.missingMax else {
                    return report.find(
                        "\(missing) bundles in a row are missing; those after \(bundle) were not looked for"
                    )
                }
                continue
            }
            missing = 0
            for (offset, leaf) in leaves.enumerated() {
                let number = bundle * Self.full + UInt64(offset)
                try await checkIndex(leaf, number, &report)
                await append(leaf, number, &report)
            }
        }
    }
    private func leaves(_ bundle: UInt64, _ report: inout VerificationReport) async -> [[UInt8]]? {
        let path = TileAddress(level: 0, index: bundle).entriesPath
        do {
            guard let bytes = try await tiles.read(path) else {
                report.find("\(path) is missing")
                return nil
            }
            guard let leaves = LedgerTree.entries(ofBundle: bytes), leaves.count == TileAddress.fullWidth else {
                report.find("\(path) is cut or overlong: it does not hold \(TileAddress.fullWidth) entries")
                return nil
            }
            return leaves
        } catch {
            report.find("\(path) cannot be read: \(error)")
            return nil
        }
    }
    /// Whether an entry reads as one and the index knows its number.
    private func checkIndex(_ leaf: [UInt8], _ number: UInt64, _ report: inout VerificationReport) async throws {
        guard let entry = entry(leaf) else { return report.find("entry \(number) cannot be read") }
        writes?.add(entry, number: number)
        let at = try await snapshot.get(LedgerKey.at(entry.id))
        guard at != LedgerTree.bytes(number) else { return }
        let known = at.map { "as \(LedgerTree.number(Array($0.prefix(8))))" } ?? "not at all"
        report.find("entry \(number) (\(entry.id.text)): the index knows it \(known)")
    }
    /// Reads what is in no bundle yet.
    ///
    /// Returns the unfinished bundle by number.
    private func readPending(_ size: UInt64, _ report: inout VerificationReport) async throws -> [UInt64: [UInt8]] {
        let unfinished = size / Self.full * Self.full..<size
        var tail: [UInt64: [UInt8]] = [:]
        var range = LedgerKey.allPending
        while true {
            let page = try await snapshot.range(range, limit: Self.pageMax, reverse: false)
            for pair in page {
                guard let entry = entry(pair.value), pair.key == LedgerKey.pending(entry.id) else {
                    report.find("an entry outside the bundles cannot be read, or lies under another's key: \(pair.key)")
                    continue
                }
                let at = try await snapshot.get(LedgerKey.at(entry.id))
                writes?.add(entry, number: at.map { LedgerTree.number(Array($0.prefix(8))) })
                guard let at else {
                    report.waiting += 1
                    continue
                }
                let number = LedgerTree.number(Array(at.prefix(8)))
                guard at.count == 8, unfinished.contains(number), tail.updateValue(pair.value, forKey: number) == nil
                else {
                    report.find(
                        "entry \(number) (\(entry.id.text)) lies outside the bundles, where that number does not belong"
                    )
                    continue
                }
            }
            guard page.count == Self.pageMax, let last = page.last else { return tail }
            range.from = last.key.next
        }
    }
    private func entry(_ leaf: [UInt8]) -> Entry? {
        guard leaf.count <= Self.leafBytesMax, let entry = Entry(bytes: leaf),
            entry.writes.allSatisfy({ $0.value.isEmpty || $0.value.count == MerkleHash.sizeBytes })
        else { return nil }
        return entry
    }

    // MARK: Tiles

    /// Adds a leaf and holds the tiles it completes against those that are kept.
    private mutating func append(_ leaf: [UInt8], _ number: UInt64, _ report: inout VerificationReport) async {
        guard !isBroken else { return }
        for (address, hashes) in grown.append(MerkleHash.leaf(leaf)) { await compare(address, hashes, &report) }
        if let published, published.size == grown.frontier.size, published.root != grown.frontier.root {
            report.find("the published checkpoint's root is \(published.root), its entries give \(grown.frontier.root)")
        }
    }
    private func compare(_ address: TileAddress, _ hashes: [MerkleHash], _ report: inout VerificationReport) async {
        do {
            guard let bytes = try await tiles.read(address.path) else {
                return report.find("\(address.path) is missing")
            }
            guard let kept = LedgerTree.hashes(ofTile: bytes), kept.count == hashes.count else {
                return report.find("\(address.path) is cut or overlong")
            }
            guard let first = zip(kept, hashes).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset
            else {
                return
            }
            let place = address.index * Self.full + UInt64(first)
            report.find(
                address.level == 0
                    ? "\(address.path) is not the hashes of its entries, first at entry \(place)"
                    : "\(address.path) is not the hashes of the tiles below it, first below tile \(place)"
            )
        } catch { report.find("\(address.path) cannot be read: \(error)") }
    }
    /// What a crash between tiles and head leaves: at most one batch.
    private func countUnpublished(_ size: UInt64, _ report: inout VerificationReport) async throws {
        let probesMax = UInt64(Sequencer.batchMax / TileAddress.fullWidth + 1)
        for level in 0...TileAddress.levelMax {
            let next = (size >> UInt64(TileAddress.height * level)) / Self.full
            for index in next..<next + probesMax {
                let address = TileAddress(level: level, index: index)
                let paths = level == 0 ? [address.path, address.entriesPath] : [address.path]
                for path in paths where try await tiles.read(path) != nil { report.unpublished += 1 }
            }
        }
    }
}

/// A tree that grows by leaf hashes and gives out each full tile: written apart from `LedgerTree`, whose work it checks.
private struct GrowingTree {
    private(set) var frontier = MerkleFrontier()
    /// For each tile level the hashes of its unfinished tile.
    private var edges: [[MerkleHash]] = []

    mutating func append(_ leaf: MerkleHash) -> [(TileAddress, [MerkleHash])] {
        var full: [(TileAddress, [MerkleHash])] = []
        var edges = self.edges
        self.edges = []
        frontier.append(leaf) { node, hash in
            guard node.level.isMultiple(of: TileAddress.height) else { return }
            let level = node.level / TileAddress.height
            if edges.count == level { edges.append([]) }
            edges[level].append(hash)
            guard edges[level].count == TileAddress.fullWidth else { return }
            full.append((TileAddress(level: level, index: node.index / UInt64(TileAddress.fullWidth)), edges[level]))
            edges[level] = []
        }
        self.edges = edges
        return full
    }
}
