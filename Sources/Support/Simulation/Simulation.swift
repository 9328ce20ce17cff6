// SPDX-License-Identifier: Apache-2.0
package import Base
import Synchronization

/// One seed, one world: runs every task started inside it on the calling thread, in an order drawn from the seed, and
/// jumps virtual time to the next timer when nothing is ready.
///
/// What escapes it: `Task {}`, `Task.detached`, `MainActor`, actors with executors of their own, other threads. A world
/// that waits for any of these is reported as stuck. It explores interleavings at suspension points, not data races.
///
/// `@unchecked Sendable`: all state is in one `Mutex`.
package final class Simulation: TaskExecutor, @unchecked Sendable {
    private struct Timer {
        var at: Duration
        var order: Int
        var wake: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var ready: [UnownedJob] = []
        var timers: [Timer] = []
        var now = Duration.zero
        var timersMade = 0
        var steps = 0
        var generator: SplitMix64
    }
    private enum Next {
        case job(UnownedJob)
        case timer(CheckedContinuation<Void, any Error>)
        case nothing
    }
    private let state: Mutex<State>
    private let entropy: SimEntropy
    /// The seed that decides everything.
    package let seed: UInt64

    /// A world at its first moment.
    package init(seed: UInt64) {
        self.seed = seed
        state = Mutex(State(generator: SplitMix64(seed: seed)))
        // A stream of its own, so that one more UUID does not change the order of everything else.
        entropy = SimEntropy(seed: ~seed)
    }

    /// This world's clock and source of chance, for the code under test.
    package var world: World { World(clock: SimClock(self), entropy: entropy) }

    /// Runs the world until `body` returns; a world that waits for nothing, or runs for more than `stepsMax` steps,
    /// is a failure and not a hang.
    package func run<R: Sendable>(
        stepsMax: Int = 2_000_000,
        _ body: @escaping @Sendable () async throws -> R
    ) throws -> R {
        let box = Box<Result<R, any Error>>()
        _ = Task(executorPreference: self) {
            do { box.value = .success(try await body()) } catch { box.value = .failure(error) }
        }
        while true {
            if let result = box.value { return try result.get() }
            guard steps < stepsMax else { throw Stuck(seed: seed, steps: steps, elapsed: elapsed, isEndless: true) }
            switch next() {
            case .job(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            case .timer(let wake): wake.resume()
            case .nothing: throw Stuck(seed: seed, steps: steps, elapsed: elapsed, isEndless: false)
            }
        }
    }

    /// Why a world did not come to its end.
    package struct Stuck: Error, CustomStringConvertible {
        let seed: UInt64
        let steps: Int
        let elapsed: Duration
        let isEndless: Bool
        /// The reason, the seed and how far it came.
        package var description: String {
            let reason = isEndless ? "did not end" : "waits for something that will not come, or that left it"
            return "the simulated world \(seed) \(reason), after \(steps) steps and \(elapsed) of its time"
        }
    }

    /// Takes a task's next piece of work.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.ready.append(job) }
    }

    private func next() -> Next {
        state.withLock { state in
            state.steps += 1
            if !state.ready.isEmpty {
                let i = Int(state.generator.next() % UInt64(state.ready.count))
                return .job(state.ready.remove(at: i))
            }
            let due = state.timers.indices.min {
                (state.timers[$0].at, state.timers[$0].order) < (state.timers[$1].at, state.timers[$1].order)
            }
            guard let due else { return .nothing }
            let timer = state.timers.remove(at: due)
            state.now = max(state.now, timer.at)
            return .timer(timer.wake)
        }
    }
}

extension Simulation {
    /// Virtual time since the world began.
    package var elapsed: Duration { state.withLock { $0.now } }
    /// How many pieces of work have run.
    package var steps: Int { state.withLock { $0.steps } }
    /// A number in `0..<bound`, drawn from the seed.
    package func upTo(_ bound: UInt64) -> UInt64 { state.withLock { $0.generator.next() % bound } }
    /// True in about `percent` of a hundred draws.
    package func chance(_ percent: UInt64) -> Bool { upTo(100) < percent }
    /// Lets time pass without anybody waiting for it.
    package func advance(by duration: Duration) { state.withLock { $0.now += duration } }

    /// Suspends for `duration`, whether or not the task is cancelled: a disk does not hear of cancellation.
    package func pause(for duration: Duration) async {
        // Nobody cancels this timer, so it cannot throw.
        try? await withCheckedThrowingContinuation { wake in _ = addTimer(after: duration, wake) }
    }
    /// Suspends for `duration`; throws `CancellationError` when the task is cancelled first.
    package func sleep(for duration: Duration) async throws {
        if Task.isCancelled {
            // A loop that ignores cancellation still goes through the scheduler, which bounds it.
            await pause(for: .zero)
            throw CancellationError()
        }
        let order = Box<Int>()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                order.value = addTimer(after: duration, wake)
                // All tasks run on one thread, but a cancellation may have come before the timer was there.
                if Task.isCancelled { cancelTimer(order.value) }
            }
        } onCancel: {
            cancelTimer(order.value)
        }
    }

    private func addTimer(after duration: Duration, _ wake: CheckedContinuation<Void, any Error>) -> Int {
        state.withLock { state in
            state.timersMade += 1
            state.timers.append(Timer(at: state.now + max(duration, .zero), order: state.timersMade, wake: wake))
            return state.timersMade
        }
    }
    private func cancelTimer(_ order: Int?) {
        let wake = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let i = state.timers.firstIndex(where: { $0.order == order }) else { return nil }
            return state.timers.remove(at: i).wake
        }
        wake?.resume(throwing: CancellationError())
    }
}

/// A place that is filled later, by any task.
private final class Box<Value: Sendable>: Sendable {
    private let slot = Mutex<Value?>(nil)
    var value: Value? {
        get { slot.withLock { $0 } }
        set { slot.withLock { $0 = newValue } }
    }
}
