// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Simulation
import Testing

@Suite struct SignalTests {
    @Test func `raised before anybody waits, it wakes the next waiter once`() throws {
        let simulation = Simulation(seed: 1)
        try simulation.run {
            let signal = Signal()
            signal.raise()
            signal.raise()
            await signal.wait()
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await signal.wait()
                    return true
                }
                group.addTask {
                    try? await simulation.sleep(for: .seconds(1))
                    return false
                }
                #expect(await group.next() == false)
                group.cancelAll()
            }
        }
    }

    @Test func `whoever waits is woken by a signal or by being cancelled, whatever comes first`() throws {
        for seed: UInt64 in 1...200 {
            let simulation = Simulation(seed: seed)
            try simulation.run {
                let signal = Signal()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await signal.wait() }
                    group.addTask {
                        try? await simulation.sleep(for: .microseconds(Int64(simulation.upTo(10))))
                        signal.raise()
                    }
                    if simulation.chance(50) { group.cancelAll() }
                    await group.waitForAll()
                }
            }
        }
    }
}
