// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import BytesDisk
import BytesMemory
import FoundationEssentials
// Glibc for what a test does to files behind the engine's back.
import Glibc
import Suites
import Synchronization

/// A memory disk, which outlives its engine by itself.
struct MemorySubject: BytesSubject {
    let disk = MemoryBytes()

    func restart(full: Bool) async throws -> any BytesEngine {
        await disk.close()
        disk.resize(capacity: full ? disk.usedBytes : .max)
        disk.restart()
        return disk
    }
    func crash() async throws -> any BytesEngine {
        disk.crash()
        return disk
    }
    func flip(byte: Int64, of extent: Extent) async throws { disk.flip(byte: byte, of: extent) }
}

/// A folder.
///
/// A crash copies it while the engine is at work, as the moment left it, and goes on with the copy.
final class DiskSubject: BytesSubject {
    private let root: String
    private let options: DiskOptions
    private let current = Mutex<(lives: Int, engine: DiskBytes?)>((0, nil))

    init(root: String, options: DiskOptions) {
        self.root = root
        self.options = options
    }
    var folder: String { "\(root)/life-\(current.withLock { $0.lives })" }

    func restart(full: Bool) async throws -> any BytesEngine {
        await current.withLock { $0.engine }?.close()
        return try start(full: full)
    }
    func crash() async throws -> any BytesEngine {
        let before = folder
        let old = current.withLock { state in
            state.lives += 1
            return state.engine
        }
        try copyImage(from: before, to: folder)
        await old?.close()
        try FileManager.default.removeItem(atPath: before)
        return try start(full: false)
    }
    func flip(byte: Int64, of extent: Extent) async throws {
        let block = Int64(BytesLayout.blockBytes)
        try flipByte(at: extent.offset + byte / block * (block + 8) + byte % block, of: path(extent.segment))
    }
    func close() async { await current.withLock { $0.engine }?.close() }

    /// The file of a segment, whichever of its names it bears.
    func path(_ segment: Int64) -> String {
        let digits = String(segment, radix: 16)
        let name = "\(folder)/segment-\(String(repeating: "0", count: 16 - digits.count))\(digits).lzb"
        return FileManager.default.fileExists(atPath: name) ? name : name + ".open"
    }
    private func start(full: Bool) throws -> any BytesEngine {
        var options = options
        if full { options.keepFreeBytes = .max / 4 }
        let engine = try DiskBytes(folder: folder, options: options)
        current.withLock { $0.engine = engine }
        return engine
    }
}

/// Runs `body` with a folder of its own and removes it.
func withBytesFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.path + "/lazuli-bytes-\(SystemEntropy().uuid().lowercaseText)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Copies a folder of segments with their holes.
///
/// The engine may be renaming files meanwhile, which shows as a missing one: then the copy begins anew.
private func copyImage(from: String, to: String) throws {
    for attempt in 1... {
        do {
            try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
            for name in try FileManager.default.contentsOfDirectory(atPath: from) {
                try copySparse("\(from)/\(name)", "\(to)/\(name)")
            }
            return
        } catch {
            guard attempt < 20 else { throw error }
            try FileManager.default.removeItem(atPath: to)
        }
    }
}
private func copySparse(_ from: String, _ to: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: from)))
    let zeros = [UInt8](repeating: 0, count: 4096)
    try withFile(to, O_CREAT | O_WRONLY) { file in
        ftruncate(file, bytes.count)
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            let page = Array(bytes[start..<min(start + 4096, bytes.count)])
            if unsafe memcmp(page, zeros, page.count) != 0 { unsafe pwrite(file, page, page.count, start) }
        }
    }
}
/// Changes one byte of a file.
func flipByte(at offset: Int64, of path: String) throws {
    try withFile(path, O_RDWR) { file in
        var byte: UInt8 = 0
        unsafe pread(file, &byte, 1, Int(offset))
        byte ^= 0x40
        unsafe pwrite(file, &byte, 1, Int(offset))
    }
}
/// Copies bytes within a file.
func copyBytes(_ count: Int, from: Int64, to: Int64, of path: String) throws {
    try withFile(path, O_RDWR) { file in
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe pread(file, &bytes, count, Int(from))
        unsafe pwrite(file, bytes, count, Int(to))
    }
}
/// Makes a file end earlier.
func cut(_ path: String, to length: Int64) throws { try withFile(path, O_RDWR) { _ = ftruncate($0, Int(length)) } }
/// Bytes of the disk that a file takes.
func roomOnDisk(_ path: String) -> Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_blocks) * 512 : 0
}
private func withFile(_ path: String, _ flags: CInt, _ body: (CInt) throws -> Void) throws {
    let file = unsafe open(path, flags, 0o600)
    guard file >= 0 else { throw CocoaError(.fileNoSuchFile) }
    defer { close(file) }
    try body(file)
}
