// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Synchronization

/// The heads of the queues this process works on: see `QueueLane`.
///
/// An optimization over the store's truth, empty after a restart. It counts on one process having the store, which the
/// store's lock holds.
package final class QueueLanes: Sendable {
    /// Queues remembered.
    static let lanesMax = 4096
    /// Messages remembered of all queues together: some 64 MiB.
    package static let messagesMax = 512 * 1024
    private struct State {
        var lanes: [UUID: Kept] = [:]
        /// Grows with everything that comes into any queue.
        var tick = 1
        /// The sum of the lanes' `remembered`.
        var remembered = 0
        /// Grows with every use of a lane.
        var uses = 0
    }
    private struct Kept {
        var lane: QueueLane
        var used = 0
    }
    private let state = Mutex(State())
    private let messagesMax: Int

    init(messagesMax: Int = QueueLanes.messagesMax) { self.messagesMax = messagesMax }

    /// A moment before everything that comes into queues from now on.
    var tick: Int { state.withLock { $0.tick } }
    /// Messages remembered now.
    var remembered: Int { state.withLock { $0.remembered } }

    /// Works on a queue's lane.
    func with<Result: Sendable>(_ queue: UUID, _ work: (inout QueueLane) -> Result) -> Result {
        state.withLock { state in
            state.uses += 1
            let fresh = Kept(lane: QueueLane(since: state.tick))
            var grown = 0
            let result = Self.use(&state.lanes[queue, default: fresh], at: state.uses, &grown, work)
            state.remembered += grown
            if state.remembered > messagesMax || state.lanes.count > Self.lanesMax { forgetUnused(&state) }
            return result
        }
    }
    private static func use<Result: Sendable>(
        _ kept: inout Kept,
        at use: Int,
        _ grown: inout Int,
        _ work: (inout QueueLane) -> Result
    ) -> Result {
        let before = kept.lane.remembered
        defer { grown = kept.lane.remembered - before }
        kept.used = use
        return work(&kept.lane)
    }
    /// Messages came into the store; the queue has `more` messages than before.
    func inserted(_ messages: [ReadyMessage], into queue: UUID, more: Int = 0) {
        state.withLock { state in
            let first = state.tick
            state.tick += messages.count
            guard state.lanes[queue] != nil else { return }
            state.uses += 1
            var grown = 0
            Self.use(&state.lanes[queue, default: Kept(lane: QueueLane(since: first))], at: state.uses, &grown) {
                lane in
                for (place, message) in messages.enumerated() { lane.inserted(message, tick: first + place) }
                if let count = lane.count { lane.count = max(0, count + more) }
            }
            state.remembered += grown
            if state.remembered > messagesMax { forgetUnused(&state) }
        }
    }
    /// Forgets a queue that is gone.
    func forget(_ queue: UUID) {
        state.withLock { state in
            if let kept = state.lanes.removeValue(forKey: queue) { state.remembered -= kept.lane.remembered }
        }
    }

    /// Forgets the queues that were not used for longest, until a quarter of the room is free.
    private func forgetUnused(_ state: inout State) {
        for (queue, kept) in state.lanes.sorted(by: { $0.value.used < $1.value.used }) {
            guard state.remembered > messagesMax * 3 / 4 || state.lanes.count > Self.lanesMax * 3 / 4 else { break }
            state.lanes[queue] = nil
            state.remembered -= kept.lane.remembered
        }
    }
}
