// SPDX-License-Identifier: Apache-2.0
import Store

/// Every key's history, as far back as somebody can still look.
///
/// A value: `MemoryStore` guards it with one lock.
struct VersionedRows {
    /// One state of a key, from `version` on; nil when it was removed.
    private struct Row {
        var version: Version
        var value: [UInt8]?
    }
    /// History that may be dropped once nobody sees a version before `version`.
    private struct Superseded {
        var version: Version
        var key: Key
    }

    private(set) var version: Version = 0
    private var rows: [Key: [Row]] = [:]
    /// The keys of `rows` in order.
    private var order: [Key] = []
    /// How many live snapshots see a version.
    private var pins: [Version: Int] = [:]
    private var superseded: [Superseded] = []
    private var supersededHead = 0
    /// Whoever read before this version may have missed a removal that is forgotten.
    private var forgotten: Version = 0

    private let versionsKept: Version

    init(versionsKept: Version) { self.versionsKept = versionsKept }

    var keyCount: Int { rows.count }

    mutating func pin() -> Version {
        pins[version, default: 0] += 1
        return version
    }
    mutating func unpin(_ version: Version) {
        guard let count = pins[version] else { return }
        pins[version] = count > 1 ? count - 1 : nil
    }

    func value(of key: Key, at version: Version) -> [UInt8]? {
        rows[key]?.last { $0.version <= version }?.value
    }

    func range(_ keys: KeyRange, limit: Int, reverse: Bool, at version: Version) -> [Pair] {
        precondition(limit > 0, "a range is read with a limit")
        let inside = indices(of: keys)
        var pairs: [Pair] = []
        for step in 0..<inside.count where pairs.count < limit {
            let key = order[reverse ? inside.upperBound - 1 - step : inside.lowerBound + step]
            if let value = value(of: key, at: version) { pairs.append(Pair(key: key, value: value)) }
        }
        return pairs
    }

    mutating func apply(_ commit: Commit) throws(StoreError) -> Version {
        if hasChanged(since: commit) { throw .conflict }
        guard !commit.writes.isEmpty else { return version }
        version += 1
        for (key, value) in commit.writes { write(key, value) }
        forget()
        return version
    }

    private func hasChanged(since commit: Commit) -> Bool {
        if commit.reads.isEmpty, commit.readRanges.isEmpty { return false }
        if commit.readVersion < forgotten { return true }
        if commit.reads.contains(where: { isNewer($0, than: commit.readVersion) }) { return true }
        return commit.readRanges.contains { range in
            order[indices(of: range)].contains { isNewer($0, than: commit.readVersion) }
        }
    }
    private func isNewer(_ key: Key, than version: Version) -> Bool {
        (rows[key]?.last).map { $0.version > version } ?? false
    }

    private mutating func write(_ key: Key, _ value: [UInt8]?) {
        if rows[key] == nil {
            order.insert(key, at: lowerBound(key))
        } else {
            superseded.append(Superseded(version: version, key: key))
        }
        // A removed key leaves a mark so that those who read it see the conflict; the mark is history from the start.
        if value == nil, rows[key] == nil { superseded.append(Superseded(version: version, key: key)) }
        rows[key, default: []].append(Row(version: version, value: value))
    }

    /// Drops what lies behind both the oldest live snapshot and the last versions.
    private mutating func forget() {
        let seen = min(pins.keys.min() ?? version, version - min(version, versionsKept))
        while supersededHead < superseded.count, superseded[supersededHead].version <= seen {
            prune(superseded[supersededHead].key, seen: seen)
            supersededHead += 1
        }
        if supersededHead > 1024, supersededHead * 2 > superseded.count {
            superseded.removeFirst(supersededHead)
            supersededHead = 0
        }
    }
    private mutating func prune(_ key: Key, seen: Version) {
        guard var history = rows[key], let first = history.lastIndex(where: { $0.version <= seen }) else { return }
        history.removeFirst(first)
        if history.count == 1, let last = history.first, last.value == nil {
            forgotten = max(forgotten, last.version)
            rows[key] = nil
            order.remove(at: lowerBound(key))
        } else {
            rows[key] = history
        }
    }

    private func indices(of keys: KeyRange) -> Range<Int> {
        let from = lowerBound(keys.from)
        return from..<max(from, lowerBound(keys.to))
    }
    /// The index of the first key that is not before `key`.
    private func lowerBound(_ key: Key) -> Int {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if order[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
