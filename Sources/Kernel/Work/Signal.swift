// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Wakes one waiting loop; raised several times before it looks, it wakes once.
package final class Signal: Sendable {
    private enum State {
        case idle
        case raised
        case waiting(CheckedContinuation<Void, Never>)
    }
    private let state = Mutex(State.idle)

    package init() {}

    /// Wakes the waiter now, or the next one at once.
    package func raise() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .raised
            return nil
        }
        waiter?.resume()
    }
    /// Returns once raised, or when the task is cancelled.
    ///
    /// One waiter at a time.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.withLock { state in
                    if case .raised = state {
                        state = .idle
                        return true
                    }
                    if Task.isCancelled { return true }
                    state = .waiting(continuation)
                    return false
                }
                if now { continuation.resume() }
            }
        } onCancel: {
            raise()
        }
    }
}
