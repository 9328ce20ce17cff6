// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Ledger
import Testing
import TilesDisk
import TilesMemory

@Suite struct TilesTests {
    private let tiles = [
        Tile(path: "tile/0/x001/067", bytes: [1, 2, 3]), Tile(path: "tile/entries/x001/067", bytes: []),
        Tile(path: "tile/1/000.p/4", bytes: [UInt8](repeating: 7, count: 100_000)),
    ]

    @Test(arguments: ["memory", "disk"])
    func `tiles come back, may be written again, and do not change unless replaced`(engine: String) async throws {
        try await withEngine(engine) { engine in
            #expect(try await engine.read("tile/0/x001/067") == nil)
            try await engine.write([], replacing: false)
            try await engine.write(tiles, replacing: false)
            try await engine.write(tiles, replacing: false)
            for tile in tiles { #expect(try await engine.read(tile.path) == tile.bytes) }
            let other = [Tile(path: "tile/0/999", bytes: [1]), Tile(path: tiles[0].path, bytes: [9])]
            await #expect(throws: TileError.self) { try await engine.write(other, replacing: false) }
            #expect(try await engine.read(tiles[0].path) == [1, 2, 3])
            #expect(try await engine.read("tile/0/999") == nil)
            try await engine.write(other, replacing: true)
            #expect(try await engine.read(tiles[0].path) == [9])
        }
    }

    @Test(arguments: ["memory", "disk"])
    func `the checkpoint is replaced as a whole`(engine: String) async throws {
        try await withEngine(engine) { engine in
            #expect(try await engine.checkpoint() == nil)
            try await engine.publish(checkpoint: [UInt8](repeating: 1, count: 500))
            try await engine.publish(checkpoint: [2, 2])
            #expect(try await engine.checkpoint() == [2, 2])
        }
    }

    @Test(arguments: ["memory", "disk"])
    func `many may write and read at once`(engine: String) async throws {
        try await withEngine(engine) { engine in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let bytes = [UInt8](repeating: UInt8(index), count: 8192)
                        try await engine.write([Tile(path: "tile/0/0\(10 + index)", bytes: bytes)], replacing: false)
                        try await engine.publish(checkpoint: bytes)
                        #expect(try await engine.read("tile/0/0\(10 + index)") == bytes)
                        #expect(try await Set(engine.checkpoint() ?? []).count == 1)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `tiles on disk lie under their own paths and outlive the engine`() async throws {
        try await withBytesFolder { root in
            try await DiskTiles(folder: root + "/log").write(tiles, replacing: false)
            try await DiskTiles(folder: root + "/log").publish(checkpoint: [5])
            #expect(FileManager.default.contents(atPath: root + "/log/tile/0/x001/067") == Data([1, 2, 3]))
            #expect(FileManager.default.contents(atPath: root + "/log/checkpoint") == Data([5]))
            #expect(try await DiskTiles(folder: root + "/log").read("tile/1/000.p/4")?.count == 100_000)
        }
    }

    @Test func `a file longer than any tile is refused by its name`() async throws {
        try await withBytesFolder { root in
            let engine = try DiskTiles(folder: root)
            try await engine.write(tiles, replacing: false)
            try Data(count: Tile.bytesMax + 1).write(to: URL(filePath: root + "/tile/0/x001/067"))
            await #expect(
                throws: TileError.corrupt("\(root)/tile/0/x001/067 has 16777473 bytes, more than a tile can have")
            ) {
                _ = try await engine.read("tile/0/x001/067")
            }
        }
    }

    @Test(arguments: [
        "tile/../../etc/passwd", "/tile/0/001", "tile/0", "tile//001", "checkpoint", "tile/0/.p/1", "tile/0/x 1", "",
    ])
    func `a path that is no tile's names no file`(path: String) async throws {
        #expect(!Tile.isPath(path))
        try await withBytesFolder { root in
            let found = try await DiskTiles(folder: root).read(path)
            #expect(found == nil)
        }
    }

    private func withEngine(_ name: String, _ body: (any TileEngine) async throws -> Void) async throws {
        guard name == "disk" else { return try await body(MemoryTiles()) }
        try await withBytesFolder { try await body(try DiskTiles(folder: $0 + "/log")) }
    }
}
