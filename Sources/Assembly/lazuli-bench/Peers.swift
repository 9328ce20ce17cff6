// SPDX-License-Identifier: Apache-2.0
// Foundation: nginx's files are laid out on disk.
import Base
import Foundation
import Glibc

/// nginx, serving plain files with the region's own certificate, and one log line a request like the region.
final class Nginx {
    private let program: Program
    private let port: Int

    init(_ scratch: Scratch, _ caller: Caller, files: String, certificates: String) throws {
        port = try Scratch.freePort()
        let folder = scratch.path
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder)/nginx-temp;" }.joined(separator: " ")
        let configuration = """
            \(geteuid() == 0 ? "user root;" : "")
            daemon off; worker_processes 2; pid \(folder)/nginx.pid; error_log \(folder)/nginx-error.log warn;
            events { worker_connections 1024; }
            http {
                access_log \(folder)/nginx-access.log combined; \(temporary)
                sendfile on; tcp_nopush on; keepalive_timeout 600; keepalive_requests 1000000000;
                server {
                    listen 127.0.0.1:\(port) ssl; listen [::1]:\(port) ssl; root \(files);
                    ssl_certificate \(certificates)/server.pem; ssl_certificate_key \(certificates)/server.key;
                    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:bench:1m;
                }
            }
            """
        program = try scratch.start(
            "nginx",
            [
                "-p", folder, "-e", "\(folder)/nginx-error.log", "-c",
                try scratch.write(configuration, to: "nginx.conf"),
            ],
            output: "nginx-output"
        )
        for _ in 0..<200 {
            if (try? caller.send("GET", url("small"), expecting: [200])) != nil { return }
            usleep(20_000)
        }
        let log = FileManager.default.contents(atPath: "\(folder)/nginx-error.log") ?? Data()
        throw Failure("nginx does not answer: \(program.printed)\(String(decoding: log, as: UTF8.self))")
    }
    func url(_ name: String) -> String { "https://files.lazuli.localhost:\(port)/\(name)" }
    /// Ends it, workers too.
    func stop() { program.end(SIGTERM) }
}

/// What this disk can do, measured by fio on the region's own file system.
struct Disk {
    let scratch: Scratch
    /// Writes of 4 KiB, each followed by fdatasync, one after another: how many a second.
    func syncsPerSecond(seconds: Int) throws -> Double {
        let arguments = ["--bs=4k", "--size=64m", "--fdatasync=1", "--time_based", "--runtime=\(seconds)"]
        return try fio(arguments)["iops"].flatMap(Self.number) ?? 0
    }
    /// One sequential write of so many bytes, synced at the end: bytes a second.
    func sequentialBytesPerSecond(bytes: Int) throws -> Double {
        try fio(["--bs=1m", "--size=\(bytes)", "--end_fsync=1"])["bw_bytes"].flatMap(Self.number) ?? 0
    }
    private func fio(_ arguments: [String]) throws -> JSON {
        let file = "\(scratch.path)/\(scratch.unique("fio-"))"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let printed = try scratch.run(
            "fio",
            ["--name=bench", "--filename=\(file)", "--rw=write", "--output-format=json"] + arguments
        )
        let report = try JSON(parsing: Array(printed.drop { $0 != "{" }.utf8))
        guard let write = report["jobs"]?.array?.first?["write"] else { throw Failure("fio reports no write") }
        return write
    }
    private static func number(_ value: JSON) -> Double? {
        switch value {
        case .integer(let whole): Double(whole)
        case .number(let number): number
        default: nil
        }
    }
}

/// RSA signatures of 2048 bits a second, on one core: what a signed token costs at least.
struct Signatures {
    let scratch: Scratch
    func perSecond(seconds: Int) throws -> Double {
        let printed = try scratch.run("openssl", ["speed", "-seconds", "\(seconds)", "-mr", "rsa2048"])
        // Machine-readable: `+F2:index:bits:signatures a second:verifications a second`.
        guard let line = printed.split(separator: "\n").last(where: { $0.hasPrefix("+F2:") }),
            let signs = Double(line.split(separator: ":")[3])
        else { throw Failure("openssl speed says nothing of rsa2048") }
        return signs
    }
}
