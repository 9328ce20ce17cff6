// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import BytesDisk
import BytesMemory
import Cryptography
import Custody
import FoundationEssentials
import Kernel
import KeysSoftware
import Ledger
import Merkle
import Store
import StoreRocksDB
import TilesDisk
import TilesMemory

/// Why the check does not start: one line that names the way out.
struct NoStart: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What lies where in a region's folder.
///
/// Kept here too, so that the check shares nothing with the server but the engines
/// and the ledger's forms.
struct RegionFiles {
    let path: String
    var store: String { path + "/store" }
    var bytes: String { path + "/bytes" }
    var ledger: String { path + "/ledger" }
    var rootKey: String { path + "/keys/root.key" }
    var region: String { path + "/region.json" }

    func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: file) }
    func read(_ file: String) throws(NoStart) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else { throw NoStart("\(file) cannot be read.") }
        return Array(data)
    }
}

/// A stopped region's engines, opened for a check.
///
/// Nothing in the folder is made that was not there.
struct RegionAtRest {
    let verification: Verification
    let hasRootKey: Bool
    /// Whether the founding has ended, which publishes a checkpoint.
    let isFounded: Bool
    private let store: RocksDBStore
    private let bytes: any BytesEngine

    /// What the check needs of `region.json`.
    private struct Record: Decodable { var ledgerKey: String }

    /// Throws `NoStart` when the check cannot start.
    static func open(_ folder: RegionFiles, ledgerKey: String?, skipBytes: Bool) async throws -> RegionAtRest {
        guard folder.exists(folder.store) else {
            throw NoStart("\(folder.path) holds no region; name the folder given to `lazuli up --data`.")
        }
        // First of all: it holds the lock that keeps regions out.
        let store: RocksDBStore
        do throws(StoreError) { store = try RocksDBStore(readingOnly: folder.store) } catch {
            throw NoStart("\(error)")
        }
        do { return try await RegionAtRest(folder, store, ledgerKey: ledgerKey, skipBytes: skipBytes) } catch {
            // A store that is still open while its library is torn down crashes the process.
            await store.close()
            throw NoStart("\(error)")
        }
    }
    private init(_ folder: RegionFiles, _ store: RocksDBStore, ledgerKey: String?, skipBytes: Bool) async throws {
        self.store = store
        let root = folder.exists(folder.rootKey) ? try SoftwareRootKey(path: folder.rootKey) : nil
        let key = try await Self.key(folder, root, given: ledgerKey)
        // A region killed while it was founded may lack the later folders.
        let tiles: any TileEngine = folder.exists(folder.ledger) ? try DiskTiles(folder: folder.ledger) : MemoryTiles()
        // The last that may throw, so that its threads need no end here.
        isFounded = folder.exists(folder.region)
        guard !isFounded || folder.exists(folder.bytes) else {
            throw NoStart("\(folder.bytes) is missing from a region that was founded: restore the whole region.")
        }
        bytes = folder.exists(folder.bytes) ? try DiskBytes(readingOnly: folder.bytes) : MemoryBytes()
        hasRootKey = root != nil
        verification = Verification(
            store: store,
            tiles: tiles,
            bytes: skipBytes ? nil : bytes,
            root: root,
            ledgerKey: key
        )
    }

    /// Ends the engines' threads, which must not outlive the process's other parts.
    func close() async {
        await bytes.close()
        await store.close()
    }

    /// The ledger's key: as the auditor noted it, as the region noted it, or derived; they must agree.
    private static func key(_ folder: RegionFiles, _ root: SoftwareRootKey?, given: String?) async throws -> NoteKey? {
        var known: NoteKey?
        if let given {
            known = NoteKey(verifierText: given)
            guard known != nil else {
                throw NoStart("'\(given)' is no verifier key (name+hash+key, C2SP signed note).")
            }
        } else if folder.exists(folder.region) {
            let record = try? JSONCoding.decode(Record.self, from: try folder.read(folder.region))
            known = record.flatMap { NoteKey(verifierText: $0.ledgerKey) }
            guard known != nil else {
                throw NoStart("\(folder.region) cannot be read; restore it, or name --ledger-key.")
            }
        }
        guard let root else { return known }
        let derived = try SigningKey(seed: try await root.derive(purpose: LedgerSigner.purpose)).publicKey
        if let known {
            guard known.publicKey == derived else {
                throw NoStart(
                    "\(folder.rootKey) does not belong to the ledger key \(known.verifierText): restore this region's own "
                        + "files, or move the key away to check without it."
                )
            }
            return known
        }
        // Killed while it was founded: only the checkpoint tells the ledger's name yet.
        let file = folder.ledger + "/checkpoint"
        guard folder.exists(file) else { return nil }
        let name = String(decoding: try folder.read(file).prefix { $0 != 10 }, as: UTF8.self)
        return NoteKey(name: name, publicKey: derived)
    }
}
