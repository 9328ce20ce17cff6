// SPDX-License-Identifier: Apache-2.0
import CRocksDB
import FoundationEssentials
import Store
import Synchronization

/// RocksDB's handle and everything that may be done with it.
///
/// No pointer leaves this file.
///
/// `@unchecked Sendable`: the handle never changes, RocksDB locks for itself, and `leases` keeps it open while it is
/// used; `batch` belongs to the commit thread alone. `@safe`: no method hands a pointer out or uses one after closing.
@safe final class Database: @unchecked Sendable {
    let path: String
    private let handle: OpaquePointer
    private let syncedWrite: OpaquePointer
    private let batch: OpaquePointer
    /// Held while the store is open for reading only; nil when it is open for writing, where RocksDB holds it.
    private let readerLock: StoreLock?
    /// Belongs to the snapshots; the commit thread keeps it true.
    let often: OftenRead
    /// Snapshots that must be released before the handle is closed.
    private let snapshots = Mutex<Set<UInt>>([])
    /// How many calls are inside, plus `closedBit` once nobody may enter.
    private let leases = Atomic<Int>(0)
    private let drained = Semaphore()
    private static let closedBit = 1 << 62

    /// Opens the store in the folder, or creates it there unless it is to be read only.
    init(path: String, options: RocksDBOptions, readingOnly: Bool) throws(StoreError) {
        self.path = path
        if !readingOnly { try Self.makeFolder(path) }
        try Damage.refuseHalfAStore(at: path)
        readerLock = readingOnly ? try StoreLock(path: path) : nil
        let settings = unsafe makeSettings(options)
        defer { unsafe rocksdb_options_destroy(settings) }
        var failure: UnsafeMutablePointer<CChar>?
        // Its log is replayed into memory; tables, log and manifest stay as they are.
        let opened =
            readingOnly
            ? unsafe rocksdb_open_for_read_only(settings, path, 0, &failure)
            : unsafe rocksdb_open(settings, path, &failure)
        guard let opened = unsafe opened else {
            throw Damage.openingError(unsafe takeText(&failure) ?? "no reason given", path: path)
        }
        unsafe handle = opened
        unsafe syncedWrite = rocksdb_writeoptions_create()
        unsafe rocksdb_writeoptions_set_sync(syncedWrite, 1)
        unsafe batch = rocksdb_writebatch_create()
        often = OftenRead(newest: unsafe rocksdb_get_latest_sequence_number(opened))
    }

    private static func makeFolder(_ path: String) throws(StoreError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw .unavailable("\(path) cannot be created: \(error)")
        }
    }
    /// Whether writes are refused.
    var isReadOnly: Bool { readerLock != nil }

    deinit {
        close()
        unsafe rocksdb_writebatch_destroy(batch)
        unsafe rocksdb_writeoptions_destroy(syncedWrite)
    }

    /// Waits for calls inside, then lets go of the files.
    ///
    /// Later calls are refused. A second call does nothing.
    func close() {
        let before = leases.bitwiseOr(Self.closedBit, ordering: .acquiringAndReleasing).oldValue
        guard before & Self.closedBit == 0 else { return }
        while leases.load(ordering: .acquiring) != Self.closedBit { drained.wait() }
        often.end()
        snapshots.withLock { live in
            for address in live { unsafe rocksdb_release_snapshot(handle, OpaquePointer(bitPattern: address)) }
            live = []
        }
        unsafe rocksdb_close(handle)
    }

    /// Runs `body` while the handle is surely open.
    private func leased<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        let before = leases.add(1, ordering: .acquiring).oldValue
        defer {
            if leases.subtract(1, ordering: .releasing).newValue == Self.closedBit { drained.signal() }
        }
        guard before & Self.closedBit == 0 else { throw .unavailable("the store is closed") }
        return try body()
    }
    private func check(_ failure: inout UnsafeMutablePointer<CChar>?) throws(StoreError) {
        if let text = unsafe takeText(&failure) { throw Damage.error(text, path: path) }
    }
}

extension Database {
    /// The number of the last change; only exact on the commit thread.
    var version: Version { (try? leased { unsafe rocksdb_get_latest_sequence_number(handle) }) ?? 0 }

    /// What is stored now, numbered by `version`; called by the commit thread, so that nothing comes between.
    func makeSnapshot() throws(StoreError) -> RocksDBSnapshot {
        try leased { () throws(StoreError) in
            let version = unsafe rocksdb_get_latest_sequence_number(handle)
            let address = unsafe UInt(bitPattern: rocksdb_create_snapshot(handle))
            snapshots.withLock { _ = $0.insert(address) }
            return RocksDBSnapshot(self, often, version: version, address: address)
        }
    }
    /// Gives a snapshot back; closing may have done so already.
    func release(_ address: UInt) {
        snapshots.withLock { live in
            guard live.remove(address) != nil else { return }
            unsafe rocksdb_release_snapshot(handle, OpaquePointer(bitPattern: address))
        }
    }

    /// Options of one read at a snapshot.
    ///
    /// RocksDB checks the checksum of every block it reads.
    private func makeReadOptions(_ snapshot: UInt) -> OpaquePointer {
        let options = unsafe rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_snapshot(options, OpaquePointer(bitPattern: snapshot))
        unsafe rocksdb_readoptions_set_verify_checksums(options, 1)
        guard let options = unsafe options else { preconditionFailure("RocksDB makes options or ends the process") }
        return unsafe options
    }

    func get(_ key: Key, snapshot: UInt) throws(StoreError) -> [UInt8]? {
        try leased { () throws(StoreError) in
            let options = unsafe makeReadOptions(snapshot)
            defer { unsafe rocksdb_readoptions_destroy(options) }
            var failure: UnsafeMutablePointer<CChar>?
            let found = unsafe withText(key) { unsafe rocksdb_get_pinned(handle, options, $0, $1, &failure) }
            defer { unsafe rocksdb_pinnableslice_destroy(found) }
            unsafe try check(&failure)
            guard let found = unsafe found else { return nil }
            var count = 0
            let start = unsafe rocksdb_pinnableslice_value(found, &count)
            return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    func range(_ keys: KeyRange, limit: Int, reverse: Bool, snapshot: UInt) throws(StoreError) -> [Pair] {
        precondition(limit > 0, "a range is read with a limit")
        guard keys.from < keys.to else { return [] }
        return try leased { () throws(StoreError) in
            let options = unsafe makeReadOptions(snapshot)
            defer { unsafe rocksdb_readoptions_destroy(options) }
            var pairs: [Pair] = []
            var failure: UnsafeMutablePointer<CChar>?
            unsafe withText(keys.from) { from, fromCount in
                unsafe withText(keys.to) { to, toCount in
                    unsafe rocksdb_readoptions_set_iterate_lower_bound(options, from, fromCount)
                    unsafe rocksdb_readoptions_set_iterate_upper_bound(options, to, toCount)
                    let iterator = unsafe rocksdb_create_iterator(handle, options)
                    defer { unsafe rocksdb_iter_destroy(iterator) }
                    if reverse {
                        unsafe rocksdb_iter_seek_to_last(iterator)
                    } else {
                        unsafe rocksdb_iter_seek(iterator, from, fromCount)
                    }
                    while pairs.count < limit, unsafe rocksdb_iter_valid(iterator) != 0 {
                        unsafe pairs.append(pair(at: iterator))
                        if reverse { unsafe rocksdb_iter_prev(iterator) } else { unsafe rocksdb_iter_next(iterator) }
                    }
                    unsafe rocksdb_iter_get_error(iterator, &failure)
                }
            }
            unsafe try check(&failure)
            return pairs
        }
    }
    private func pair(at iterator: OpaquePointer?) -> Pair {
        var (keyCount, valueCount) = (0, 0)
        let key = unsafe rocksdb_iter_key(iterator, &keyCount)
        let value = unsafe rocksdb_iter_value(iterator, &valueCount)
        return unsafe Pair(
            key: Key(bytes: Array(UnsafeRawBufferPointer(start: key, count: keyCount))),
            value: Array(UnsafeRawBufferPointer(start: value, count: valueCount))
        )
    }

    /// Writes all commits in order and returns when they are on the disk.
    ///
    /// For the commit thread only.
    func write(_ commits: some Sequence<Commit>) throws(StoreError) {
        try leased { () throws(StoreError) in
            unsafe rocksdb_writebatch_clear(batch)
            for write in BatchWrite.inOrder(commits) { add(write) }
            var failure: UnsafeMutablePointer<CChar>?
            unsafe rocksdb_write(handle, syncedWrite, batch, &failure)
            unsafe try check(&failure)
        }
    }
    private func add(_ write: BatchWrite) {
        unsafe withText(write.key) { key, keyCount in
            guard let value = write.value else {
                // A mark of its own kind, which goes with the value it meets and does not sink to the last level.
                if write.isOfKeySetOnce { return unsafe rocksdb_writebatch_singledelete(batch, key, keyCount) }
                return unsafe rocksdb_writebatch_delete(batch, key, keyCount)
            }
            unsafe value.withUnsafeBytes { bytes in
                unsafe rocksdb_writebatch_put(
                    batch,
                    key,
                    keyCount,
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    bytes.count
                )
            }
        }
    }

    /// Writes what lies in memory into a table, so that the next start has no log to replay.
    ///
    /// Blocks while it works. Where it fails, all of it is in the log.
    func flush() {
        _ = try? leased { () throws(StoreError) in
            let options = unsafe rocksdb_flushoptions_create()
            defer { unsafe rocksdb_flushoptions_destroy(options) }
            unsafe rocksdb_flushoptions_set_wait(options, 1)
            var failure: UnsafeMutablePointer<CChar>?
            unsafe rocksdb_flush(handle, options, &failure)
            unsafe try check(&failure)
        }
    }
    /// A copy of the store in a new folder: tables are linked, the rest is copied.
    ///
    /// Blocks while it works.
    func checkpoint(to folder: String) throws(StoreError) {
        try leased { () throws(StoreError) in
            var failure: UnsafeMutablePointer<CChar>?
            let checkpoint = unsafe rocksdb_checkpoint_object_create(handle, &failure)
            unsafe try check(&failure)
            defer { unsafe rocksdb_checkpoint_object_destroy(checkpoint) }
            // 0: what is still in memory is written out first, so that the copy needs no log replayed.
            unsafe rocksdb_checkpoint_create(checkpoint, folder, 0, &failure)
            if let text = unsafe takeText(&failure) { throw Damage.error("\(text) (to \(folder))", path: path) }
        }
    }

    /// One of RocksDB's own figures.
    func figure(_ name: String) -> UInt64? {
        try? leased { () throws(StoreError) in
            var value: UInt64 = 0
            return unsafe rocksdb_property_int(handle, "rocksdb.\(name)", &value) == 0 ? value : nil
        }
    }
}

/// The bytes of a key as C takes them, for the time of the call.
private func withText<R>(_ key: Key, _ body: (UnsafePointer<CChar>?, Int) -> R) -> R {
    unsafe key.bytes.withUnsafeBytes { bytes in
        unsafe body(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
}

/// Takes over an error text of RocksDB's, if there is one.
private func takeText(_ failure: inout UnsafeMutablePointer<CChar>?) -> String? {
    guard let text = unsafe failure else { return nil }
    defer {
        unsafe rocksdb_free(text)
        unsafe failure = nil
    }
    return unsafe String(cString: text)
}
