// SPDX-License-Identifier: Apache-2.0
// Foundation: a file that takes up room.
import Clients
import Foundation
import Testing

@Suite struct DiskFullTests {
    /// Above what extents leave free, with room for about ten blobs.
    private static let diskMebibytes = 384
    /// What is left free for the step in which the store refuses, below its own reserve of 64 MiB.
    private static let restMebibytes: Int64 = 40

    /// What is left free for the step in which it takes only what gives room back: within the last eighth of the reserve.
    private static let freeingMebibytes: Int64 = 60
    /// Most of what the directory's two files of 8 MiB take.
    private static let felledBytes: Int64 = 12 << 20

    @Test(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount a small file system: run it as root"))
    func `a full disk refuses what needs room, keeps the rest going, and recovers when there is room`() async throws {
        let region = try await Region.start { data in try SmallDisk.mount(data, mebibytes: Self.diskMebibytes) }
        let data = "\(region.folder)/data"
        defer { SmallDisk.unmount(data) }
        let home = try Home(region)
        try await walk(home, "stage", "fill", "other-writes", "small", "free", "copied", "fill")

        try await region.kill9()
        try await verify(region, "after a kill on a full disk")
        try await region.restart()
        try await walk(home, "read", "free", "fill")

        try takeRoom(1, leaving: Self.freeingMebibytes << 20, on: data)
        try await walk(home, "refused")
        let left = try room(on: data)
        try await walk(home, "fell")
        let gained = try await Tool.offPool {
            try Tool.poll(seconds: 60) { try room(on: data) > left + Self.felledBytes ? true : nil }
        }
        #expect(gained == true, "a directory that was deleted on the full disk gives no room back\n\(region.log)")
        try takeRoom(2, leaving: Self.restMebibytes << 20, on: data)
        try await walk(home, "small-refused")
        try await region.kill9()
        try await region.restart()
        // The start writes the store's log into tables, which gives some room back.
        try takeRoom(3, leaving: Self.restMebibytes << 20, on: data)
        try await walk(home, "small-refused")
        try giveRoom(2, 3, on: data)
        // The first changes of a life take hardly more of the reserve than they write.
        try await region.kill9()
        try await region.restart()
        try takeRoom(4, leaving: Self.freeingMebibytes << 20, on: data)
        try await walk(home, "thin")
        try giveRoom(1, 4, on: data)
        try await walk(home, "free", "works")

        try await region.stop()
        try await verify(region, "after the stop")
        SmallDisk.unmount(data)
        try await region.remove()
    }

    private func walk(_ home: Home, _ steps: String...) async throws {
        let arguments =
            ["\(Tool.root)/Tests/CrashTests/python/full.py", "--credentials", home.region.credentials.file]
            + ["--state", "\(home.region.folder)/full"] + steps
        let output = try await home.run("python", arguments, timeoutSeconds: 240)
        try #require(output.status == 0, "\(steps): \(output.report)\n\(home.region.log)")
    }
    private func verify(_ region: Region, _ moment: String) async throws {
        let output = try await region.verify()
        #expect(output.status == 0, "lazuli-verify \(moment): \(output.report)")
    }
    private func room(on folder: String) throws -> Int64 {
        let facts = try FileManager.default.attributesOfFileSystem(forPath: folder)
        return try #require(facts[.systemFreeSize] as? NSNumber).int64Value
    }
    private func giveRoom(_ numbers: Int..., on folder: String) throws {
        for number in numbers { try FileManager.default.removeItem(atPath: "\(folder)/ballast-\(number)") }
    }
    private func takeRoom(_ number: Int, leaving rest: Int64, on folder: String) throws {
        let file = "\(folder)/ballast-\(number)"
        let free = try room(on: folder)
        let piece = Data(count: 1 << 20)
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        for _ in 0..<max(0, (free - rest) >> 20) { try handle.write(contentsOf: piece) }
        try handle.close()
    }
}

/// A file system in memory that is as small as a test wants it.
enum SmallDisk {
    /// Whether this process may mount one: tried once.
    static let canBeMounted: Bool = {
        let folder = NSTemporaryDirectory() + "lazuli-mount-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard (try? mount(folder, mebibytes: 1)) != nil else { return false }
        unmount(folder)
        return true
    }()

    /// Mounts it at a new folder; it is gone when this process is, however that ended.
    static func mount(_ folder: String, mebibytes: Int) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try run("mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=0700", "tmpfs", folder])
        let script = """
            while kill -0 "$1" 2>/dev/null && mountpoint -q "$2"; do sleep 1; done
            umount -l "$2" 2>/dev/null
            """
        _ = try Running(
            program: "/bin/sh",
            arguments: ["-c", script, "sh", "\(getpid())", folder],
            environment: Home.bare,
            log: "/dev/null"
        )
    }
    /// Does nothing where it is not mounted.
    static func unmount(_ folder: String) { try? run("umount", ["-l", folder]) }

    private static func run(_ tool: String, _ arguments: [String]) throws {
        let running = try Running(program: Tool.path(of: tool), arguments: arguments, environment: Home.bare)
        guard running.wait(seconds: 30) == 0 else { throw ClientError("\(tool) failed: \(running.stderr)") }
    }
}
