// SPDX-License-Identifier: Apache-2.0
// Foundation: folders and configuration files are made.
import Clients
import Foundation
import Testing

/// The programs' commands, run as an operator runs them: what they print, and their exit codes.
@Suite struct CommandTests {
    /// What is refused, and words of the one line that says so.
    struct Refusal: Sendable {
        let arguments: [String]
        let words: [String]
        init(_ arguments: String..., says words: String...) {
            self.arguments = arguments
            self.words = words
        }
    }

    private static let commandLines = [
        Refusal("--domain", "bad domain", says: "domain 'bad domain' is not a DNS name"),
        Refusal("--domain", "a..b", says: "domain 'a..b'"),
        Refusal("--domain", ".localhost", says: "domain '.localhost'"),
        Refusal("--domain", "localhost.", says: "domain 'localhost.'"),
        Refusal("--domain", "127.0.0.1", says: "domain '127.0.0.1'"),
        Refusal("--domain", String(repeating: "a", count: 70) + ".localhost", says: "1 to 63"),
        Refusal("--domain", "UPPER.Localhost", says: "domain 'UPPER.Localhost'"),
        Refusal("--domain=-a.localhost", says: "domain '-a.localhost'"),
        Refusal("--domain", "café.localhost", says: "domain 'café.localhost'"),
        Refusal("--port", "99999", says: "port is between 0 and 65535, not 99999"),
        Refusal("--port", "65536", says: "port is between 0 and 65535, not 65536"),
        Refusal("--port=-1", says: "port is between 0 and 65535, not -1"),
        Refusal("--config", "/nothing.json", says: "/nothing.json cannot be read"),
    ]

    @Test func `a command line that cannot run is refused before anything is made`() async throws {
        let folder = try Folder()
        for refusal in Self.commandLines {
            let data = "\(folder.path)/data"
            let output = try await lazuli(["up", "--data", data] + refusal.arguments)
            expectRefused(output, refusal)
            #expect(!FileManager.default.fileExists(atPath: data), "\(refusal.arguments) left a folder")
        }
        expectRefused(try await lazuli(["up", "--data", ""]), Refusal(says: "data names a folder"))
        let nowhere = try await lazuli(["up", "--data", "/proc/nothing/here", "--port", "\(Port.free())"])
        expectRefused(nowhere, Refusal(says: "/proc/nothing/here cannot be made", "Choose another DATA folder."))
        #expect(!nowhere.stderr.contains(".."), "\(nowhere.report)")
    }

    private static let names =
        #""management":"m.c","login":"l.c","graph":"g.c","storage":"core.c","vault":"v.c","registry":"r.c","portal":"p.c""#
    private static let configurations: [(text: String, words: [String])] = [
        (#"{"addresses":["foo"]}"#, ["addresses: 'foo' is no IP address"]),
        (#"{"addresses":["::1","127.0.0.1","::1"]}"#, ["addresses: '::1' stands there twice"]),
        (#"{"domain":"-a.b"}"#, ["domain '-a.b'"]), (#"{"data":""}"#, ["data names a folder"]),
        (#"{"metrics":"/nothing/here/lazuli.prom"}"#, ["metrics: the folder of '/nothing/here/lazuli.prom'"]),
        (#"{"port":1,"port":2}"#, ["member 'port' stands there twice"]),
        (#"{"port":1.5}"#, ["member 'port' has the wrong type: a whole number is wanted"]),
        (#"{"addresses":"::1"}"#, ["member 'addresses' has the wrong type: a list is wanted"]),
        (#"{"addresses":[1]}"#, ["member 'addresses[0]' has the wrong type: a text is wanted"]),
        (#"{"limits":1}"#, ["member 'limits' has the wrong type: an object is wanted"]),
        (#"{"limits":{"burst":1}}"#, ["unknown member 'limits.burst'"]),
        (#"{"names":[{"login":"l.c"}]}"#, ["member 'names[0].graph' is missing"]),
        ("{\"names\":[{\(names),\"x\":1}]}", ["unknown member 'names[0].x'"]),
        ("{\"names\":[{\(names.replacingOccurrences(of: "l.c", with: "bad name"))}]}", ["names: login 'bad name'"]),
        ("{\"names\":[{\(names.replacingOccurrences(of: "l.c", with: ""))}]}", ["names: login ''"]),
        ("{\"names\":[{\(names.replacingOccurrences(of: "l.c", with: "m.c"))}]}", ["'m.c' would lead to two services"]),
        ("{\"names\":[{\(names.replacingOccurrences(of: "core.c", with: "c.c"))}]}", ["must begin with 'core.'"]),
        ("[]", ["one JSON object"]), ("{", ["not well-formed JSON"]),
    ]

    @Test func `config check takes what can run, and says in one line of words what cannot`() async throws {
        let folder = try Folder()
        let example = try await lazuli(["config", "check", "\(Tool.root)/config/lazuli.json"])
        #expect(example.status == 0 && example.text.hasSuffix("config/lazuli.json: ok"), "\(example.report)")
        for (index, bad) in Self.configurations.enumerated() {
            let file = "\(folder.path)/\(index).json"
            try Data(bad.text.utf8).write(to: URL(fileURLWithPath: file))
            for command in [["config", "check", file], ["up", "--config", file]] {
                let output = try await lazuli(command)
                #expect(output.status == 78, "\(bad.text): \(output.report)")
                #expect(
                    output.stderr.contains(file) && bad.words.contains { output.stderr.contains($0) },
                    "\(output.report)"
                )
                #expect(isWords(output), "\(output.report)")
            }
        }
        let version = try await lazuli(["version"])
        #expect(version.status == 0 && version.text.split(separator: ".").count == 3, "\(version.report)")
        let verifier = try await Tool.run("lazuli-verify", ["--version"], environment: Home.bare)
        #expect(verifier.status == 0 && verifier.text == version.text, "\(verifier.report)")
        for command in [["status"], ["client-setup"]] {
            expectRefused(
                try await lazuli(command + ["--data", "\(folder.path)/none"]),
                Refusal(says: "\(folder.path)/none")
            )
        }
    }

    @Test func `a port in use is refused by its number before a region is founded`() async throws {
        let region = try await Region.start()
        let folder = try Folder()
        let data = "\(folder.path)/data"
        let output = try await lazuli(["up", "--data", data, "--port", "\(region.port)"])
        expectRefused(output, Refusal(says: "port \(region.port) of 127.0.0.1 is in use", "--port"))
        #expect(!FileManager.default.fileExists(atPath: data))
        let file = "\(folder.path)/far.json"
        try Data(#"{"addresses":["192.0.2.1"]}"#.utf8).write(to: URL(fileURLWithPath: file))
        let far = try await lazuli(["up", "--config", file, "--data", data, "--port", "\(Port.free())"])
        expectRefused(far, Refusal(says: "192.0.2.1 is no address of this machine"))
        let same = try await lazuli(["up", "--data", "\(region.folder)/data", "--port", "\(region.port)"])
        expectRefused(same, Refusal(says: "another process holds"))
        try await region.remove()
    }

    @Test func `status and client-setup tell of the region in the folder, and of no copy of it`() async throws {
        let folder = try Folder()
        let data = "\(folder.path)/my data"
        let port = try Port.free()
        let arguments = ["up", "--data", data, "--domain", "foo.localhost", "--port", "\(port)"]
        let up = try Tool.start("lazuli", arguments, environment: Home.bare, timeoutSeconds: 120)
        defer { up.signal(SIGKILL) }
        let ran = try await Tool.offPool {
            Tool.poll(seconds: 60) { FileManager.default.fileExists(atPath: "\(data)/status.json") ? true : nil }
        }
        try #require(ran == true, "\(up.stderr)")
        // The first status may come before the first entry has its number, the next one does not.
        let status = try await Tool.offPool {
            try Tool.poll(seconds: 30, everyMilliseconds: 500) { () -> String? in
                let run = try Running(
                    program: Tool.path(of: "lazuli"),
                    arguments: ["status", "--data", data],
                    environment: Home.bare
                )
                guard run.wait(seconds: 10) == 0 else { return nil }
                return String(decoding: run.stdout, as: UTF8.self)
            }
        }
        let text = try #require(status)
        for words in [
            "en marche / running", "port \(port)", "tête / head", "service", "Microsoft.Storage", "réconcilié",
        ] {
            #expect(text.contains(words), "\(text)")
        }
        let setup = try await lazuli(["client-setup", "--data", data])
        #expect(setup.status == 0 && setup.text.contains("https://management.foo.localhost:\(port)"), "\(setup.report)")
        #expect(
            !setup.text.contains("lazuli.localhost") && setup.text.contains("'\(data)/tls/ca.pem'"),
            "\(setup.report)"
        )
        let other = try await lazuli(["client-setup", "--data", data, "--port", "443"])
        #expect(other.text.contains("--endpoint-resource-manager https://management.foo.localhost;"), "\(other.report)")
        _ = try await Tool.run("cp", ["-a", data, "\(folder.path)/copy"], environment: Home.bare)
        let copy = try await lazuli(["status", "--data", "\(folder.path)/copy"])
        #expect(copy.status == 1 && copy.text.contains("arrêtée / not running"), "\(copy.report)")
        up.signal(SIGTERM)
        _ = try await Tool.offPool { up.wait(seconds: 40) }
        let stopped = try await lazuli(["status", "--data", data])
        #expect(stopped.status == 1 && stopped.text.contains("arrêtée / not running"), "\(stopped.report)")
        let page = String(decoding: up.stdout, as: UTF8.self)
        #expect(
            page.contains("https://portal.foo.localhost:\(port)") && page.contains("'\(data)/tls/ca.pem'"),
            "\(page)"
        )
    }

    @Test func `lazuli-verify that cannot start says why and ends with 78, every time`() async throws {
        let region = try await Region.start()
        try await region.stop()
        let data = "\(region.folder)/data"
        let whole = "\(region.folder)/whole"
        try FileManager.default.moveItem(atPath: data, toPath: whole)
        let cases: [(what: String, words: String)] = [
            ("chmod 644 keys/root.key", "root.key"), ("echo '{}' > region.json", "region.json cannot be read"),
            ("echo x > bytes/segment-0000000000000009.lzb", "segment-0000000000000009.lzb"),
            ("rm -r bytes", "bytes is missing"), ("mv store store.away", "holds no region"),
        ]
        for (what, words) in cases {
            try? FileManager.default.removeItem(atPath: data)
            _ = try await Tool.run("cp", ["-a", whole, data], environment: Home.bare)
            _ = try await Tool.run("sh", ["-c", "cd '\(data)' && \(what)"], environment: Home.bare)
            for _ in 0..<5 {
                let output = try await region.verify()
                #expect(
                    output.status == 78 && output.stderr.contains(words) && isWords(output),
                    "\(what): \(output.report)"
                )
            }
        }
        try? FileManager.default.removeItem(atPath: data)
        _ = try await Tool.run("cp", ["-a", whole, data], environment: Home.bare)
        try FileManager.default.removeItem(atPath: "\(data)/ledger/checkpoint")
        let output = try await region.verify()
        #expect(output.status == 1 && output.text.contains("ledger/checkpoint is missing"), "\(output.report)")
        try FileManager.default.removeItem(atPath: region.folder)
    }

    @Test func `a region that is told to stop finishes what it was asked, and takes nothing new`() async throws {
        let region = try await Region.start()
        let home = try Home(region)
        let begun = "\(region.folder)/begun"
        let script = "\(Tool.root)/Tests/CrashTests/python/fill.py"
        let arguments = [script, "--credentials", region.credentials.file, "--slow", begun]
        let put = try Tool.start("python", arguments, environment: home.environment)
        let hasBegun = try await Tool.offPool {
            Tool.poll(seconds: 60) { FileManager.default.fileExists(atPath: begun) || put.status != nil ? true : nil }
        }
        try #require(hasBegun == true && put.status == nil, "\(put.stderr)\n\(region.log)")
        try await region.stop()
        let output = try await put.output()
        #expect(output.status == 0, "the put that was under way: \(output.report)\n\(region.log)")
        let verified = try await region.verify()
        #expect(verified.status == 0, "\(verified.report)")
        try await region.remove()
    }

    private func lazuli(_ arguments: [String]) async throws -> Output {
        try await Tool.run("lazuli", arguments, environment: Home.bare, timeoutSeconds: 20)
    }
    private func expectRefused(_ output: Output, _ refusal: Refusal) {
        #expect(output.status == 78, "\(refusal.arguments): \(output.report)")
        for words in refusal.words { #expect(output.stderr.contains(words), "\(refusal.arguments): \(output.report)") }
        #expect(isWords(output), "\(refusal.arguments): \(output.report)")
    }
    /// One line for people: no value as Swift prints it.
    private func isWords(_ output: Output) -> Bool {
        output.stderr.split(separator: "\n").count == 1
            && !["(\"", "Error(", "CodingKeys", "Optional("].contains { output.stderr.contains($0) }
    }
}

/// A folder that is gone with its last holder.
private final class Folder {
    let path = NSTemporaryDirectory() + "lazuli-commands-\(UUID().uuidString)"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
