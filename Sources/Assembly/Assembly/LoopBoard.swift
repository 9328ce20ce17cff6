// SPDX-License-Identifier: Apache-2.0
import Base
import Logging
import Synchronization

/// Where background loops leave what they complain of, so that a broken region can explain itself.
final class LoopBoard: Sendable {
    private let state = Mutex<[String: Status.Loop]>([:])
    private let world: World
    private let logger: Logger

    init(_ world: World, _ logger: Logger) {
        self.world = world
        self.logger = logger
    }
    var loops: [String: Status.Loop] { state.withLock { $0 } }

    /// Notes that a loop went through all that was due.
    func passed(_ name: String) { state.withLock { $0[name]?.passed = world.clock.now } }
    /// Runs a loop and keeps its complaints under its name.
    func run(_ name: String, _ loop: (@escaping @Sendable (String) -> Void) async -> Void) async {
        state.withLock { $0[name] = Status.Loop(last: world.clock.now, complaints: 0, complaint: nil) }
        await loop { complaint in
            self.logger.error("\(complaint)", metadata: ["loop": "\(name)"])
            self.state.withLock { state in
                let count = state[name]?.complaints ?? 0
                let passed = state[name]?.passed
                state[name] = Status.Loop(
                    last: self.world.clock.now,
                    complaints: count + 1,
                    complaint: complaint,
                    passed: passed
                )
            }
        }
    }
}
