// SPDX-License-Identifier: Apache-2.0
import Bytes
import BytesDisk
import Store
import StoreRocksDB

/// The embedded engines of one region, opened together and closed together.
struct Engines {
    let store: RocksDBStore
    let bytes: DiskBytes

    static func open(_ folder: DataFolder) async throws(StartError) -> Engines {
        var options = RocksDBOptions()
        options.openTablesMax = Int32(Descriptors.tablesMax(of: Descriptors.raised()))
        let store: RocksDBStore
        do throws(StoreError) { store = try RocksDBStore(path: folder.store, options: options) } catch {
            throw StartError(error.words)
        }
        do throws(BytesError) {
            return Engines(store: store, bytes: try DiskBytes(folder: folder.bytes))
        } catch {
            await store.close()
            throw StartError(error.words)
        }
    }
    /// The store as requests use it, timed where somebody measures.
    func store(_ watch: Watch?) -> any StoreEngine { watch.map { MeteredStore(base: store, watch: $0) } ?? store }
    /// The extents as requests use them.
    func bytes(_ watch: Watch?) -> any BytesEngine { watch.map { MeteredBytes(base: bytes, watch: $0) } ?? bytes }
    /// To be called before the process ends: a store that is still open while its library is torn down crashes.
    func close() async {
        await bytes.close()
        await store.close()
    }
}
