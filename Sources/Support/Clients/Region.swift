// SPDX-License-Identifier: Apache-2.0
// Foundation: files and processes of a running region.
import Base
import Foundation
import Synchronization

/// A region of the executable just built, on a free port of this machine, with a data folder of its own.
///
/// It is gone, folder and process, when the tests' process is gone, however that ended.
package final class Region: Sendable {
    /// The port it serves HTTPS on.
    package let port: Int
    /// Holds everything of this region: `data`, the log, the clients' homes.
    package let folder: String
    /// Who may sign in.
    package let credentials: Credentials
    private let process: Mutex<Running>

    /// How long a region may take to answer; a first start creates keys, in a debug build on a busy machine.
    private static let startSeconds = 60.0

    /// Starts a region and waits until it answers.
    ///
    /// Throws with the region's log when it does not. `prepare` is given the path of its data folder, which is not
    /// there yet; `environment` is added to the region's.
    package static func start(
        port: Int? = nil,
        arguments: [String] = [],
        environment: [String: String] = [:],
        prepare: @escaping @Sendable (String) throws -> Void = { _ in }
    ) async throws -> Region {
        try await Tool.offPool {
            try Region(port: port ?? Port.free(), arguments: arguments, environment: environment, prepare: prepare)
        }
    }

    /// One region for all client tests of a run.
    package static func shared() async throws -> Region { try await Tool.offPool { try sharedNow() } }
    /// The same, blocking its thread until the region answers.
    package static func sharedNow() throws -> Region { try sharedRegion.get() }
    private static let sharedRegion = Result { try Region(port: Port.free(), arguments: []) }

    private let arguments: [String]
    private let environment: [String: String]

    private init(
        port: Int,
        arguments: [String],
        environment: [String: String] = [:],
        prepare: (String) throws -> Void = { _ in }
    ) throws {
        let folder = NSTemporaryDirectory() + "lazuli-region-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.reap(folder)
        try prepare("\(folder)/data")
        let first = try Self.launch(folder: folder, port: port, arguments: arguments, environment)
        try Self.waitUntilHealthy(first, folder: folder, port: port)
        self.port = port
        self.folder = folder
        self.arguments = arguments
        self.environment = environment
        credentials = try Credentials(folder: "\(folder)/data")
        process = Mutex(first)
    }

    /// Ends the region without warning, and waits until it is gone; throws when it had ended by itself before.
    package func kill9() async throws {
        let status = try await end(SIGKILL)
        guard status == 128 + SIGKILL else {
            throw ClientError("the region ended by itself, with status \(status)\n\(log)")
        }
    }

    /// Ends the region the graceful way; throws when it does not end, or not with success.
    package func stop() async throws {
        let status = try await end(SIGTERM)
        guard status == 0 else { throw ClientError("the region ended with status \(status) on SIGTERM\n\(log)") }
    }

    /// Starts the region again, on the same data and port, and waits until it answers unless told not to.
    package func restart(waits: Bool = true) async throws {
        try await Tool.offPool { [self] in
            let next = try Self.launch(folder: folder, port: port, arguments: arguments, environment)
            process.withLock { $0 = next }
            if waits { try Self.waitUntilHealthy(next, folder: folder, port: port) }
        }
    }

    /// Ends the region and removes all it held.
    ///
    /// With `LAZULI_KEEP` set in the environment the folder stays.
    package func remove() async throws {
        _ = try await end(SIGKILL)
        if !Self.keepsFolders { try FileManager.default.removeItem(atPath: folder) }
    }

    /// Runs the offline verifier over the data; the region must not run.
    package func verify() async throws -> Output {
        try await Tool.run("lazuli-verify", ["\(folder)/data"], environment: Home.bare, timeoutSeconds: 300)
    }

    /// The end of what the region printed.
    package var log: String {
        let text = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
        return "--- log of the region in \(folder)\n\(text.suffix(6_000))"
    }

    @discardableResult
    private func end(_ number: Int32) async throws -> Int32 {
        try await Tool.offPool { [self] in
            let running = process.withLock { $0 }
            running.signal(number)
            guard let status = running.wait(seconds: 30) else {
                throw ClientError("the region outlives signal \(number)\n\(log)")
            }
            return status
        }
    }

    private static var keepsFolders: Bool { ProcessInfo.processInfo.environment["LAZULI_KEEP"] != nil }

    private static func launch(
        folder: String,
        port: Int,
        arguments: [String],
        _ environment: [String: String]
    ) throws -> Running {
        let running = try Running(
            program: Tool.path(of: "lazuli"),
            arguments: ["up", "--data", "\(folder)/data", "--domain", Credentials.domain, "--port", "\(port)"]
                + arguments,
            environment: Home.bare.merging(environment) { $1 },
            log: "\(folder)/log"
        )
        try "\(running.pid)".write(toFile: "\(folder)/pid", atomically: true, encoding: .utf8)
        return running
    }

    /// Leaves a watcher that ends the region and removes its folder when this process is gone.
    private static func reap(_ folder: String) throws {
        let script = """
            while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done
            [ -d "$2" ] || exit 0
            kill -9 "$(cat "$2/pid")" 2>/dev/null
            [ -n "$3" ] || rm -rf "$2"
            """
        _ = try Running(
            program: "/bin/sh",
            arguments: ["-c", script, "sh", "\(getpid())", folder, keepsFolders ? "keep" : ""],
            environment: Home.bare,
            log: "/dev/null"
        )
    }

    /// Asks for the metadata document, which needs no sign-in, until it comes.
    private static func waitUntilHealthy(_ running: Running, folder: String, port: Int) throws {
        let url = "https://management.\(Credentials.domain):\(port)/metadata/endpoints?api-version=2022-09-01"
        let answered = try Tool.poll(seconds: startSeconds) { () -> Bool? in
            guard running.status == nil else {
                throw ClientError("the region ended with status \(running.status ?? -1)\n\(tail(folder))")
            }
            let probe = try Running(
                program: Tool.path(of: "curl"),
                arguments: ["--silent", "--fail", "--insecure", "--max-time", "5", url],
                environment: Home.bare
            )
            return probe.wait(seconds: 10) == 0 ? true : nil
        }
        guard answered != nil else { throw ClientError("the region does not answer \(url) in time\n\(tail(folder))") }
    }

    private static func tail(_ folder: String) -> String {
        String(((try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "no log").suffix(6_000))
    }
}
