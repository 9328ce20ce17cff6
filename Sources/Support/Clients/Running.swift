// SPDX-License-Identifier: Apache-2.0
// Foundation: `Process` starts a program, and FoundationEssentials has no counterpart.
import Foundation
import Synchronization

/// A program that was started.
///
/// Its output goes to files, so that no pipe can fill up and stop it.
package final class Running: Sendable {
    /// The program's process id.
    package let pid: Int32
    private let folder: String
    private let ended = Ended()

    /// One program is started at a time.
    ///
    /// Foundation learns of a program's end by a socket that the program holds; another one that is started in the same
    /// moment inherits it, and the end would be told when both have ended.
    private static let starting = Mutex<Void>(())

    /// How the program ended, once it has.
    private final class Ended: Sendable {
        let status = Mutex<Int32?>(nil)
        let group = DispatchGroup()
    }

    /// Starts `program`; with a `log`, output and errors are appended to it and there is no input.
    package init(
        program: String,
        arguments: [String],
        environment: [String: String],
        input: [UInt8] = [],
        log: String? = nil
    ) throws {
        folder = NSTemporaryDirectory() + "lazuli-run-\(UUID().uuidString)"
        if log == nil {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(input).write(to: URL(fileURLWithPath: "\(folder)/stdin"))
        }
        let process = Process()
        // The threads of Swift's pools block all signals and a child inherits it; `env` undoes that, then is the program.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["--default-signal", program] + arguments
        process.environment = environment
        let ended = ended
        ended.group.enter()
        process.terminationHandler = { process in
            let signalled = process.terminationReason == .uncaughtSignal
            ended.status.withLock { $0 = process.terminationStatus + (signalled ? 128 : 0) }
            ended.group.leave()
        }
        let output = try Self.writer(log ?? "\(folder)/stdout")
        let errors = try log == nil ? Self.writer("\(folder)/stderr") : output
        process.standardInput = FileHandle(forReadingAtPath: log == nil ? "\(folder)/stdin" : "/dev/null")
        process.standardOutput = output
        process.standardError = errors
        try Self.starting.withLock { _ in try process.run() }
        pid = process.processIdentifier
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func writer(_ path: String) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        return file
    }

    /// The exit status, or nil while the program runs.
    package var status: Int32? { ended.status.withLock { $0 } }

    /// What the program printed so far.
    package var stdout: [UInt8] { contents("stdout") }
    /// What the program complained about so far.
    package var stderr: String { String(decoding: contents("stderr"), as: UTF8.self) }

    /// Sends a signal; nothing happens when the program has ended.
    package func signal(_ number: Int32) { if status == nil { kill(pid, number) } }

    /// Blocks until the program ends, at most `seconds` long; nil when time is up.
    package func wait(seconds: Double) -> Int32? {
        _ = ended.group.wait(timeout: .now() + seconds)
        return status
    }

    /// Waits for the program's end.
    package func output() async throws -> Output {
        try await Tool.offPool { [self] in
            ended.group.wait()
            return Output(
                status: status ?? -1,
                bytes: contents("stdout"),
                stderr: String(decoding: contents("stderr"), as: UTF8.self)
            )
        }
    }

    private func contents(_ name: String) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: "\(folder)/\(name)") else { return [] }
        defer { try? file.close() }
        return Array((try? file.read(upToCount: Tool.outputBytesMax)) ?? Data())
    }
}
