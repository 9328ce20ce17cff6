// SPDX-License-Identifier: Apache-2.0
/// How often the store has changed: grows with every commit and never goes back, not even across a crash.
package typealias Version = UInt64

/// What an engine answers instead of success.
package enum StoreError: Error, Equatable {
    /// Something that was read has changed since; trying again may succeed.
    case conflict
    /// The answer was lost. The commit stands or does not, but is no longer in flight: looking settles it.
    case unknownResult
    /// The engine refuses for now, and nothing changed: the disk is full, or the engine is stopping.
    case unavailable(String)
    /// What was stored is not what is read back. Names the file where the engine knows it.
    case corrupt(String)
}

/// One pair of a range.
package struct Pair: Hashable, Sendable {
    /// The key.
    package var key: Key
    /// What is stored under it.
    package var value: [UInt8]
    /// Joins a key and its value.
    package init(key: Key, value: [UInt8]) {
        self.key = key
        self.value = value
    }
}

/// All or nothing: what a transaction read, so that a conflict is seen, and what it writes.
package struct Commit: Sendable {
    /// The version everything was read at.
    package var readVersion: Version
    /// Keys whose change since `readVersion` makes a conflict.
    package var reads: Set<Key>
    /// Ranges in which any change since `readVersion` makes a conflict.
    package var readRanges: [KeyRange]
    /// New values; nil removes the key.
    package var writes: [Key: [UInt8]?]
    /// Whether it gives room back: an engine that refuses others for lack of room takes it, as far as it safely can.
    package var frees = false
    /// Of the keys removed, those that were set just once since they were last removed, if ever: an engine may then forget
    /// value and removal together.
    ///
    /// To name one that was set twice may bring its first value back.
    package var setOnce: Set<Key> = []
    /// Whose load it is, as some number: commits of others do not wait for all of one's.
    ///
    /// Nil: the region's own.
    package var party: Int?
    /// Joins the parts.
    package init(readVersion: Version, reads: Set<Key> = [], readRanges: [KeyRange] = [], writes: [Key: [UInt8]?]) {
        self.readVersion = readVersion
        self.reads = reads
        self.readRanges = readRanges
        self.writes = writes
    }
}

/// The store as it stood at one version, for as long as somebody holds this.
package protocol StoreSnapshot: Sendable {
    /// The version that is seen.
    var version: Version { get }
    /// The value of a key; nil when it has none.
    func get(_ key: Key) async throws(StoreError) -> [UInt8]?
    /// The same of a key that is read by many and written seldom: an engine may have its value at hand.
    func getOften(_ key: Key) async throws(StoreError) -> [UInt8]?
    /// At most `limit` pairs of a range in key order, or from its end backwards. It adds no conflict by itself.
    func range(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(StoreError) -> [Pair]
}

extension StoreSnapshot {
    /// As any other key.
    package func getOften(_ key: Key) async throws(StoreError) -> [UInt8]? { try await get(key) }
}

/// One durable, ordered map with optimistic transactions.
///
/// Every engine passes `Suites/StoreSuite`; what is not promised here may not be relied on.
package protocol StoreEngine: Sendable {
    /// What a new transaction reads: at least everything whose commit was acknowledged before the call.
    func snapshot() async throws(StoreError) -> any StoreSnapshot
    /// All writes or none, durable when it returns. A commit that writes nothing only checks its reads.
    func commit(_ commit: Commit) async throws(StoreError) -> Version
    /// A consistent copy of the whole store in a new folder, made while commits go on; for backup.
    func checkpoint(to folder: String) async throws(StoreError)
    /// Finishes what was begun and lets go of the files; every later call answers `.unavailable`.
    func close() async
    /// One line for `lazuli status`: what it is and how it fares.
    var health: String { get async }
}

extension StoreError: CustomStringConvertible {
    /// In an operator's words.
    package var description: String {
        switch self {
        case .conflict: "others changed the same keys meanwhile"
        case .unknownResult: "it is not known whether the commit stands"
        case .unavailable(let why), .corrupt(let why): why
        }
    }
}
