// SPDX-License-Identifier: Apache-2.0
// Foundation: folders are damaged and looked into.
import Clients
import Foundation
import Testing

/// What `lazuli up` does with a folder that is not whole: one line that names the file and the way out, exit code 78, and
/// no second region over the first.
@Suite struct StartTests {
    /// One way to lose a part of a stopped region's folder, and what the refusal names.
    struct Loss: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spoil: @Sendable (_ data: String) throws -> Void
        let names: [String]

        init(_ what: String, _ names: String..., spoil: @escaping @Sendable (String) throws -> Void) {
            testDescription = what
            self.names = names
            self.spoil = spoil
        }
    }

    private static let losses: [Loss] = [
        Loss("no store", "/store is missing or empty", "region.json exists") { try remove("\($0)/store") },
        Loss("no store, no credentials", "/store is missing or empty") {
            try remove("\($0)/store")
            try remove("\($0)/credentials.json")
        },
        Loss("no store, no region.json", "region.json is missing from a region that was founded") {
            try remove("\($0)/store")
            try remove("\($0)/region.json")
        },
        Loss("no store, neither region.json nor credentials", "/store is missing or empty", "ledger/checkpoint exists")
        {
            try remove("\($0)/store")
            try remove("\($0)/region.json")
            try remove("\($0)/credentials.json")
        },
        Loss("nothing but the bytes", "/store is missing or empty", "bytes/segment-") {
            for part in ["store", "region.json", "credentials.json", "ledger"] { try remove("\($0)/\(part)") }
        },
        Loss("a store without its log", "ledger/checkpoint covers", "the store was taken back") {
            for name in try names(in: "\($0)/store") where name.hasSuffix(".log") { try remove("\($0)/store/\(name)") }
        },
        Loss("a store whose log was cut", "ledger/checkpoint covers", "the store was taken back") {
            try cut(log(in: $0), to: 60_000)
        },
        Loss("region.json alone is lost, credentials moved", "region.json is missing from a region that was founded") {
            try remove("\($0)/region.json")
            try remove("\($0)/credentials.json")
        },
        Loss("region.json is no record", "region.json cannot be read") { try write("{}", to: "\($0)/region.json") },
        Loss("another root key", "root.key") { try write("no key", to: "\($0)/keys/root.key") },
        Loss("no root key", "root.key is missing") { try remove("\($0)/keys/root.key") },
        Loss("no checkpoint", "ledger/checkpoint is missing") { try remove("\($0)/ledger/checkpoint") },
        Loss("a garbled checkpoint", "ledger/checkpoint is damaged") { try write("x", to: "\($0)/ledger/checkpoint") },
        Loss("no bytes", "/bytes is missing from a region that was founded") { try remove("\($0)/bytes") },
        Loss("a segment is gone", "segment-0000000000000001.lzb", "is missing, and records refer to it") {
            try remove(segment(in: $0))
        },
        Loss("a segment was cut", "segment-0000000000000001.lzb", "was cut") { try cut(segment(in: $0), to: 5_000) },
        Loss("a segment does not begin as one", "segment-0000000000000001.lzb", "does not begin as segment 1") {
            try overwrite("x", in: segment(in: $0))
        },
        Loss("a bundle is gone", "ledger/tile/entries/000 is missing or cut") {
            try remove("\($0)/ledger/tile/entries/000")
        },
        Loss("a bundle was cut", "ledger/tile/entries/000", "do not fit") {
            try cut("\($0)/ledger/tile/entries/000", to: 5_000)
        },
        Loss("a tile was cut", "ledger/tile/0/000") { try cut("\($0)/ledger/tile/0/000", to: 4_000) },
    ]

    @Test func `a folder that is not whole is refused by name, and nothing is founded over it`() async throws {
        let region = try await Region.start()
        try await fill(region)
        try await region.kill9()
        let whole = "\(region.folder)/whole"
        let data = "\(region.folder)/data"
        try FileManager.default.moveItem(atPath: data, toPath: whole)
        for loss in Self.losses {
            try? FileManager.default.removeItem(atPath: data)
            try await copy(whole, to: data)
            try loss.spoil(data)
            let credentials = FileManager.default.contents(atPath: "\(data)/credentials.json")
            let checkpoint = FileManager.default.contents(atPath: "\(data)/ledger/checkpoint")
            let output = try await up(region)
            #expect(output.status == 78, "\(loss.testDescription): \(output.report)")
            let lines = output.stderr.split(separator: "\n")
            #expect(lines.count == 1 && output.text.isEmpty, "\(loss.testDescription): \(output.report)")
            for name in loss.names {
                #expect(output.stderr.contains(name), "\(loss.testDescription): \(output.report)")
            }
            #expect(FileManager.default.contents(atPath: "\(data)/credentials.json") == credentials)
            #expect(FileManager.default.contents(atPath: "\(data)/ledger/checkpoint") == checkpoint)
        }
        // The folder itself is as good as it was.
        try? FileManager.default.removeItem(atPath: data)
        try FileManager.default.moveItem(atPath: whole, toPath: data)
        try await region.restart()
        try await region.remove()
    }

    @Test func `a founding that is killed again and again is taken up until it is done`() async throws {
        let region = try await Region.start()
        let data = "\(region.folder)/data"
        try await region.kill9()
        for round in 0..<6 {
            try FileManager.default.removeItem(atPath: data)
            for life in 0..<3 {
                try await region.restart(waits: false)
                try await Task.sleep(for: .milliseconds(10 + 23 * ((round * 5 + life * 7) % 12)))
                _ = try? await region.kill9()
            }
            try await region.restart()
            try await region.stop()
            #expect(FileManager.default.fileExists(atPath: "\(data)/credentials.json"))
            let verified = try await region.verify()
            #expect(verified.status == 0, "round \(round): \(verified.report)")
        }
        try await region.remove()
    }

    /// A full bundle of entries, and a blob that lies in a segment.
    private func fill(_ region: Region) async throws {
        let home = try Home(region)
        let script = "\(Tool.root)/Tests/CrashTests/python/fill.py"
        try await home.must("python", [script, "--credentials", region.credentials.file], timeoutSeconds: 240)
    }
    private func up(_ region: Region) async throws -> Output {
        let arguments = ["up", "--data", "\(region.folder)/data", "--domain", Credentials.domain]
        return try await Tool.run(
            "lazuli",
            arguments + ["--port", "\(region.port)"],
            environment: Home.bare,
            timeoutSeconds: 20
        )
    }
    private func copy(_ from: String, to: String) async throws {
        _ = try await Tool.run("cp", ["-a", from, to], environment: Home.bare)
    }

    // MARK: Damage

    private static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
    private static func write(_ text: String, to path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
    private static func overwrite(_ text: String, in path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
    private static func cut(_ path: String, to bytes: UInt64) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.truncate(atOffset: bytes)
        try file.close()
    }
    private static func segment(in data: String) throws -> String {
        let names = try names(in: "\(data)/bytes").filter { $0.hasPrefix("segment-") }
        return "\(data)/bytes/\(try #require(names.first))"
    }
    private static func log(in data: String) throws -> String {
        let logs = try names(in: "\(data)/store").filter { $0.hasSuffix(".log") }
        return "\(data)/store/\(try #require(logs.last))"
    }
}
