// SPDX-License-Identifier: Apache-2.0
// Foundation: threads, and files as whole values. Programs are started by posix_spawn(3), not by its `Process`, which
// lists all open files of this process, copies 256 bytes of each name (swift-corelibs-foundation 6.3), and so reads past
// the list's end once a thousand files are open.
import Foundation
import Glibc
import Synchronization

/// A program that was started.
///
/// Its output goes to files, so that no pipe can fill up and stop it.
package final class Running: Sendable {
    /// The program's process id.
    package let pid: Int32
    private let folder: String
    private let ended = Ended()

    /// How the program ended, once it has.
    private final class Ended: Sendable {
        let status = Mutex<Int32?>(nil)
        let group = DispatchGroup()

        /// Waits for the program's end.
        ///
        /// Its process id stays its own until the status is there, so that no signal reaches a later one.
        func wait(for pid: pid_t) {
            var information = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
            status.withLock { status in
                var word: Int32 = 0
                while unsafe waitpid(pid, &word, 0) < 0 && errno == EINTR {}
                let signal = word & 0x7F
                status = signal == 0 ? word >> 8 & 0xFF : signal + 128
            }
            group.leave()
        }
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
        pid = try Self.spawn(
            // The threads of Swift's pools block all signals and a child inherits it; `env` undoes that, then is the program.
            ["env", "--default-signal", program] + arguments,
            environment: environment.map { "\($0)=\($1)" },
            input: log == nil ? "\(folder)/stdin" : "/dev/null",
            output: log ?? "\(folder)/stdout",
            errors: log ?? "\(folder)/stderr"
        )
        ended.group.enter()
        Thread.detachNewThread { [ended, pid] in ended.wait(for: pid) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Starts `env` with these words and files; every other file of this process closes itself in a child (O_CLOEXEC).
    private static func spawn(
        _ words: [String],
        environment: [String],
        input: String,
        output: String,
        errors: String
    ) throws -> pid_t {
        var files = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&files)
        defer { unsafe posix_spawn_file_actions_destroy(&files) }
        unsafe posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input, O_RDONLY, 0)
        for (number, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            unsafe posix_spawn_file_actions_addopen(&files, number, path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        }
        var pid = pid_t()
        let failure = unsafe withTexts(words) { words in
            unsafe withTexts(environment) { unsafe posix_spawn(&pid, "/usr/bin/env", &files, nil, words, $0) }
        }
        guard failure == 0 else {
            throw ClientError("\(words[2]) cannot be started: \(unsafe String(cString: strerror(failure)))")
        }
        return pid
    }
    /// The texts as C takes a list of them, for the time of the call.
    private static func withTexts<R>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
        let list = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe list.forEach { unsafe free($0) } }
        return unsafe body(list)
    }

    /// The exit status, or nil while the program runs.
    package var status: Int32? { ended.status.withLock { $0 } }

    /// What the program printed so far.
    package var stdout: [UInt8] { contents("stdout") }
    /// What the program complained about so far.
    package var stderr: String { String(decoding: contents("stderr"), as: UTF8.self) }

    /// Sends a signal; nothing happens when the program has ended.
    package func signal(_ number: Int32) { ended.status.withLock { if $0 == nil { kill(pid, number) } } }

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
