// SPDX-License-Identifier: Apache-2.0
// Glibc for threads and the semaphore they wait on.
import Glibc
import Synchronization

/// Threads that serve one queue, so that calls which block stay off the cooperative pool.
///
/// The queue is as long as there are callers waiting for an answer, and no longer.
final class Workers<Job: Sendable>: Sendable {
    private struct State {
        var jobs: [Job] = []
        var next = 0
        var running: Int
        var stopping = false
        var stopped: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>
    private let wake = Semaphore()
    private let takesAll: Bool
    private let serve: @Sendable ([Job]) -> Void

    /// Starts the threads.
    ///
    /// A thread takes one job at a time, or all that wait.
    init(threads: Int, takingAll: Bool, serve: @escaping @Sendable ([Job]) -> Void) {
        state = Mutex(State(running: threads))
        takesAll = takingAll
        self.serve = serve
        for _ in 0..<threads { ThreadBody { self.run() }.start() }
    }

    /// Queues a job; false once the threads are stopping.
    func submit(_ job: Job) -> Bool {
        let taken = state.withLock { state in
            if !state.stopping { state.jobs.append(job) }
            return !state.stopping
        }
        if taken { wake.signal() }
        return taken
    }
    /// Lets the threads end once the queue is empty.
    func stop() {
        let threads = state.withLock { state in
            state.stopping = true
            return state.running
        }
        for _ in 0..<threads { wake.signal() }
    }
    /// Stops, and waits for the last job.
    func drain() async {
        stop()
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let ended = state.withLock { state in
                if state.running > 0 { state.stopped.append(done) }
                return state.running == 0
            }
            if ended { done.resume() }
        }
    }

    private func run() {
        while true {
            wake.wait()
            let (jobs, ended) = take()
            if !jobs.isEmpty { serve(jobs) }
            if ended { break }
        }
        let waiting = state.withLock { state in
            state.running -= 1
            return state.running == 0 ? state.stopped : []
        }
        for continuation in waiting { continuation.resume() }
    }
    /// The next jobs, and whether this thread ends after them: signals of jobs come before those of the stop, so a
    /// thread that finds nothing while stopping leaves nothing behind.
    private func take() -> (jobs: [Job], ended: Bool) {
        state.withLock { state in
            let end = takesAll ? state.jobs.count : min(state.next + 1, state.jobs.count)
            let jobs = Array(state.jobs[state.next..<end])
            state.next = end
            if state.next == state.jobs.count {
                state.jobs.removeAll(keepingCapacity: true)
                state.next = 0
            } else if state.next >= 1024 {
                state.jobs.removeFirst(state.next)
                state.next = 0
            }
            return (jobs, jobs.isEmpty && state.stopping)
        }
    }
}

/// What a new thread runs.
///
/// It lives until the thread has begun.
private final class ThreadBody: Sendable {
    private let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }

    func start() {
        var thread = pthread_t()
        let failed = unsafe pthread_create(&thread, nil, threadBegins, Unmanaged.passRetained(self).toOpaque())
        precondition(failed == 0, "the machine gives a handful of threads at start")
        pthread_detach(thread)
    }
    fileprivate func begin() { run() }
}

private func threadBegins(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context = unsafe context { unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().begin() }
    return nil
}

/// A counting semaphore, sem_wait(3).
///
/// `@unchecked`: the pointer never changes, and the semaphore behind it is made to be shared.
@safe private final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    init() { unsafe sem_init(semaphore, 0, 0) }
    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }
    func signal() { unsafe sem_post(semaphore) }
    func wait() { while unsafe sem_wait(semaphore) != 0 {} }
}
