// SPDX-License-Identifier: Apache-2.0
import Testing

/// A text that may not stand in the code, what to write instead, and where it may stand all the same.
struct Ban: Sendable, CustomTestStringConvertible {
    let text: String
    let instead: String
    /// Beginnings of paths.
    var except: [String] = []
    var testDescription: String { text }

    private static let world = ["Sources/Base/World.swift"]
    /// What adapters to the operating system are built of.
    private static let adapters = ["Sources/Engines/StoreRocksDB/", "Sources/Engines/BytesDisk/"]

    /// Measures real time and sends what chance says.
    private static let bench = ["Sources/Assembly/lazuli-bench/"]

    /// In everything that is shipped (invariants 4 to 7).
    static let ofProduct: [Ban] = [
        Ban(text: "Date()", instead: "the world's clock: world.clock.now", except: world),
        Ban(text: "Date.now", instead: "the world's clock: world.clock.now"),
        Ban(text: "ContinuousClock", instead: "the world's clock", except: bench),
        Ban(text: "SuspendingClock", instead: "the world's clock"),
        Ban(text: "DispatchTime", instead: "the world's clock"),
        Ban(
            text: ".now()",
            instead: "the world's clock",
            except: ["Sources/Gateway/LoopTurns.swift"]
        ),
        Ban(text: "UUID()", instead: "world.entropy.uuid()"),
        Ban(text: ".random(", instead: "world.entropy", except: bench),
        Ban(text: ".randomElement(", instead: "world.entropy", except: bench),
        Ban(text: ".shuffled(", instead: "world.entropy"),
        Ban(text: "SystemRandomNumberGenerator", instead: "world.entropy", except: world),
        Ban(text: "Task {", instead: "a task group: every task has an owner that awaits it"),
        Ban(text: "Task.detached", instead: "a task group: every task has an owner that awaits it"),
        Ban(text: "Task.sleep", instead: "world.clock.sleep(for:)", except: world),
        Ban(text: "Thread.sleep", instead: "world.clock.sleep(for:)"),
        Ban(
            text: "ProcessInfo",
            instead: "a member of Configuration",
            except: ["Sources/Assembly/"]
        ),
        Ban(text: "getenv", instead: "a member of Configuration"),
        Ban(text: "print(", instead: "the logger, or Output in a command"),
        Ban(text: "debugPrint(", instead: "the logger"),
        Ban(
            text: ".transact(",
            instead: "Journal.change, which adds the ledger entry",
            except: ["Sources/Kernel/Ledger/"]
        ),
        Ban(
            text: "engine.commit(",
            instead: "Journal.change, which adds the ledger entry",
            except: ["Sources/Contracts/Store/"]
        ),
        Ban(
            text: "store.commit(",
            instead: "Journal.change, which adds the ledger entry",
            except: ["Sources/Kernel/Ledger/"]
        ),
        Ban(text: "fatalError", instead: "a typed error, or preconditionFailure with the reason"),
        Ban(
            text: "@unchecked Sendable",
            instead: "a Mutex in a final class",
            except: adapters + ["Sources/Gateway/Responder.swift"]
        ),
        Ban(text: "nonisolated(unsafe)", instead: "a Mutex in a final class"),
    ]
    /// In everything, tests included.
    static let ofEverything: [Ban] = [
        Ban(text: "try!", instead: "try, and let the caller hear of it"),
        Ban(text: "as!", instead: "as?, and an error for nil"),
        Ban(text: "@testable", instead: "package access"),
        Ban(text: "@preconcurrency", instead: "types that are Sendable"),
    ]
    /// In tests, where time is virtual or moved by hand.
    static let ofTests: [Ban] = [
        Ban(
            text: "Task.sleep",
            instead: "a Simulation, or a clock that the test moves",
            except: ["Tests/ClientTests/", "Tests/CrashTests/", "Tests/EnginesTests/"]
        ),
        Ban(text: "import XCTest", instead: "import Testing"),
        Ban(text: "fatalError", instead: "#require or Issue.record"),
    ]
}
