// SPDX-License-Identifier: Apache-2.0
import Base
import Store
import Synchronization

/// Which versions are being read, so that bytes are reclaimed only when nobody can still come for them.
final class Readers: Sendable {
    /// How long a request keeps bytes that were deleted after it began.
    ///
    /// A client that sends or takes its bytes as slowly as is allowed would keep the whole region from giving room back.
    static let requestLife = Duration.seconds(3600)

    private struct Reading {
        var leases = 0
        /// Leases that last until they are dropped, however long that is.
        var holds = 0
        /// When the latest of the leases was taken.
        var latest: Timestamp
    }
    private struct State {
        var readings: [Version: Reading] = [:]
        /// The latest version anyone has read.
        var latest: Version = 0
    }
    private let state = Mutex(State())

    /// Holds `version` until the lease is dropped, or `requestLife` is over; a hold never ends by itself.
    func lease(_ version: Version, at now: Timestamp, isHold: Bool = false) -> ReaderLease {
        state.withLock { state in
            var reading = state.readings[version] ?? Reading(latest: now)
            reading.leases += 1
            if isHold { reading.holds += 1 }
            reading.latest = max(reading.latest, now)
            state.readings[version] = reading
            state.latest = max(state.latest, version)
        }
        return ReaderLease(self, version, isHold)
    }
    /// Holds every version that a snapshot taken from now on can be of: versions never go back.
    func leaseComing(at now: Timestamp, isHold: Bool = false) -> ReaderLease {
        lease(state.withLock { $0.latest }, at: now, isHold: isHold)
    }
    /// The oldest version that is held; nil when none is.
    func oldest(at now: Timestamp) -> Version? {
        state.withLock { state in state.readings.filter { Self.isHeld($0.value, at: now) }.keys.min() }
    }
    private static func isHeld(_ reading: Reading, at now: Timestamp) -> Bool {
        reading.holds > 0 || now - reading.latest <= requestLife
    }

    fileprivate func isHeld(_ version: Version, at now: Timestamp) -> Bool {
        state.withLock { $0.readings[version].map { Self.isHeld($0, at: now) } ?? false }
    }
    fileprivate func release(_ version: Version, _ isHold: Bool) {
        state.withLock { state in
            guard var reading = state.readings[version] else { return }
            reading.leases -= 1
            if isHold { reading.holds -= 1 }
            state.readings[version] = reading.leases > 0 ? reading : nil
        }
    }
}

/// One reader's hold on a version; ends when dropped.
final class ReaderLease: Sendable {
    private let readers: Readers
    private let version: Version
    private let isHold: Bool
    fileprivate init(_ readers: Readers, _ version: Version, _ isHold: Bool) {
        self.readers = readers
        self.version = version
        self.isHold = isHold
    }
    deinit { readers.release(version, isHold) }

    /// Whether bytes its version refers to may have been given back all the same.
    func isOver(at now: Timestamp) -> Bool { !readers.isHeld(version, at: now) }
}

/// A hold on all bytes that the store refers to, now or until it is dropped.
package final class ContentHold: Sendable {
    private let lease: ReaderLease
    init(_ lease: ReaderLease) { self.lease = lease }
}
