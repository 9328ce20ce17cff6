// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Synchronization

/// The heads of the queues this process works on: see `QueueLane`.
///
/// An optimization over the store's truth, empty after a restart. It counts on one process having the store, which the
/// store's lock holds.
final class QueueLanes: Sendable {
    /// Queues remembered; beyond it all are forgotten and read again as needed.
    static let lanesMax = 4096
    private struct State {
        var lanes: [UUID: QueueLane] = [:]
        /// Grows with everything that comes into any queue.
        var tick = 1
    }
    private let state = Mutex(State())

    /// A moment before everything that comes into queues from now on.
    var tick: Int { state.withLock { $0.tick } }

    /// Works on a queue's lane.
    func with<Result>(_ queue: UUID, _ work: (inout QueueLane) -> Result) -> Result {
        state.withLock { state in
            if state.lanes[queue] == nil, state.lanes.count >= Self.lanesMax { state.lanes.removeAll() }
            return work(&state.lanes[queue, default: QueueLane(since: state.tick)])
        }
    }
    /// Messages came into the store; the queue has `more` messages than before.
    func inserted(_ messages: [ReadyMessage], into queue: UUID, more: Int = 0) {
        state.withLock { state in
            for message in messages {
                state.lanes[queue]?.inserted(message, tick: state.tick)
                state.tick += 1
            }
            if let count = state.lanes[queue]?.count { state.lanes[queue]?.count = max(0, count + more) }
        }
    }
    /// Forgets a queue that is gone.
    func forget(_ queue: UUID) { state.withLock { _ = $0.lanes.removeValue(forKey: queue) } }
}
