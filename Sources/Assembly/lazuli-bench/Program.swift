// SPDX-License-Identifier: Apache-2.0
// Foundation: `Process` starts a program, and FoundationEssentials has no counterpart.
import Foundation
import Glibc

/// Why something could not be measured.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A program that was started; what it prints goes to a file, so that no pipe can fill up and stop it.
final class Program {
    private let process = Process()
    private let name: String
    private let output: String

    init(_ name: String, _ arguments: [String], output: String) throws {
        self.name = name
        self.output = output
        process.executableURL = URL(fileURLWithPath: try Self.path(of: name))
        process.arguments = arguments
        // Nothing of the caller's proxies, certificates or settings reaches a measurement.
        // A backtrace of half a minute after a crash would keep the next row waiting.
        process.environment = [
            "PATH": Self.places.joined(separator: ":"), "LC_ALL": "C", "SWIFT_BACKTRACE": "enable=no",
        ]
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        try process.run()
        try file.close()
    }

    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    /// What it printed so far.
    var printed: String {
        String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
    }

    func signal(_ number: Int32) { if process.isRunning { kill(pid, number) } }
    /// Ends it and waits until it is gone.
    func end(_ number: Int32) {
        signal(number)
        process.waitUntilExit()
    }
    /// Waits for its end; gives what it printed, and throws that when it failed.
    @discardableResult
    func finish() throws -> String {
        process.waitUntilExit()
        guard process.terminationStatus == 0, process.terminationReason == .exit else {
            throw Failure("\(name) ended with \(process.terminationStatus): \(printed.suffix(2_000))")
        }
        return printed
    }

    private static let places = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
    /// The programs built with this one lie beside it, all others where the machine keeps them.
    private static func path(of name: String) throws -> String {
        let this = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let beside = URL(fileURLWithPath: this).deletingLastPathComponent().path
        for place in [beside] + places where FileManager.default.isExecutableFile(atPath: "\(place)/\(name)") {
            return "\(place)/\(name)"
        }
        throw Failure("\(name) is not there; run `scripts/install bench` and build the product `lazuli`")
    }
}
