// SPDX-License-Identifier: Apache-2.0
import Store
import Synchronization

/// Values of keys that most requests read and few changes write, at hand: to look one up in RocksDB costs some twenty
/// times as much.
///
/// What is kept is the newest value: it was read at the newest version, and the commit thread lets go of it before it
/// publishes a version at which it is another. Who reads a version from before it was kept asks RocksDB.
final class OftenRead: Sendable {
    /// A value, or that there is none, since a version at which it was read.
    struct Row {
        let value: [UInt8]?
        let since: Version
    }
    private struct State {
        var newest: Version
        var rows: [Key: Row] = [:]
    }
    private let state: Mutex<State>
    /// Rows kept; beyond it all are dropped and read again as needed.
    private static let countMax = 4096
    /// Longer values are not kept.
    private static let valueBytesMax = 4096

    init(newest: Version) { state = Mutex(State(newest: newest)) }

    /// The row of a key as a version shows it; nil when it is not kept.
    func row(of key: Key, at version: Version) -> Row? {
        state.withLock { state in
            guard let row = state.rows[key], row.since <= version else { return nil }
            return row
        }
    }
    /// Keeps what a version shows of a key, if that is still the newest.
    func keep(_ value: [UInt8]?, of key: Key, at version: Version) {
        guard value?.count ?? 0 <= Self.valueBytesMax else { return }
        state.withLock { state in
            guard version == state.newest else { return }
            if state.rows.count >= Self.countMax { state.rows.removeAll() }
            state.rows[key] = Row(value: value, since: version)
        }
    }
    /// Keeps nothing any more: a closed store answers nothing.
    func end() {
        state.withLock { $0 = State(newest: .max) }
    }
    /// Lets go of what commits have changed; `version`, the newest from now on, is published afterwards.
    func forget(_ commits: some Sequence<Commit>, newest version: Version) {
        state.withLock { state in
            state.newest = version
            guard !state.rows.isEmpty else { return }
            for commit in commits {
                for key in commit.writes.keys { state.rows[key] = nil }
            }
        }
    }
}
