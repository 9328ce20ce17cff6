// SPDX-License-Identifier: Apache-2.0
import Gateway
import Kernel
import Synchronization
import Testing

@Suite struct LoopTurnsTests {
    @Test func `a connection may end before the handing over of its last job does`() {
        // As on another thread whose loop is quick: what a job leads to is done while the job is handed over.
        let turns = LoopTurns { _, work in work() }
        let last = Mutex<CheckedContinuation<Void, Never>?>(nil)
        weak var connection: ConnectionExecutor?
        do {
            let strong = ConnectionExecutor(turns)
            connection = strong
            _ = Task(executorPreference: strong) {
                await withCheckedContinuation { task in last.withLock { $0 = task } }
                // It takes whatever lock guards its place: nobody may be holding that one.
                strong.serve(.account("another"))
            }
        }
        #expect(connection != nil, "the task that waits holds on to it")
        last.withLock { $0.take() }?.resume()
        #expect(connection == nil)
    }
}
