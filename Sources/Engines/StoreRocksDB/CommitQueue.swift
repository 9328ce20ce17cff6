// SPDX-License-Identifier: Apache-2.0
import Store
import Synchronization

/// Where commits wait for the commit thread.
final class CommitQueue: Sendable {
    typealias Reply = CheckedContinuation<Result<Version, StoreError>, Never>

    /// A commit, and who waits for its answer.
    struct Waiting: Sendable {
        let commit: Commit
        let reply: Reply
    }

    private struct State {
        var waiting = CommitLanes<Waiting>(bytesMax: Limits.batchBytesMax, sharedBytesMax: Limits.sharedBatchBytesMax)
        var isClosing = false
        var isFinished = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    private let wake = Semaphore()

    /// Queues a commit; one that cannot be taken is answered at once.
    func add(_ commit: Commit, _ reply: Reply) {
        let bytes = commit.bytes
        let (refusal, isFirst): (String?, Bool) = state.withLock { state in
            if state.isClosing { return ("the store is closed", false) }
            if state.waiting.count >= Limits.waitingMax { return ("the store is overloaded; try again", false) }
            state.waiting.add(Waiting(commit: commit, reply: reply), of: commit.party, bytes: bytes)
            return (nil, state.waiting.count == 1)
        }
        if let refusal {
            reply.resume(returning: .failure(.unavailable(refusal)))
        } else if isFirst {
            wake.signal()
        }
    }

    /// How many commits wait.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Takes what of all that waits goes into one batch; blocks until there is something.
    ///
    /// Nil when the store is closing and all is done.
    func take() -> [Waiting]? {
        while true {
            wake.wait()
            let (taken, isMore, isClosing) = state.withLock { state in
                (state.waiting.take(), state.waiting.count > 0, state.isClosing)
            }
            if !taken.isEmpty {
                // The signal that announced the closing, or what is left, may have been this one.
                if isMore || isClosing { wake.signal() }
                return taken
            }
            if isClosing { return nil }
        }
    }

    /// Asks the commit thread to finish; `closer` is resumed when it has.
    func close(_ closer: CheckedContinuation<Void, Never>?) {
        let isFinished = state.withLock { state in
            state.isClosing = true
            if !state.isFinished, let closer { state.closers.append(closer) }
            return state.isFinished
        }
        wake.signal()
        if isFinished { closer?.resume() }
    }

    /// The commit thread's last word.
    func finish() {
        let closers = state.withLock { state in
            state.isFinished = true
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }
}

extension Commit {
    /// How many bytes are written.
    fileprivate var bytes: Int { writes.reduce(0) { $0 + $1.key.bytes.count + ($1.value?.count ?? 0) } }
}
