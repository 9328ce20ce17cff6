// SPDX-License-Identifier: Apache-2.0
import Base
import Store
import Synchronization

/// Rows that every request reads (accounts, containers, subscriptions), opened and decoded once per change of theirs
/// instead of once per request.
///
/// A row is known again by the very bytes it is stored as, which hold a random nonce: another version, another
/// tenant's row or an altered one is never taken for it, and nothing has to be told of changes.
final class OpenedRows: Sendable {
    /// Rows kept; beyond it all are dropped and opened again as needed.
    static let countMax = 4096
    private struct Row: Sendable {
        let sealed: [UInt8]
        let value: any Stored
    }
    private let rows = Mutex<[Key: Row]>([:])

    /// What these bytes at this key were opened to; nil when it is not known.
    func value<Value: Stored>(_ type: Value.Type, at key: Key, sealed: [UInt8]) -> Value? {
        guard Value.isReadOften, let row = rows.withLock({ $0[key] }), row.sealed.span.isSame(as: sealed.span)
        else { return nil }
        return row.value as? Value
    }
    func keep<Value: Stored>(_ value: Value, at key: Key, sealed: [UInt8]) {
        guard Value.isReadOften else { return }
        rows.withLock { rows in
            if rows.count >= Self.countMax { rows.removeAll() }
            rows[key] = Row(sealed: sealed, value: value)
        }
    }
}
