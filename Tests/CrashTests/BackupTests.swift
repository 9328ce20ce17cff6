// SPDX-License-Identifier: Apache-2.0
// Foundation: folders are moved and looked into.
import Clients
import Foundation
import Testing

@Suite struct BackupTests {
    private static let refused: Int32 = 78

    @Test func `a backup taken under load is restored with all that was acknowledged before it`() async throws {
        let region = try await Region.start()
        let home = try Home(region)
        let place = region.folder
        let load = try await loaded(home)
        try await cutShort(region)

        let first = try await backup(region, to: "first")
        #expect(first.status == 0, "\(first.report)\n\(region.log)")
        #expect(!exists("\(place)/first/keys/root.key") && !exists("\(place)/first/credentials.json"))
        let firm = try sizeOfJournal(region)
        let second = try await backup(region, to: "second", "--since", "\(place)/first", "--with-keys")
        #expect(second.status == 0, "\(second.report)\n\(region.log)")
        #expect(!second.text.contains(" 0 liens"), "nothing was linked: \(second.text)")
        #expect(load.status == nil, "the load ended under the backup")
        try await region.kill9()
        let loadOutput = try await load.output()
        try #require(loadOutput.status == 0, "\(loadOutput.report)")
        try await refusals(region)

        try FileManager.default.moveItem(atPath: "\(place)/data", toPath: "\(place)/lost")
        let restored = try await lazuli("restore", "\(place)/second", "\(place)/data")
        #expect(restored.status == 0, "\(restored.report)")
        try await expectClean(region, "after the restore")
        try await region.restart()
        let check = try await loadProgram(home, "--firm", "\(firm)").output()
        #expect(check.status == 0, "\(check.report)\n\(region.log)")
        try await region.stop()
        try await expectClean(region, "after the restored region's stop")

        let third = try await backup(region, to: "third", "--since", "\(place)/second")
        #expect(third.status == 0, "a stopped region: \(third.report)")
        let again = try await lazuli(
            "restore",
            "\(place)/third",
            "\(place)/other",
            "--root-key",
            "\(place)/lost/keys/root.key"
        )
        #expect(again.status == 0, "\(again.report)")
        let verified = try await Tool.run("lazuli-verify", ["\(place)/other"], environment: Home.bare)
        #expect(verified.status == 0, "\(verified.report)")
        try await region.remove()
    }

    /// The load, once it changes things.
    private func loaded(_ home: Home) async throws -> Running {
        let ready = "\(home.region.folder)/ready"
        let load = try loadProgram(home, "--ready", ready)
        let began = try await Tool.offPool {
            Tool.poll(seconds: 180) { exists(ready) || load.status != nil ? true : nil }
        }
        try #require(began == true && load.status == nil, "the load does not begin: \(load.stderr)\n\(home.region.log)")
        return load
    }
    private func loadProgram(_ home: Home, _ more: String...) throws -> Running {
        let arguments =
            ["\(Tool.root)/Tests/CrashTests/python/load.py", "--credentials", home.region.credentials.file]
            + ["--journal", "\(home.region.folder)/journal", "--seed", "1"] + more
        return try Tool.start("python", arguments, environment: home.environment, timeoutSeconds: 300)
    }

    /// A command that is killed leaves a target that says so, and the region goes on.
    private func cutShort(_ region: Region) async throws {
        let target = "\(region.folder)/short"
        // A small region is copied quickly: the kill may come too late, and is then tried anew.
        for _ in 1...50 {
            try? FileManager.default.removeItem(atPath: target)
            let command = try Running(
                program: Tool.path(of: "lazuli"),
                arguments: ["backup", "\(region.folder)/data", target],
                environment: Home.bare
            )
            _ = try await Tool.offPool {
                Tool.poll(seconds: 120, everyMilliseconds: 1) {
                    exists("\(target)/INCOMPLETE") || command.status != nil ? true : nil
                }
            }
            command.signal(SIGKILL)
            _ = try await command.output()
            if exists("\(target)/INCOMPLETE") { break }
        }
        #expect(exists("\(target)/INCOMPLETE") && !exists("\(target)/backup.json"))
        let output = try await lazuli("restore", target, "\(region.folder)/never")
        #expect(output.status == Self.refused && output.stderr.contains("no complete backup"), "\(output.report)")
        let again = try await backup(region, to: "short")
        #expect(again.status == Self.refused && again.stderr.contains("cut short"), "\(again.report)")
    }

    private func refusals(_ region: Region) async throws {
        let place = region.folder
        let cases: [([String], String)] = [
            (["backup", "\(place)/data", "\(place)/second"], "not empty"),
            (["backup", "\(place)/data", "\(place)/data/inside"], "inside the region"),
            (["backup", "\(place)/first", "\(place)/x"], "is a backup"),
            (["backup", "\(place)/nothing", "\(place)/x"], "no founded region"),
            (["restore", "\(place)/second", "\(place)/data"], "not empty"),
            (["restore", "\(place)/data", "\(place)/x"], "no complete backup"),
            (["restore", "\(place)/second", "\(place)/x", "--root-key", "/nothing"], "does not exist"),
            (["up", "--data", "\(place)/second", "--domain", Credentials.domain], "is a backup"),
            (["up", "--data", "\(place)/short", "--domain", Credentials.domain], "is incomplete"),
        ]
        for (arguments, words) in cases {
            let output = try await Tool.run("lazuli", arguments, environment: Home.bare)
            #expect(output.status == Self.refused && output.stderr.contains(words), "\(arguments): \(output.report)")
        }
        #expect(!exists("\(place)/x"))
    }

    private func backup(_ region: Region, to name: String, _ more: String...) async throws -> Output {
        let arguments = ["backup", "\(region.folder)/data", "\(region.folder)/\(name)"] + more
        return try await Tool.run("lazuli", arguments, environment: Home.bare, timeoutSeconds: 240)
    }
    private func lazuli(_ arguments: String...) async throws -> Output {
        try await Tool.run("lazuli", arguments, environment: Home.bare, timeoutSeconds: 240)
    }
    private func expectClean(_ region: Region, _ moment: String) async throws {
        let output = try await region.verify()
        #expect(output.status == 0, "lazuli-verify \(moment): \(output.report)")
    }
    private func sizeOfJournal(_ region: Region) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: "\(region.folder)/journal")).count
    }
}

private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
