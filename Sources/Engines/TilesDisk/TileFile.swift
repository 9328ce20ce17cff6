// SPDX-License-Identifier: Apache-2.0
// Glibc for the file calls themselves: Foundation's do not sync.
import Glibc
import Ledger

/// The few calls on files that tiles need.
enum TileFile {
    /// A file's bytes; nil when there is none.
    static func read(_ path: String, bytesMax: Int) throws(TileError) -> [UInt8]? {
        let file = try open(path, O_RDONLY, missing: true)
        guard let file else { return nil }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw failure("read", path) }
        let size = Int(status.st_size)
        guard size <= bytesMax else { throw .corrupt("\(path) has \(size) bytes, more than a tile can have") }
        var bytes = [UInt8](repeating: 0, count: size)
        var done = 0
        while done < size {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                return unsafe pread(file, rest.baseAddress, rest.count, done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count != 0 else { throw .corrupt("\(path) became shorter while it was read") }
            guard count > 0 else { throw failure("read", path) }
            done += count
        }
        return bytes
    }
    /// Puts a synced file in the place of `path`; its folder is not synced.
    static func replace(_ path: String, with bytes: [UInt8]) throws(TileError) {
        let beside = path + ".new"
        guard let file = try open(beside, O_CREAT | O_TRUNC | O_WRONLY, missing: false) else { return }
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                return unsafe pwrite(file, rest.baseAddress, rest.count, done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", beside) }
            done += count
        }
        guard fsync(file) == 0 else { throw failure("sync", beside) }
        guard unsafe rename(beside, path) == 0 else { throw failure("rename", beside) }
    }
    /// Makes a folder; false when it was there.
    static func makeFolder(_ path: String) throws(TileError) -> Bool {
        if unsafe mkdir(path, 0o755) == 0 { return true }
        guard errno == EEXIST else { throw failure("create", path) }
        return false
    }
    /// Makes the names in a folder durable.
    static func syncFolder(_ path: String) throws(TileError) {
        guard let folder = try open(path, O_RDONLY | O_DIRECTORY, missing: false) else { return }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("sync", path) }
    }

    private static func open(_ path: String, _ flags: CInt, missing: Bool) throws(TileError) -> CInt? {
        var file: CInt = -1
        repeat { file = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o644) } while file < 0 && errno == EINTR
        if file >= 0 { return file }
        guard missing && (errno == ENOENT || errno == ENOTDIR) else { throw failure("open", path) }
        return nil
    }
    private static func failure(_ doing: String, _ path: String) -> TileError {
        let code = errno
        if code == ENOSPC || code == EDQUOT {
            return .full("the disk that holds \(path) is full: free room or add a disk")
        }
        return .unavailable("cannot \(doing) \(path): \(unsafe String(cString: strerror(code)))")
    }
}
