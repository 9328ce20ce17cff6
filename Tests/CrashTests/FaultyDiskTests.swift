// SPDX-License-Identifier: Apache-2.0
// Foundation: the compiler is run, and files are changed behind the region's back.
import Clients
import Foundation
import Testing

/// A real region over a disk that answers with input/output errors: nothing is acknowledged that does not stand, and
/// after a restart everything that was acknowledged is there.
@Suite(.serialized) struct FaultyDiskTests {
    @Test(.enabled(if: FaultyDisk.compiler != nil, "needs a C compiler on the path"))
    func `extents that cannot be written are refused, and the rest goes on`() async throws {
        let disk = try await FaultyDisk.start()
        try await disk.walk("works")
        for order in ["write \(EIO) /bytes/", "write \(ENOSPC) /bytes/"] {
            try disk.order(order)
            try await disk.walk("long-refused")
            try disk.order("")
            try await disk.walk("works")
        }
        try await disk.end(with: "read")
    }

    @Test(.enabled(if: FaultyDisk.compiler != nil, "needs a C compiler on the path"))
    func `extents whose sync fails are not acknowledged, not even by a later sync that succeeds`() async throws {
        let disk = try await FaultyDisk.start()
        try await disk.walk("works")
        try disk.order("sync \(EIO) /bytes/")
        try await disk.walk("long-refused")
        // The kernel has told of the lost pages and forgets them: the next sync would succeed.
        try disk.order("")
        try await disk.walk("works")
        try await disk.end(with: "read")
    }

    @Test(
        .enabled(if: FaultyDisk.compiler != nil, "needs a C compiler on the path"),
        arguments: ["write \(EIO) /store/", "sync \(EIO) /store/"]
    )
    func `after a commit whose write or sync failed the store refuses until it is opened anew`(
        _ order: String
    ) async throws {
        let disk = try await FaultyDisk.start()
        try await disk.walk("works")
        try disk.order(order)
        try await disk.walk("refused")
        try disk.order("")
        try await disk.walk("refused")
        #expect(disk.region.log.contains("repair the disk, then restart"))
        try await disk.region.kill9()
        try await disk.verify("after the kill")
        try await disk.region.restart()
        try await disk.walk("read", "works")
        try await disk.end(with: "read")
    }

    @Test(.enabled(if: FaultyDisk.compiler != nil, "needs a C compiler on the path"))
    func `extents that cannot be read are answered as errors, and are there when they can`() async throws {
        let disk = try await FaultyDisk.start()
        try await disk.walk("works")
        try disk.order("read \(EIO) /bytes/")
        try await disk.walk("unread")
        try disk.order("")
        try await disk.end(with: "read")
    }

    @Test(.enabled(if: FaultyDisk.compiler != nil, "needs a C compiler on the path"))
    func `a ledger whose tiles cannot be written goes on when they can`() async throws {
        let disk = try await FaultyDisk.start()
        for order in ["write \(EIO) /ledger/", "sync \(EIO) /ledger/"] {
            try disk.order(order)
            try await disk.walk("works")
            try disk.order("")
            try await disk.walk("works")
        }
        try await disk.end(with: "read")
    }

    @Test(.enabled(if: FaultyDisk.compiler != nil, "needs a C compiler on the path"))
    func `a byte that changed on the disk cuts an answer off before it, and the log says so`() async throws {
        let disk = try await FaultyDisk.start()
        try await disk.walk("one", "read")
        try await disk.region.stop()
        try disk.flipByte(at: 8 << 20)
        try await disk.region.restart()
        try await disk.walk("damaged")
        #expect(disk.region.log.contains("answer=cut"))
        try await disk.region.remove()
    }
}

/// A region between which and its disk `machine/faults.c` stands.
struct FaultyDisk {
    let region: Region
    private let home: Home
    private let orders: String

    /// The C compiler of this machine, or the one Swift brings along.
    static let compiler: String? = {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/bin"]
        return ["cc", "clang", "gcc"].lazy.flatMap { name in places.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    static func start() async throws -> FaultyDisk {
        let folder = NSTemporaryDirectory() + "lazuli-faults-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (library, orders) = ("\(folder)/faults.so", "\(folder)/orders")
        let source = "\(Tool.root)/Tests/CrashTests/machine/faults.c"
        let made = try Running(
            program: try #require(compiler),
            arguments: ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"],
            environment: Home.bare.merging(["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]) { $1 }
        )
        let output = try await made.output()
        try #require(output.status == 0, "\(output.report)")
        let region = try await Region.start(environment: ["LD_PRELOAD": library, "LAZULI_FAULTS": orders])
        return FaultyDisk(region: region, home: try Home(region), orders: orders)
    }

    /// What fails from now on; nothing by an empty order.
    func order(_ order: String) throws { try order.write(toFile: orders, atomically: true, encoding: .utf8) }

    func walk(_ steps: String...) async throws {
        let arguments =
            ["\(Tool.root)/Tests/CrashTests/python/faults.py", "--credentials", region.credentials.file]
            + ["--state", "\(region.folder)/faults"] + steps
        let output = try await home.run("python", arguments, timeoutSeconds: 240)
        try #require(output.status == 0, "\(steps): \(output.report)\n\(region.log)")
    }
    /// One more life, what is read in it, and the verifier's word on it.
    func end(with steps: String...) async throws {
        try await region.kill9()
        try await region.restart()
        for step in steps { try await walk(step) }
        try await region.stop()
        try await verify("at the end")
        try await region.remove()
        try FileManager.default.removeItem(atPath: URL(fileURLWithPath: orders).deletingLastPathComponent().path)
    }
    func verify(_ moment: String) async throws {
        let output = try await region.verify()
        #expect(output.status == 0, "lazuli-verify \(moment): \(output.report)")
    }
    /// Changes a byte of every segment that reaches so far.
    func flipByte(at offset: UInt64) throws {
        let folder = "\(region.folder)/data/bytes"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            guard let file = FileHandle(forUpdatingAtPath: "\(folder)/\(name)"), try file.seekToEnd() > offset else {
                continue
            }
            try file.seek(toOffset: offset)
            let byte = try #require(try file.read(upToCount: 1)?.first)
            try file.seek(toOffset: offset)
            try file.write(contentsOf: Data([~byte]))
            try file.close()
        }
    }
}
