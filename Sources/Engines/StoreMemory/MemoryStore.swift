// SPDX-License-Identifier: Apache-2.0
import Base
package import Store
import Synchronization

/// The ordered map in memory: the truth that tests compare with, and the disk of a simulated machine.
///
/// Every version that a live snapshot can see is kept. It keeps nothing across the end of the program.
package final class MemoryStore: StoreEngine {
    private let rows: Mutex<VersionedRows>
    private let closed = Mutex(false)

    /// An empty store.
    ///
    /// A transaction may outlive its snapshot by a moment, so the last `versionsKept` versions stay even when no
    /// snapshot needs them.
    package init(versionsKept: Version = 1024) { rows = Mutex(VersionedRows(versionsKept: versionsKept)) }

    /// The store as it stands now, shared by nobody else.
    package func snapshot() async throws(StoreError) -> any StoreSnapshot {
        try refuseWhenClosed()
        return MemorySnapshot(self, version: rows.withLock { $0.pin() })
    }
    /// All writes or none; `.conflict` when something that was read has changed since.
    package func commit(_ commit: Commit) async throws(StoreError) -> Version {
        try refuseWhenClosed()
        return try rows.withLock { (rows) throws(StoreError) in try rows.apply(commit) }
    }
    /// There are no files to copy: always `.unavailable`.
    package func checkpoint(to folder: String) async throws(StoreError) {
        throw .unavailable("the memory store has no files; use the durable engine for backups")
    }
    /// Refuses every later call.
    package func close() async { closed.withLock { $0 = true } }
    /// How many keys and versions there are.
    package var health: String {
        get async { rows.withLock { "memory: \($0.keyCount) keys at version \($0.version)" } }
    }

    /// What is stored now, without a suspension: for invariants checked between two steps of a simulated world.
    package func peek(_ keys: KeyRange, limit: Int, reverse: Bool = false) -> [Pair] {
        rows.withLock { $0.range(keys, limit: limit, reverse: reverse, at: $0.version) }
    }
    /// The value of a key now, without a suspension.
    package func peek(_ key: Key) -> [UInt8]? { rows.withLock { $0.value(of: key, at: $0.version) } }

    fileprivate func value(of key: Key, at version: Version) throws(StoreError) -> [UInt8]? {
        try refuseWhenClosed()
        return rows.withLock { $0.value(of: key, at: version) }
    }
    fileprivate func range(
        _ keys: KeyRange,
        limit: Int,
        reverse: Bool,
        at version: Version
    ) throws(StoreError) -> [Pair] {
        try refuseWhenClosed()
        return rows.withLock { $0.range(keys, limit: limit, reverse: reverse, at: version) }
    }
    fileprivate func unpin(_ version: Version) { rows.withLock { $0.unpin(version) } }

    private func refuseWhenClosed() throws(StoreError) {
        if closed.withLock({ $0 }) { throw .unavailable("the store is closed") }
    }
}

/// One version of the memory store; its versions are kept until this goes away.
private final class MemorySnapshot: StoreSnapshot {
    private let store: MemoryStore
    let version: Version

    init(_ store: MemoryStore, version: Version) {
        self.store = store
        self.version = version
    }
    deinit { store.unpin(version) }

    func get(_ key: Key) async throws(StoreError) -> [UInt8]? { try store.value(of: key, at: version) }
    func range(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(StoreError) -> [Pair] {
        try store.range(keys, limit: limit, reverse: reverse, at: version)
    }
}
