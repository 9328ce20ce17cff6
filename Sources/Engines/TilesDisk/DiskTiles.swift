// SPDX-License-Identifier: Apache-2.0
// Dispatch for two threads that may wait for the disk, which the cooperative pool may not.
import Dispatch
package import Ledger

/// Keeps the log's tiles as files of one folder, each under its C2SP tlog-tiles path.
///
/// A file is written beside its place, synced, and renamed into it; the folders concerned are synced once per call.
package final class DiskTiles: TileEngine {
    let folder: String
    /// One call writes at a time, so the file beside a tile's place has one writer.
    private let writing = DispatchQueue(label: "lazuli.tiles.write")
    private let reading = DispatchQueue(label: "lazuli.tiles.read")
    private static let checkpointName = "checkpoint"

    /// Opens the folder, which is made when missing; its parent must exist.
    package init(folder: String) throws(TileError) {
        self.folder = folder
        if try TileFile.makeFolder(folder) { try TileFile.syncFolder(folder + "/..") }
    }

    package func write(_ tiles: [Tile], replacing: Bool) async throws(TileError) {
        guard !tiles.isEmpty else { return }
        try await Self.run(on: writing) { [folder] () throws(TileError) in
            try Self.writeAll(tiles, replacing: replacing, in: folder)
        }
    }
    package func read(_ path: String) async throws(TileError) -> [UInt8]? {
        guard Tile.isPath(path) else { return nil }
        return try await readFile(path)
    }
    package func publish(checkpoint: [UInt8]) async throws(TileError) {
        try await Self.run(on: writing) { [folder] () throws(TileError) in
            try TileFile.replace(folder + "/" + Self.checkpointName, with: checkpoint)
            try TileFile.syncFolder(folder)
        }
    }
    package func checkpoint() async throws(TileError) -> [UInt8]? { try await readFile(Self.checkpointName) }
    package var health: String {
        get async {
            let found = try? await checkpoint()
            return "tiles on disk: \(folder), \(found == nil ? "no checkpoint yet" : "checkpoint published")"
        }
    }

    private func readFile(_ path: String) async throws(TileError) -> [UInt8]? {
        try await Self.run(on: reading) { [folder] () throws(TileError) in
            try TileFile.read(folder + "/" + path, bytesMax: Tile.bytesMax)
        }
    }
    private static func writeAll(_ tiles: [Tile], replacing: Bool, in folder: String) throws(TileError) {
        var missing: [Tile] = []
        var changed: Set<String> = []
        for tile in tiles {
            let path = folder + "/" + tile.path
            let found = try TileFile.read(path, bytesMax: Tile.bytesMax)
            if found != tile.bytes { missing.append(tile) }
            guard replacing || found == nil || found == tile.bytes else { throw .corrupt("\(path) would change") }
            // Also where the file is there already: a crash may have come before its name was durable.
            changed.insert(parent(path))
        }
        for tile in missing { try makeFolders(for: tile.path, in: folder, changed: &changed) }
        for tile in missing { try TileFile.replace(folder + "/" + tile.path, with: tile.bytes) }
        // Deep ones first: a folder's name is durable no earlier than what it leads to.
        for name in changed.sorted(by: >) { try TileFile.syncFolder(name) }
    }
    private static func makeFolders(for path: String, in root: String, changed: inout Set<String>) throws(TileError) {
        var folder = root
        for part in path.split(separator: "/").dropLast() {
            let above = folder
            folder += "/" + part
            if try TileFile.makeFolder(folder) { changed.insert(above) }
        }
    }
    private static func parent(_ path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path }

    private static func run<R: Sendable>(
        on queue: DispatchQueue,
        _ body: @escaping @Sendable () throws(TileError) -> R
    ) async throws(TileError) -> R {
        let result = await withCheckedContinuation { (done: CheckedContinuation<Result<R, TileError>, Never>) in
            queue.async { done.resume(returning: Result { () throws(TileError) in try body() }) }
        }
        return try result.get()
    }
}
