// SPDX-License-Identifier: Apache-2.0
import Bytes
import BytesDisk
import Kernel
import Ledger
import Merkle
import TilesDisk

/// Whether the files that the store's records and the ledger's head need are there, as long as they must be.
///
/// Work in proportion to the number of files: a name and a size each. Contents are checked when they are read, by the
/// scrub and by `lazuli-verify`; of the ledger's also the newest bundle is read.
struct Presence {
    let folder: DataFolder
    let journal: Journal
    let bytes: DiskBytes
    let tiles: DiskTiles

    func check() async throws {
        let extents: [Extent]
        do { extents = try await journal.lastExtents() } catch {
            throw StartError("\(folder.store): \(error.detail). \(Remains.wayOut)")
        }
        for extent in extents {
            do throws(BytesError) { try bytes.checkReach(extent) } catch {
                throw StartError("\(error.words). \(Remains.wayOut)")
            }
        }
        let size = journal.sequencer.size
        if let short = tiles.firstShort(of: Self.files(size)) {
            throw StartError("\(short) is missing or cut: the ledger has \(size) entries. \(Remains.wayOut)")
        }
        try await checkNewestBundle(size)
    }

    /// Every full tile and bundle of a ledger of `size` entries.
    private static func files(_ size: UInt64) -> some Sequence<(path: String, bytesMin: Int)> {
        (0...TileAddress.levelMax).lazy.flatMap { level in
            // Two steps, since one of all levels would shift by 64.
            let count = (size >> UInt64(TileAddress.height * level)) >> UInt64(TileAddress.height)
            return (0..<count).lazy.flatMap { index in
                let tile = TileAddress(level: level, index: index)
                let hashes = (path: tile.path, bytesMin: TileAddress.fullWidth * MerkleHash.sizeBytes)
                // Each entry has its length in two bytes before it.
                return level == 0 ? [hashes, (path: tile.entriesPath, bytesMin: TileAddress.fullWidth * 2)] : [hashes]
            }
        }
    }
    private func checkNewestBundle(_ size: UInt64) async throws {
        let bundles = size / UInt64(TileAddress.fullWidth)
        guard bundles > 0 else { return }
        let tile = TileAddress(level: 0, index: bundles - 1)
        let bundle = try await tiles.read(tile.entriesPath).flatMap { LedgerTree.entries(ofBundle: $0) }
        let hashes = try await tiles.read(tile.path).flatMap { LedgerTree.hashes(ofTile: $0) }
        guard let bundle, let hashes, bundle.map({ MerkleHash.leaf($0) }) == hashes else {
            throw StartError("\(folder.ledger)/\(tile.entriesPath) and \(tile.path) do not fit. \(Remains.wayOut)")
        }
    }
}
