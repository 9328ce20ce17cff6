// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization

/// A process of a simulated machine: it can be killed, its disk cannot.
///
/// Code goes on running in a dead process until it next touches a simulated device, which then only refuses. What it
/// answers meanwhile has reached nobody: a test looks at `isDead` before it believes an acknowledgement.
package final class Process: Sendable {
    private struct State {
        var isDead = false
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())
    private let simulation: Simulation

    /// A live process.
    package init(_ simulation: Simulation) { self.simulation = simulation }

    /// Whether it was killed.
    package var isDead: Bool { state.withLock { $0.isDead } }
    /// Kills it, as `kill -9` does: from here on no device answers it.
    package func kill() { end(dead: true) }

    /// Runs `body` until it returns or the process dies, and then waits until all that was in it has stopped.
    ///
    /// With `mortalWithin`, it is killed at a moment drawn from that span. Death cancels `body`.
    package func live(mortalWithin: Duration? = nil, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await body()
                self.end(dead: false)
            }
            if let mortalWithin {
                let microseconds = UInt64(max(1, mortalWithin / .microseconds(1)))
                let moment = Duration.microseconds(Int64(simulation.upTo(microseconds)))
                group.addTask {
                    do { try await self.simulation.sleep(for: moment) } catch { return }
                    self.kill()
                }
            }
            await over()
            group.cancelAll()
            await group.waitForAll()
        }
    }

    private func over() async {
        await withCheckedContinuation { waiter in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiter = waiter }
                return state.isOver
            }
            if isOver { waiter.resume() }
        }
    }
    private func end(dead: Bool) {
        let waiter = state.withLock { state in
            if dead, !state.isOver { state.isDead = true }
            state.isOver = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
