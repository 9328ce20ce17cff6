// SPDX-License-Identifier: Apache-2.0
import Base
import BytesDisk
import Custody
import Kernel
import KeysSoftware
import Merkle
import Store
import StoreRocksDB
import TilesDisk

/// `lazuli-verify`'s check of a copy, by the root key that lies with the region.
struct BackupCheck {
    private let folder: DataFolder
    private let rootKey: String

    /// Without a file at `rootKey`, rows and bytes stay unchecked.
    init(_ folder: DataFolder, rootKey: String) {
        self.folder = folder
        self.rootKey = rootKey
    }

    /// Derives ledger and rows anew, and reads all bytes too when told to.
    func run(verifiesBytes: Bool) async throws -> VerificationReport {
        let record = try JSONCoding.decode(RegionRecord.self, from: try folder.read(folder.region))
        let root: SoftwareRootKey?
        do { root = folder.exists(rootKey) ? try SoftwareRootKey(path: rootKey) : nil } catch {
            throw StartError(error.words)
        }
        let store: RocksDBStore
        do throws(StoreError) { store = try RocksDBStore(readingOnly: folder.store) } catch {
            throw StartError("the copy cannot be opened: \(error.words)")
        }
        do {
            let bytes = try DiskBytes(readingOnly: folder.bytes)
            let verification = Verification(
                store: store,
                tiles: try DiskTiles(folder: folder.ledger),
                bytes: verifiesBytes ? bytes : nil,
                root: root,
                ledgerKey: NoteKey(verifierText: record.ledgerKey)
            )
            let report = await verification.run()
            await bytes.close()
            await store.close()
            return report
        } catch {
            await store.close()
            throw StartError("the copy cannot be opened: \(error)")
        }
    }
}
