// SPDX-License-Identifier: Apache-2.0
package import Base
import BytesDisk
import FoundationEssentials
import Glibc
import Kernel
import Merkle
import StoreRocksDB

/// How a running region fares, written into its folder every few seconds for `lazuli status`: no port, no sign-in, and
/// readable by who may read the folder.
package struct Status: Codable, Sendable {
    package var process: Int32
    package var written: Timestamp
    package var started: Timestamp
    package var port: Int
    package var engines: [String: String]
    package var ledgerSize: UInt64
    package var ledgerWaiting: Int
    package var checkpoint: String
    /// When each background loop began or last complained, and of what.
    package var loops: [String: Loop]
    /// How many operations each service has; nil in a file of an earlier release.
    package var services: [String: Int]?

    package struct Loop: Codable, Sendable {
        package var last: Timestamp
        package var complaints: Int
        package var complaint: String?
        /// When it last went through all that was due; nil before the first time, and of loops without an end.
        package var passed: Timestamp?
    }

    /// Older than this the region is not running, or is stuck.
    package static let staleAfter = Duration.seconds(30)

    /// Reads the status of the region in a folder.
    package static func read(_ folder: DataFolder) throws(StartError) -> Status {
        guard folder.exists(folder.status) else {
            throw StartError("no region has run in \(folder.path); `lazuli up --data \(folder.path)` starts one.")
        }
        do { return try JSONCoding.decode(Status.self, from: try folder.read(folder.status)) } catch {
            throw StartError("\(folder.status) cannot be read; is it of another release?")
        }
    }
    /// Whether the region that wrote this runs on the folder: a copy of a folder says so too, but nobody holds its store.
    package func isAlive(_ folder: DataFolder, at now: Timestamp) -> Bool {
        FolderHolder.process(of: folder) == process && now - written < Self.staleAfter
    }
    /// The root that the checkpoint in force has signed; nil before the first.
    package var root: String? {
        (try? Checkpoint(text: SignedNote(parsing: Array(checkpoint.utf8)).text))?.root.bytes.base64
    }
}

extension DataFolder {
    package var status: String { path + "/status.json" }
}

extension Region {
    static let statusPeriod = Duration.seconds(5)

    func writeStatus(_ board: LoopBoard) async {
        let started = journal.world.clock.now
        while !Task.isCancelled {
            let status = Status(
                process: getpid(),
                written: journal.world.clock.now,
                started: started,
                port: port,
                engines: ["store": await engines.store.health, "bytes": await engines.bytes.health],
                ledgerSize: sequencer.size,
                ledgerWaiting: sequencer.waiting,
                checkpoint: sequencer.checkpoint,
                loops: board.loops,
                services: services
            )
            if let text = try? JSONCoding.encode(status) { try? folder.write(text, to: folder.status, mode: 0o600) }
            try? await journal.world.clock.sleep(for: Self.statusPeriod)
        }
    }
}
