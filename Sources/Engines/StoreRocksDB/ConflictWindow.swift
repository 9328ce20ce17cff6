// SPDX-License-Identifier: Apache-2.0
import Store

/// The keys that were written last, to tell whether something a transaction read has changed since.
///
/// Only the commit thread touches it. It is bounded: what it has forgotten counts as changed.
struct ConflictWindow {
    private struct Written {
        var version: Version
        var key: Key
    }
    private var newest: [Key: Version] = [:]
    /// In the order of versions; the part before `head` is forgotten.
    private var written: [Written] = []
    private var head = 0
    private let keysMax: Int
    /// Whoever read before this version may have missed a forgotten write.
    private var floor: Version

    init(keysMax: Int, floor: Version) {
        self.keysMax = keysMax
        self.floor = floor
    }

    /// Whether a key or range that was read has been written after the commit's read version.
    func isInConflict(_ commit: Commit) -> Bool {
        if commit.reads.isEmpty, commit.readRanges.isEmpty { return false }
        let read = commit.readVersion
        if read < floor { return true }
        guard let last = written.last, last.version > read else { return false }
        for key in commit.reads {
            if let version = newest[key], version > read { return true }
        }
        guard !commit.readRanges.isEmpty else { return false }
        var i = written.count
        while i > head, written[i - 1].version > read {
            i -= 1
            if commit.readRanges.contains(where: { $0.contains(written[i].key) }) { return true }
        }
        return false
    }

    /// Remembers what a commit writes.
    ///
    /// `version` lies above every version that can have been read so far.
    mutating func record(_ commit: Commit, at version: Version) {
        for key in commit.writes.keys {
            newest[key] = version
            written.append(Written(version: version, key: key))
        }
        while written.count - head > keysMax {
            let oldest = written[head]
            if newest[oldest.key] == oldest.version { newest[oldest.key] = nil }
            floor = oldest.version
            head += 1
        }
        // Moving the rest down once per window keeps the cost of one write constant.
        if head > keysMax {
            written.removeFirst(head)
            head = 0
        }
    }
}
