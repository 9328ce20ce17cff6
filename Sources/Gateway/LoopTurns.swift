// SPDX-License-Identifier: Apache-2.0
// Dispatch for a thread that is no event loop.
import Dispatch
package import Kernel
package import NIOCore
import Synchronization

/// One connection as the executor that its tasks prefer: they run on its event loop, in the turns of whoever it serves.
///
/// That is the party of the request admitted last; a connection seldom serves two.
///
/// It has no lock of its own. Whoever hands over a connection's last job may find it gone before `enqueue` is over, for the
/// loop has run that job meanwhile and nothing else holds on to the connection: the runtime does not while it enqueues.
package final class ConnectionExecutor: TaskExecutor, TurnTaking {
    private let turns: LoopTurns
    /// Where its work waits: changed and used under the turns' lock only.
    fileprivate let place: Atomic<Int>
    /// Whether a task that gave way is being woken: it goes on before its party's other work.
    ///
    /// Else all that a party asked for would be begun, and lie in memory, before any of it is done.
    private let isWaking = Atomic(false)

    package init(_ turns: LoopTurns) {
        self.turns = turns
        place = Atomic(turns.join(.newcomers))
    }
    deinit { turns.leave(place.load(ordering: .relaxed)) }

    /// From the next job on it runs in this party's turns.
    @discardableResult package func serve(_ party: Party) -> Bool { turns.move(self, to: party) }
    package func enqueue(_ job: consuming ExecutorJob) {
        turns.add(.job(UnownedJob(job)), of: self, isFirst: isWaking.exchange(false, ordering: .relaxed))
    }
    package var isLate: Bool { turns.isLate }
    package func begin() async { await withCheckedContinuation { turns.add(.wake($0), of: self, isFirst: false) } }
    package func giveWay() async {
        guard turns.isLate else { return }
        await withCheckedContinuation { turns.add(.wake($0), of: self, isFirst: true) }
    }
    /// Lets a task go on that waited for its turn, which it has now.
    fileprivate func wake(_ task: CheckedContinuation<Void, Never>) {
        isWaking.store(true, ordering: .relaxed)
        task.resume()
    }
}

/// What waits for one event loop, by whose it is.
///
/// The loop itself runs what it is given in the order it came, and reads no socket before all of it is done: beside a
/// client with a hundred connections another one would wait for a hundred requests. Here parties take turns, and after
/// a stretch of work the loop looks at its sockets.
package final class LoopTurns: Sendable {
    /// Work before the sockets are looked at: what a quiet client waits for at most, beside the reading of sockets.
    private static let stretch = TimeAmount.microseconds(500)
    /// So many pauses in a row may be moments, after which the loop may have work again before it looked at its sockets.
    private static let momentsMax = 7

    /// When a loop runs what it is given.
    package enum Entry: Sendable {
        /// Behind what it has to run already.
        case next
        /// After a moment, in which it looks at its sockets unless it has much to run.
        case afterMoment
        /// Once it surely has looked at its sockets. That costs a change of threads twice.
        case afterSockets
    }
    /// Has the loop run something.
    package typealias Enter = @Sendable (Entry, @escaping @Sendable () -> Void) -> Void

    /// A piece of a task, or a task that waits for its turn.
    enum Work: Sendable {
        case job(UnownedJob)
        case wake(CheckedContinuation<Void, Never>)
    }
    /// Work, and the connection it is of.
    struct Job: Sendable {
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
        /// Pauses since the loop surely looked at its sockets.
        var moments = 0
    }
    private let state = Mutex(State())
    private let now: @Sendable () -> NIODeadline
    private let enter: Enter
    /// When the stretch at hand is over, on the clock of deadlines.
    private let end = Atomic<UInt64>(.max)

    convenience init(_ loop: any EventLoop) {
        self.init { entry, work in
            switch entry {
            case .next: loop.execute(work)
            // Longer than it takes to find nothing to run, shorter than a system call.
            case .afterMoment: loop.scheduleTask(in: .microseconds(5), work)
            // What another thread gives it is seen together with its sockets.
            case .afterSockets: Self.outside.async { loop.execute(work) }
            }
        }
    }
    private static let outside = DispatchQueue(label: "lazuli.turns")
    /// `now` is the loop's clock.
    package init(now: @escaping @Sendable () -> NIODeadline = { .now() }, enter: @escaping Enter) {
        self.now = now
        self.enter = enter
    }

    func join(_ party: Party) -> Int { state.withLock { $0.turns.join(party) } }
    func leave(_ place: Int) { state.withLock { $0.turns.leave(place) } }
    /// Gives a connection a place among another party's; whether it was another's before.
    func move(_ executor: ConnectionExecutor, to party: Party) -> Bool {
        state.withLock { state in
            let (old, new) = (executor.place.load(ordering: .relaxed), state.turns.join(party))
            executor.place.store(new, ordering: .relaxed)
            state.turns.leave(old)
            return old != new
        }
    }
    /// Whether the stretch at hand has lasted for long enough.
    var isLate: Bool { now().uptimeNanoseconds >= end.load(ordering: .relaxed) }

    /// Adds work of a connection, which may be gone by the time this returns.
    func add(_ work: Work, of executor: ConnectionExecutor, isFirst: Bool) {
        let wakes = state.withLock { state in
            let job = Job(work: work, executor: executor)
            state.turns.add(job, at: executor.place.load(ordering: .relaxed), isFirst: isFirst)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if wakes { enter(.next) { self.work() } }
    }

    private enum Step {
        case run(Job, place: Int)
        case pause(Entry)
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
            case .pause(let entry):
                enter(entry) { self.work() }
                return
            case .rest: return
            }
        }
    }
    private func step(after done: (place: Int, took: TimeAmount)?, isLate: Bool) -> Step {
        state.withLock { state in
            if let done { state.turns.ran(done.place, nanoseconds: done.took.nanoseconds) }
            if isLate, !state.turns.isEmpty { return .pause(Self.pause(&state)) }
            guard let (job, place) = state.turns.next() else {
                (state.isAwake, state.moments) = (false, 0)
                return .rest
            }
            return .run(job, place: place)
        }
    }
    /// One party's own connections may wait for each other a little longer; others' must not.
    private static func pause(_ state: inout State) -> Entry {
        guard state.turns.count == 1, state.moments < momentsMax else {
            state.moments = 0
            return .afterSockets
        }
        state.moments += 1
        return .afterMoment
    }
}
