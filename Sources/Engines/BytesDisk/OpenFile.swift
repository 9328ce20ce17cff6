// SPDX-License-Identifier: Apache-2.0
import Bytes
import CXXHash
// Glibc for the file calls themselves: the adapter to the machine is what this target is.
import Glibc

/// An open file or folder, closed when its last holder lets go, with the calls the engine makes on it.
final class OpenFile: Sendable {
    let path: String
    private let descriptor: CInt

    /// Opens, with flags and mode as open(2) takes them.
    init(_ path: String, _ flags: CInt, mode: mode_t = 0o600) throws(BytesError) {
        self.path = path
        var descriptor: CInt = -1
        repeat { descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, mode) } while descriptor < 0 && errno == EINTR
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw Machine.failure("open", path) }
    }
    deinit {
        guard descriptor >= 0 else { return }
        // A child process that is being started holds a copy until it runs its program: closing alone would leave the
        // lock with it for that moment.
        _ = flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    /// Makes what was written to the file durable.
    func sync() throws(BytesError) {
        guard retrying({ fdatasync(descriptor) }) == 0 else { throw Machine.failure("sync", path) }
    }
    /// Makes names in the folder durable.
    func syncFolder() throws(BytesError) {
        guard retrying({ fsync(descriptor) }) == 0 else { throw Machine.failure("sync", path) }
    }
    /// Takes the file for this process alone; false when another has it.
    func lock() -> Bool { retrying { flock(descriptor, LOCK_EX | LOCK_NB) } == 0 }
    /// Gives a region back to the file system.
    func punch(_ region: Range<Int64>) throws(BytesError) {
        guard !region.isEmpty else { return }
        guard retrying({ lazuli_punch_hole(descriptor, Int(region.lowerBound), region.count) }) == 0 else {
            throw Machine.failure("give back room in", path)
        }
    }
    /// Begins to write dirty pages; a hint, so its answer does not matter.
    func startWriteback(_ region: Range<Int64>) {
        _ = lazuli_start_writeback(descriptor, Int(region.lowerBound), region.count)
    }
    /// Lets the next read of a region come from the disk; a hint.
    func forgetCached(_ region: Range<Int64>) {
        _ = posix_fadvise(descriptor, Int(region.lowerBound), region.count, POSIX_FADV_DONTNEED)
    }
    /// Whether the region holds anything but holes; true where the file system cannot tell.
    func holdsData(in region: Range<Int64>) -> Bool {
        let next = lazuli_next_data(descriptor, Int(region.lowerBound))
        return next < 0 ? errno != ENXIO : Int64(next) < region.upperBound
    }
    var size: Int64 {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Writes all parts one behind the other.
    func write(_ parts: UnsafeMutableBufferPointer<iovec>, at offset: Int64) throws(BytesError) {
        let done = unsafe transfer(parts, at: offset) { unsafe pwritev(descriptor, $0, $1, $2) }
        guard done else { throw Machine.failure("write", path) }
    }
    /// Fills all parts; false when the file ends before.
    func read(_ parts: UnsafeMutableBufferPointer<iovec>, at offset: Int64) throws(BytesError) -> Bool {
        errno = 0
        let done = unsafe transfer(parts, at: offset) { unsafe preadv(descriptor, $0, $1, $2) }
        guard done || errno == 0 else { throw Machine.failure("read", path) }
        return done
    }
    /// Fills all parts from the page cache alone; false when it does not hold them all.
    func readCached(_ parts: UnsafeMutableBufferPointer<iovec>, bytes: Int, at offset: Int64) -> Bool {
        unsafe lazuli_read_cached(descriptor, parts.baseAddress, CInt(parts.count), Int(offset)) == bytes
    }

    /// Repeats a call for the parts it left over; false on an error (errno tells) or at the end of the file (errno 0).
    private func transfer(
        _ parts: UnsafeMutableBufferPointer<iovec>,
        at start: Int64,
        _ call: (UnsafePointer<iovec>, CInt, off_t) -> Int
    ) -> Bool {
        var rest = unsafe parts[...]
        var offset = start
        while unsafe !rest.isEmpty, let base = parts.baseAddress {
            let count = unsafe call(base + rest.startIndex, CInt(rest.count), off_t(offset))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            offset += Int64(count)
            var moved = count
            while let part = unsafe rest.first, unsafe part.iov_len <= moved {
                unsafe moved -= part.iov_len
                unsafe rest = rest.dropFirst()
            }
            if moved > 0 {
                unsafe parts[rest.startIndex].iov_base += moved
                unsafe parts[rest.startIndex].iov_len -= moved
            }
        }
        return true
    }
    private func retrying(_ call: () -> CInt) -> CInt {
        var result = call()
        while result < 0 && errno == EINTR { result = call() }
        return result
    }
}

/// Calls on paths.
enum Machine {
    /// What errno means to the engine's user.
    static func failure(_ doing: String, _ path: String) -> BytesError {
        let code = errno
        if code == ENOSPC || code == EDQUOT {
            return .full("the disk that holds \(path) is full: free room or add a disk")
        }
        return .unavailable("cannot \(doing) \(path): \(unsafe String(cString: strerror(code)))")
    }
    /// Bytes the file system would still give to this process.
    static func freeBytes(_ folder: String) throws(BytesError) -> Int64 {
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else { throw failure("measure", folder) }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }
    /// Makes a folder; false when it was there.
    static func makeFolder(_ path: String) throws(BytesError) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw failure("create", path) }
        return false
    }
    static func rename(_ from: String, to: String) throws(BytesError) {
        guard unsafe Glibc.rename(from, to) == 0 else { throw failure("rename", from) }
    }
    static func remove(_ path: String) throws(BytesError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }
    /// The names in a folder.
    static func names(in folder: String) throws(BytesError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw failure("list", folder) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            names.append(
                unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                    unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
            )
        }
        return names
    }
}
