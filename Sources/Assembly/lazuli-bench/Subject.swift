// SPDX-License-Identifier: Apache-2.0
// Foundation: the region's files are read by path.
import Base
import Foundation
import Glibc

/// The region under measurement: the release build beside this program, in the run's folder, on a free port.
final class Subject {
    private let scratch: Scratch
    private let port: Int
    private var program: Program
    private let credentials: JSON
    /// Milliseconds from the first start, which founds the region, to the first answer.
    let foundingMilliseconds: Double

    init(_ scratch: Scratch) throws {
        self.scratch = scratch
        port = try Scratch.freePort()
        // What one caller or account may ask for is not what is measured.
        let limits = ["requestsPerSecond", "requestBurst", "accountRequestsPerSecond"].map { "\"\($0)\": 10000000" }
        try scratch.write("{\"limits\": {\(limits.joined(separator: ", "))}}", to: "lazuli.json")
        (program, foundingMilliseconds) = try Self.launch(scratch, port)
        credentials = try JSON(
            parsing: Array(Data(contentsOf: URL(fileURLWithPath: "\(scratch.path)/data/credentials.json")))
        )
    }

    var folder: String { "\(scratch.path)/data" }
    var management: String { "https://management.lazuli.localhost:\(port)" }
    var login: String { "https://login.lazuli.localhost:\(port)" }
    var subscription: String { "\(management)/subscriptions/\(text("subscriptionId"))" }
    var tokenURL: String { "\(login)/\(text("tenantId"))/oauth2/v2.0/token" }
    /// Asks for a token of the service principal.
    var tokenForm: String {
        "grant_type=client_credentials&client_id=\(text("servicePrincipal", "clientId"))"
            + "&client_secret=\(text("servicePrincipal", "clientSecret"))&scope=\(management)/.default"
    }
    func tableHost(_ account: String) -> String { "https://\(account).table.core.lazuli.localhost:\(port)" }
    func blobHost(_ account: String) -> String { "https://\(account).blob.core.lazuli.localhost:\(port)" }

    /// The service principal's object id.
    var principal: String { text("servicePrincipal", "objectId") }

    /// Commits, the syncs they shared, and when the region said so (`status.json`).
    struct Commits {
        var commits: Int
        var syncs: Int
        fileprivate var text: String
    }
    func commits() throws -> Commits {
        let status = try String(contentsOfFile: "\(folder)/status.json", encoding: .utf8)
        guard let store = try JSON(parsing: Array(status.utf8))["engines"]?["store"]?.string,
            let match = store.firstMatch(of: /(\d+) commits in (\d+) syncs/),
            let commits = Int(match.1), let syncs = Int(match.2)
        else { throw Failure("status.json counts no commits") }
        return Commits(commits: commits, syncs: syncs, text: status)
    }
    /// The count that follows another one.
    func commits(newerThan old: Commits) throws -> Commits {
        for _ in 0..<100 {
            usleep(100_000)
            if let next = try? commits(), next.text != old.text, next.commits > old.commits { return next }
        }
        throw Failure("status.json stands still")
    }

    private func text(_ path: String...) -> String {
        path.reduce(credentials as JSON?) { value, name in value?[name] }?.string ?? ""
    }

    func kill() { program.end(SIGKILL) }
    /// Stops the graceful way, starts again; gives the milliseconds from that start to the first answer.
    func restart() throws -> Double {
        program.signal(SIGTERM)
        try program.finish()
        let milliseconds: Double
        (program, milliseconds) = try Self.launch(scratch, port)
        return milliseconds
    }
    /// Starts it again when it has ended by itself.
    func revive() throws {
        if !program.isRunning { program = try Self.launch(scratch, port).0 }
    }
    /// The last lines of its log that tell no success, for a complaint.
    var logTail: String {
        program.printed.split(separator: "\n").filter { !$0.contains(" status=2") }.suffix(8).joined(separator: "\n")
    }

    /// Resident memory now, in MiB.
    func residentMiB() throws -> Double { try memory("VmRSS") }
    /// The most resident memory since `forgetPeak`, in MiB.
    func peakResidentMiB() throws -> Double { try memory("VmHWM") }
    /// Begins a new peak (proc(5), `clear_refs` 5).
    func forgetPeak() throws {
        try "5".write(toFile: "/proc/\(program.pid)/clear_refs", atomically: false, encoding: .utf8)
    }
    /// Bytes it has caused to be written to the disk since it was started (proc(5), `io`).
    func writtenBytes() throws -> Int {
        let printed = try String(contentsOfFile: "/proc/\(program.pid)/io", encoding: .utf8)
        guard let match = printed.firstMatch(of: /(?m)^write_bytes: (\d+)/), let bytes = Int(match.1)
        else { throw Failure("/proc/\(program.pid)/io has no write_bytes") }
        return bytes
    }
    private func memory(_ field: String) throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(field):") }),
            let kibibytes = Double(line.split(separator: " ").dropLast().last ?? line.split(separator: "\t").last ?? "")
        else { throw Failure("/proc/\(program.pid)/status has no \(field)") }
        return kibibytes / 1_024
    }

    /// Starts the program; the page it prints when it listens and one request over TLS end the wait.
    private static func launch(_ scratch: Scratch, _ port: Int) throws -> (Program, milliseconds: Double) {
        let begin = ContinuousClock.now
        let program = try scratch.start(
            "lazuli",
            [
                "up", "--config", "\(scratch.path)/lazuli.json", "--data", "\(scratch.path)/data",
                "--domain", "lazuli.localhost", "--port", "\(port)",
            ],
            output: scratch.unique("log-")
        )
        while !program.printed.contains("https://management.") {
            guard program.isRunning, ContinuousClock.now - begin < .seconds(60) else {
                throw Failure("the region does not start: \(program.printed.suffix(2_000))")
            }
            usleep(1_000)
        }
        let waited = ContinuousClock.now - begin
        let url = "https://management.lazuli.localhost:\(port)/metadata/endpoints?api-version=2022-09-01"
        let answer = try scratch.run(
            "curl",
            ["--silent", "--fail", "--insecure", "--output", "/dev/null", "--write-out", "%{time_total}", url]
        )
        return (program, waited / .milliseconds(1) + (Double(answer) ?? 0) * 1_000)
    }
}
