// SPDX-License-Identifier: Apache-2.0
package import Store

/// One write of a batch of commits.
package struct BatchWrite: Sendable {
    package var key: Key
    /// Nil removes the key.
    package var value: [UInt8]?
    /// Whether it removes a key that was set just once (`Commit.setOnce`).
    package var isOfKeySetOnce: Bool
    /// Its commit's place in the batch.
    private var turn: Int

    /// What the commits write, in the order of keys: the table in memory finds the place of each beside that of the one
    /// before.
    ///
    /// Of two values of one key the later commit's comes last, and stays.
    package static func inOrder(_ commits: some Sequence<Commit>) -> [BatchWrite] {
        var writes: [BatchWrite] = []
        for (turn, commit) in commits.enumerated() {
            for (key, value) in commit.writes {
                let isOnce = !commit.setOnce.isEmpty && commit.setOnce.contains(key)
                writes.append(BatchWrite(key: key, value: value, isOfKeySetOnce: isOnce, turn: turn))
            }
        }
        writes.sort { $0.key < $1.key || ($0.key == $1.key && $0.turn < $1.turn) }
        return writes
    }
}
