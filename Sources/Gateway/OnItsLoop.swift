// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import HummingbirdHTTP2
import Kernel
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// Runs what a connection's requests do on the connection's own event loop.
///
/// A request then goes from the socket to the store and back without changing threads: handing it to another thread
/// and the answer back costs more than a small read does. What takes long by itself (password hashes) or waits for a
/// disk is handed on by its own layer.
struct OnItsLoop: ServerChildChannel {
    let base: HTTP2UpgradeChannel
    let loops: LoopBook

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        base.setup(channel: channel, logger: logger)
            .flatMapThrowing { value in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(
                    QuietGuard(),
                    position: .after(try pipeline.handler(type: NIOSSLServerHandler.self))
                )
                return value
            }
    }
    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        let executor = ConnectionExecutor(loops.turns(of: value.channel.eventLoop))
        await ConnectionExecutor.$current.withValue(executor) {
            await withTaskExecutorPreference(executor) { await base.handle(value: value, logger: logger) }
        }
    }
}

/// The turns of each event loop, one for all that listens.
final class LoopBook: Sendable {
    private let known = Mutex<[ObjectIdentifier: LoopTurns]>([:])

    func turns(of loop: any EventLoop) -> LoopTurns {
        known.withLock { known in
            if let turns = known[ObjectIdentifier(loop)] { return turns }
            let turns = LoopTurns(loop)
            known[ObjectIdentifier(loop)] = turns
            return turns
        }
    }
}

/// One connection as the executor that its tasks prefer: they run on its event loop, in the turns of whoever it serves.
///
/// That is the party of its last request; a connection seldom serves two.
final class ConnectionExecutor: TaskExecutor {
    /// The executor of the connection that the current task serves.
    @TaskLocal static var current: ConnectionExecutor?

    private let turns: LoopTurns
    private struct Seat {
        var party: Party
        var place: Int
    }
    private let seat: Mutex<Seat>

    init(_ turns: LoopTurns) {
        self.turns = turns
        seat = Mutex(Seat(party: .newcomers, place: turns.join(.newcomers)))
    }
    deinit { turns.leave(seat.withLock { $0.place }) }

    /// From the next job on it runs in this party's turns.
    func serve(_ party: Party) {
        seat.withLock { seat in
            guard seat.party != party else { return }
            turns.leave(seat.place)
            seat = Seat(party: party, place: turns.join(party))
        }
    }
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Under the lock, so that nobody leaves the place meanwhile.
        seat.withLock { turns.add(LoopTurns.Job(work: job, executor: self), at: $0.place) }
    }
}

/// What waits for one event loop, by whose it is.
///
/// The loop itself runs what it is given in the order it came, and reads no socket before all of it is done: beside a
/// client with a hundred connections another one would wait for a hundred requests. Here parties take turns, and after
/// a stretch of work the loop looks at its sockets.
final class LoopTurns: Sendable {
    /// Work before the sockets are looked at: what a quiet client waits for at most, beside the reading of sockets.
    private static let stretch = TimeAmount.microseconds(500)
    /// Long enough that the loop finds nothing to run, and so turns to its sockets; shorter than a system call.
    private static let pause = TimeAmount.microseconds(5)

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
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func join(_ party: Party) -> Int { state.withLock { $0.turns.join(party) } }
    func leave(_ place: Int) { state.withLock { $0.turns.leave(place) } }

    func add(_ job: Job, at place: Int) {
        let wakes = state.withLock { state in
            state.turns.add(job, at: place)
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
                loop.scheduleTask(in: Self.pause) { self.work() }
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
