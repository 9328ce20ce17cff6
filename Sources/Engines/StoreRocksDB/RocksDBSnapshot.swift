// SPDX-License-Identifier: Apache-2.0
import Store

/// The store as it stood after one batch; shared by all who ask before the next one.
final class RocksDBSnapshot: StoreSnapshot {
    let version: Version
    private let database: Database
    private let often: OftenRead
    private let address: UInt

    init(_ database: Database, _ often: OftenRead, version: Version, address: UInt) {
        self.database = database
        self.often = often
        self.version = version
        self.address = address
    }
    deinit { database.release(address) }

    // Reads run on the caller's thread: nearly all are answered from memory in less time than a hand-over takes.
    func get(_ key: Key) async throws(StoreError) -> [UInt8]? { try database.get(key, snapshot: address) }
    func getOften(_ key: Key) async throws(StoreError) -> [UInt8]? {
        if let row = often.row(of: key, at: version) { return row.value }
        let value = try database.get(key, snapshot: address)
        often.keep(value, of: key, at: version)
        return value
    }
    func range(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(StoreError) -> [Pair] {
        try database.range(keys, limit: limit, reverse: reverse, snapshot: address)
    }
}
