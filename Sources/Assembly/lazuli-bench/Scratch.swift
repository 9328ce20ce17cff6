// SPDX-License-Identifier: Apache-2.0
// Foundation: folders and files of a run.
import Foundation
import Glibc

/// The run's folder, in the current one, so that the region and the disk's own measurements share a file system.
final class Scratch {
    let path: String
    private var serial = 0
    private var started: [Program] = []

    init() throws {
        path = "\(FileManager.default.currentDirectoryPath)/.lazuli-bench-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        try reap()
    }

    /// Ends what still runs, and removes the folder.
    func remove() {
        for program in started where program.isRunning { program.end(SIGTERM) }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A name used once in this run.
    func unique(_ prefix: String) -> String {
        serial += 1
        return "\(prefix)\(serial)"
    }
    /// Runs a program to its end; gives what it printed.
    @discardableResult
    func run(_ name: String, _ arguments: [String]) throws -> String {
        let output = "\(path)/\(unique("output-"))"
        defer { try? FileManager.default.removeItem(atPath: output) }
        return try Program(name, arguments, output: output).finish()
    }
    /// Starts a program that ends with this run, however that ends.
    func start(_ name: String, _ arguments: [String], output: String) throws -> Program {
        let program = try Program(name, arguments, output: "\(path)/\(output)")
        started.append(program)
        try write("\(program.pid)", to: unique("pid-"))
        return program
    }
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        return "\(path)/\(name)"
    }

    /// Leaves a watcher that ends what was started and removes the folder when this process is gone.
    private func reap() throws {
        let script = """
            while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done
            [ -d "$2" ] || exit 0
            for file in "$2"/pid-*; do kill "$(cat "$file")" 2>/dev/null; done
            sleep 2
            for file in "$2"/pid-*; do kill -9 "$(cat "$file")" 2>/dev/null; done
            rm -rf "$2"
            """
        _ = try Program("setsid", ["sh", "-c", script, "sh", "\(getpid())", path], output: "\(path)/watcher")
    }

    /// A port of this machine that nobody listens on, below the kernel's own range for outgoing connections.
    static func freePort() throws -> Int {
        var taken: Set<Int> = []
        for table in ["tcp", "tcp6"] {
            let text = (try? String(contentsOfFile: "/proc/net/\(table)", encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n").dropFirst() {
                let columns = line.split(separator: " ")
                guard columns.count > 1, let port = columns[1].split(separator: ":").last else { continue }
                taken.insert(Int(port, radix: 16) ?? 0)
            }
        }
        let range = 20_000..<32_000
        guard let port = range.filter({ !taken.contains($0) }).randomElement() else {
            throw Failure("no port is free in \(range)")
        }
        return port
    }
}
