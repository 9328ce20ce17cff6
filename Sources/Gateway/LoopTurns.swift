// SPDX-License-Identifier: Apache-2.0
// Dispatch for a thread that is no event loop.
import Dispatch
package import Kernel
package import NIOCore
import Synchronization

/// One connection as the executor that its tasks prefer: they run on its event loop, in the turns of whoever it serves.
///
/// That is the party of the request admitted last; a connection seldom serves two.
package final class ConnectionExecutor: TaskExecutor, TurnTaking {
    private let turns: LoopTurns
    private struct Seat {
        var party: Party
        var place: Int
    }
    private let seat: Mutex<Seat>
    /// Whether the task that gave way is being woken: it goes on before its party's other work.
    ///
    /// Else all that a party asked for would be begun before any of it is done, and lie in memory.
    private let isWaking = Atomic(false)

    package init(_ turns: LoopTurns) {
        self.turns = turns
        seat = Mutex(Seat(party: .newcomers, place: turns.join(.newcomers)))
    }
    deinit { turns.leave(seat.withLock { $0.place }) }

    /// From the next job on it runs in this party's turns.
    @discardableResult package func serve(_ party: Party) -> Bool {
        seat.withLock { seat in
            guard seat.party != party else { return false }
            turns.leave(seat.place)
            seat = Seat(party: party, place: turns.join(party))
            return true
        }
    }
    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)), isFirst: isWaking.exchange(false, ordering: .relaxed))
    }
    package func begin() async { await withCheckedContinuation { add(.wake($0), isFirst: false) } }
    package func giveWay() async {
        guard turns.isLate else { return }
        await withCheckedContinuation { add(.wake($0), isFirst: true) }
    }
    /// Lets a task go on that waited for its turn, which it has now.
    fileprivate func wake(_ task: CheckedContinuation<Void, Never>) {
        isWaking.store(true, ordering: .relaxed)
        task.resume()
    }

    private func add(_ work: LoopTurns.Job.Work, isFirst: Bool) {
        // Under the lock, so that nobody leaves the place meanwhile.
        seat.withLock { turns.add(LoopTurns.Job(work: work, executor: self), at: $0.place, isFirst: isFirst) }
    }
}

/// What waits for one event loop, by whose it is.
///
/// The loop itself runs what it is given in the order it came, and reads no socket before all of it is done: beside a
/// client with a hundred connections another one would wait for a hundred requests. Here parties take turns, and after
/// a stretch of work the loop looks at its sockets.
package final class LoopTurns: Sendable {
    /// Work before the sockets are looked at: what a quiet client waits for at most, beside the reading of sockets.
    package static let stretch = TimeAmount.microseconds(500)
    /// Runs something on a loop once the loop has looked at its sockets, which it does when it finds nothing to run.
    ///
    /// From another thread, so that there surely is such a moment. What the loop schedules for itself, a few microseconds on,
    /// is due before it has gone through what else it has, and then it goes on without having looked.
    package typealias Later = @Sendable (any EventLoop, @escaping @Sendable () -> Void) -> Void
    private static let fromOutside: Later = { loop, work in outside.async { loop.execute(work) } }
    private static let outside = DispatchQueue(label: "lazuli.turns")

    /// A piece of a task, or one that waits for its turn, and the connection it is of.
    struct Job: Sendable {
        enum Work: Sendable {
            case job(UnownedJob)
            case wake(CheckedContinuation<Void, Never>)
        }
        let work: Work
        // The job, not the loop, holds on to the executor, until it has run.
        let executor: ConnectionExecutor

        func run() {
            switch work {
            case .job(let job): unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor())
            case .wake(let task): executor.wake(task)
            }
        }
    }
    private struct State {
        var turns = Turns<Party, Job>()
        /// Whether the loop knows that there is work.
        var isAwake = false
    }
    private let state = Mutex(State())
    private let loop: any EventLoop
    private let now: @Sendable () -> NIODeadline
    private let later: Later
    /// When the stretch at hand is over, on the clock of deadlines.
    private let end = Atomic<UInt64>(.max)

    /// `now` is the loop's clock.
    package init(
        _ loop: any EventLoop,
        now: @escaping @Sendable () -> NIODeadline = { .now() },
        later: Later? = nil
    ) {
        self.loop = loop
        self.now = now
        self.later = later ?? Self.fromOutside
    }

    func join(_ party: Party) -> Int { state.withLock { $0.turns.join(party) } }
    func leave(_ place: Int) { state.withLock { $0.turns.leave(place) } }
    /// Whether the stretch at hand has lasted for long enough.
    var isLate: Bool { now().uptimeNanoseconds >= end.load(ordering: .relaxed) }

    func add(_ job: Job, at place: Int, isFirst: Bool) {
        let wakes = state.withLock { state in
            state.turns.add(job, at: place, isFirst: isFirst)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if wakes { loop.execute { self.work() } }
    }

    private enum Step {
        case run(Job, place: Int)
        case pause
        case rest
    }
    private func work() {
        var now = now()
        let end = now + Self.stretch
        self.end.store(end.uptimeNanoseconds, ordering: .relaxed)
        var done: (place: Int, took: TimeAmount)?
        while true {
            switch step(after: done, isLate: now >= end) {
            case .run(let job, let place):
                job.run()
                let after = self.now()
                done = (place, after - now)
                now = after
            case .pause:
                later(loop) { self.work() }
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
