// SPDX-License-Identifier: Apache-2.0
// Glibc: holes, times and links of files, which Foundation neither sees nor keeps.
import Glibc

/// Files copied as they are: holes stay holes, the time of the last change stays, and a copy is on the disk when it is
/// answered.
enum FileCopy {
    /// What tells two files of one name apart.
    struct Facts: Equatable {
        var bytes: Int64
        var seconds: Int
        var nanoseconds: Int
    }
    /// Read and written at once.
    private static let chunkBytes = 1 << 20
    /// `lseek`'s ways to find data and holes; Linux numbers them so.
    private static let seekData: CInt = 3
    private static let seekHole: CInt = 4

    /// Size and time of a file; nil when there is none.
    static func facts(_ path: String) throws(StartError) -> Facts? {
        var found = Glibc.stat()
        guard unsafe lstat(path, &found) == 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        return Facts(bytes: Int64(found.st_size), seconds: found.st_mtim.tv_sec, nanoseconds: found.st_mtim.tv_nsec)
    }
    /// Gives a file a second name; false where the file system does not (another disk, too many names).
    static func link(_ path: String, to target: String) -> Bool { unsafe Glibc.link(path, target) == 0 }

    /// Copies a file to a new one of mode 0600 and answers how many bytes it holds besides holes; nil when the source
    /// is gone.
    static func copy(_ path: String, to target: String) throws(StartError) -> Int64? {
        let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { close(source) }
        let sink = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard sink >= 0 else { throw failure("make", target) }
        defer { close(sink) }
        var found = Glibc.stat()
        guard unsafe fstat(source, &found) == 0 else { throw failure("read", path) }
        guard ftruncate(sink, found.st_size) == 0 else { throw failure("write", target) }
        var copied: Int64 = 0
        var from = lseek(source, 0, seekData)
        while from >= 0, from < found.st_size {
            let hole = lseek(source, from, seekHole)
            let end = hole < 0 ? Int(found.st_size) : min(hole, Int(found.st_size))
            try copy(from..<end, of: source, path, to: sink, target)
            copied += Int64(end - from)
            from = lseek(source, end, seekData)
        }
        let times = [found.st_atim, found.st_mtim]
        guard unsafe times.withUnsafeBufferPointer({ unsafe futimens(sink, $0.baseAddress) }) == 0, fsync(sink) == 0
        else { throw failure("write", target) }
        return copied
    }
    private static func copy(
        _ range: Range<Int>,
        of source: CInt,
        _ path: String,
        to sink: CInt,
        _ target: String
    ) throws(StartError) {
        var buffer = [UInt8](repeating: 0, count: min(chunkBytes, range.count))
        var at = range.lowerBound
        while at < range.upperBound {
            let wanted = min(buffer.count, range.upperBound - at)
            let got = unsafe buffer.withUnsafeMutableBytes { unsafe pread(source, $0.baseAddress, wanted, at) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure("read", path) }
            // Became shorter while it was read: the rest stays a hole.
            if got == 0 { return }
            var done = 0
            while done < got {
                let put = unsafe buffer.withUnsafeBytes {
                    unsafe pwrite(sink, $0.baseAddress?.advanced(by: done), got - done, at + done)
                }
                if put < 0, errno == EINTR { continue }
                guard put > 0 else { throw failure("write", target) }
                done += put
            }
            at += got
        }
    }
    /// Makes the names in a folder durable.
    static func syncFolder(_ path: String) throws(StartError) {
        let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("open", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("sync", path) }
    }
    static func failure(_ doing: String, _ path: String) -> StartError {
        let code = errno
        return StartError("cannot \(doing) \(path): \(unsafe String(cString: strerror(code)))")
    }
}
