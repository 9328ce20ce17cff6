// SPDX-License-Identifier: Apache-2.0
import Store
import Synchronization

/// Which versions are being read, so that bytes are reclaimed only when nobody can still come for them.
final class Readers: Sendable {
    private struct State {
        var counts: [Version: Int] = [:]
        /// The latest version anyone has read.
        var latest: Version = 0
    }
    private let state = Mutex(State())

    /// Holds `version` until the lease is dropped.
    func lease(_ version: Version) -> ReaderLease {
        state.withLock { state in
            state.counts[version, default: 0] += 1
            state.latest = max(state.latest, version)
        }
        return ReaderLease(self, version)
    }
    /// Holds every version that a snapshot taken from now on can be of: versions never go back.
    func leaseComing() -> ReaderLease { lease(state.withLock { $0.latest }) }
    /// The oldest version anyone reads; nil when nobody does.
    var oldest: Version? { state.withLock { $0.counts.keys.min() } }

    fileprivate func release(_ version: Version) {
        state.withLock { state in
            state.counts[version, default: 0] -= 1
            if state.counts[version] == 0 { state.counts[version] = nil }
        }
    }
}

/// One reader's hold on a version; ends when dropped.
final class ReaderLease: Sendable {
    private let readers: Readers
    private let version: Version
    init(_ readers: Readers, _ version: Version) {
        self.readers = readers
        self.version = version
    }
    deinit { readers.release(version) }
}

/// A hold on all bytes that the store refers to, now or until it is dropped.
package final class ContentHold: Sendable {
    private let lease: ReaderLease
    init(_ lease: ReaderLease) { self.lease = lease }
}
