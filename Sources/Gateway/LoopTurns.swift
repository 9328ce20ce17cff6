// SPDX-License-Identifier: Apache-2.0
package import Kernel
package import NIOCore
import Synchronization

/// One connection as the executor that its tasks prefer: they run on its event loop, in the turns of whoever it serves.
///
/// That is the party of its last request; a connection seldom serves two.
///
/// It has no lock of its own. Whoever hands over a connection's last job may find it gone before `enqueue` is over, for the
/// loop has run that job meanwhile and nothing else holds on to the connection: the runtime does not while it enqueues.
package final class ConnectionExecutor: TaskExecutor {
    /// The executor of the connection that the current task serves.
    @TaskLocal static var current: ConnectionExecutor?

    private let turns: LoopTurns
    /// Where its work waits: changed and used under the turns' lock only.
    fileprivate let place: Atomic<Int>

    package init(_ turns: LoopTurns) {
        self.turns = turns
        place = Atomic(turns.join(.newcomers))
    }
    deinit { turns.leave(place.load(ordering: .relaxed)) }

    /// From the next job on it runs in this party's turns.
    package func serve(_ party: Party) { turns.move(self, to: party) }
    package func enqueue(_ job: consuming ExecutorJob) { turns.add(UnownedJob(job), of: self) }
}

/// What waits for one event loop, by whose it is.
///
/// The loop itself runs what it is given in the order it came, and reads no socket before all of it is done: beside a
/// client with a hundred connections another one would wait for a hundred requests. Here parties take turns, and after
/// a stretch of work the loop looks at its sockets.
package final class LoopTurns: Sendable {
    /// Work before the sockets are looked at: what a quiet client waits for at most, beside the reading of sockets.
    private static let stretch = TimeAmount.microseconds(500)
    /// Long enough that the loop finds nothing to run, and so turns to its sockets; shorter than a system call.
    private static let pause = TimeAmount.microseconds(5)

    /// Has the loop run something, after a pause or behind what it has to run already.
    package typealias Enter = @Sendable (_ pause: TimeAmount?, @escaping @Sendable () -> Void) -> Void

    /// A piece of a task, and the connection it is of.
    struct Job: Sendable {
        let work: UnownedJob
        // The job, not the loop, holds on to the executor, until it has run.
        let executor: ConnectionExecutor
    }
    private struct State {
        var turns = Turns<Party, Job>()
        /// Whether the loop knows that there is work.
        var isAwake = false
    }
    private let state = Mutex(State())
    private let enter: Enter

    convenience init(_ loop: any EventLoop) {
        self.init { pause, work in
            if let pause { loop.scheduleTask(in: pause, work) } else { loop.execute(work) }
        }
    }
    package init(enter: @escaping Enter) { self.enter = enter }

    func join(_ party: Party) -> Int { state.withLock { $0.turns.join(party) } }
    func leave(_ place: Int) { state.withLock { $0.turns.leave(place) } }
    /// Gives a connection a place among another party's.
    func move(_ executor: ConnectionExecutor, to party: Party) {
        state.withLock { state in
            let (old, new) = (executor.place.load(ordering: .relaxed), state.turns.join(party))
            executor.place.store(new, ordering: .relaxed)
            state.turns.leave(old)
        }
    }
    /// Adds a piece of a task of a connection, which may be gone by the time this returns.
    func add(_ work: UnownedJob, of executor: ConnectionExecutor) {
        let wakes = state.withLock { state in
            state.turns.add(Job(work: work, executor: executor), at: executor.place.load(ordering: .relaxed))
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if wakes { enter(nil) { self.work() } }
    }

    private enum Step {
        case run(Job, place: Int)
        case pause
        case rest
    }
    private func work() {
        let begin = NIODeadline.now()
        var now = begin
        var done: (place: Int, took: TimeAmount)?
        while true {
            switch step(after: done, isLate: now - begin >= Self.stretch) {
            case .run(let job, let place):
                unsafe job.work.runSynchronously(on: job.executor.asUnownedTaskExecutor())
                let after = NIODeadline.now()
                done = (place, after - now)
                now = after
            case .pause:
                enter(Self.pause) { self.work() }
                return
            case .rest: return
            }
        }
    }
    private func step(after done: (place: Int, took: TimeAmount)?, isLate: Bool) -> Step {
        state.withLock { state in
            if let done { state.turns.ran(done.place, nanoseconds: done.took.nanoseconds) }
            if isLate, !state.turns.isEmpty { return .pause }
            guard let (job, place) = state.turns.next() else {
                state.isAwake = false
                return .rest
            }
            return .run(job, place: place)
        }
    }
}
