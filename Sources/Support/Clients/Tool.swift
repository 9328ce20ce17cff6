// SPDX-License-Identifier: Apache-2.0
// Foundation: threads, and paths as URLs.
package import Base
import Foundation

/// What a program left behind.
package struct Output: Sendable {
    /// 0 is success, 124 is out of time, 128 + n is ended by signal n.
    package let status: Int32
    /// What it printed, at most `Tool.outputBytesMax`.
    package let bytes: [UInt8]
    /// What it complained about.
    package let stderr: String

    /// What it printed, without the white space around it.
    package var text: String {
        String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    /// What it printed, as JSON.
    package func json() throws -> JSON { try JSON(parsing: bytes) }
    /// All of it, for a failure's message.
    package var report: String {
        "status \(status)\n--- stdout\n\(text.suffix(4_000))\n--- stderr\n\(stderr.suffix(4_000))"
    }
}

/// Why a client could not be used.
package struct ClientError: Error, CustomStringConvertible {
    /// What was being done and what to do about it.
    package let description: String
    /// An error with this text.
    package init(_ description: String) { self.description = description }
}

/// Runs outside programs.
package enum Tool {
    /// More output than this is cut: no test reads more, and a runaway program must not fill the memory.
    package static let outputBytesMax = 16 << 20

    /// The root folder of the package.
    package static let root: String = {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.path
    }()

    /// The folder of the products built with the running tests.
    package static var products: String {
        let this =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: this).deletingLastPathComponent().path
    }

    /// The path of a program: `az` and `python` of `.build/clients`, `lazuli…` as just built, all others of the machine.
    ///
    /// Throws a `ClientError` that names the remedy when it is not installed; tests fail then, they never skip.
    package static func path(of tool: String) throws -> String {
        let places: [String] =
            switch tool {
            case "az": ["\(root)/.build/clients/az/bin"]
            case "python": ["\(root)/.build/clients/sdk/bin"]
            case _ where tool.hasPrefix("lazuli"): [products]
            default: ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"]
            }
        for place in places where FileManager.default.isExecutableFile(atPath: "\(place)/\(tool)") {
            return "\(place)/\(tool)"
        }
        throw ClientError(
            "\(tool) is not in \(places.joined(separator: ", ")); run `scripts/install test` and `swift build`"
        )
    }

    /// Starts a program and waits for its end.
    ///
    /// Programs are bounded in time by `timeout`, which ends their children too.
    ///
    /// The environment is exactly the one given: nothing of the caller's leaks in.
    package static func run(
        _ tool: String,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8] = [],
        timeoutSeconds: Int = 120
    ) async throws -> Output {
        try await start(tool, arguments, environment: environment, input: input, timeoutSeconds: timeoutSeconds)
            .output()
    }

    /// Starts a program whose output can be read while it runs.
    package static func start(
        _ tool: String,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8] = [],
        timeoutSeconds: Int = 120
    ) throws -> Running {
        let bounded = ["--kill-after=5", "\(timeoutSeconds)", try path(of: tool)] + arguments
        return try Running(program: path(of: "timeout"), arguments: bounded, environment: environment, input: input)
    }

    /// Runs blocking work on a thread of its own, so that the tests' few cooperative threads stay free.
    package static func offPool<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
        }
    }

    /// Polls until `condition` gives a value, at most `seconds` long; nil when time is up.
    package static func poll<Value>(
        seconds: Double,
        everyMilliseconds: UInt32 = 20,
        _ condition: () throws -> Value?
    ) rethrows -> Value? {
        let end = DispatchTime.now() + seconds
        repeat {
            if let value = try condition() { return value }
            usleep(everyMilliseconds * 1_000)
        } while DispatchTime.now() < end
        return nil
    }
}
