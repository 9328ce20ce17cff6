// SPDX-License-Identifier: Apache-2.0
import Base
import Custody
// Glibc for exclusive creation, modes, owners and syncs, which Foundation does not offer.
import Glibc

/// The file: a version line, then the key in base64 on a line of its own.
enum RootKeyFile {
    static let keyBytes = 32
    private static let versionLine = "lazuli-root-key 1"
    /// The two lines take 63 bytes; whatever is longer is no key file.
    private static let fileBytesMax = 256

    /// Makes the file whole or not at all: it appears under its name only once it is durable.
    static func create(_ path: String, _ key: Secret) throws(CustodyError) {
        let beside = path + ".new"
        _ = unsafe unlink(beside)
        let file = try open(beside, O_CREAT | O_EXCL | O_WRONLY)
        defer {
            close(file)
            _ = unsafe unlink(beside)
        }
        let text = Array("\(versionLine)\n\(key.reveal().base64)\n".utf8)
        guard fchmod(file, 0o600) == 0, unsafe write(file, text, text.count) == text.count, fsync(file) == 0 else {
            throw failure("write", beside)
        }
        guard unsafe link(beside, path) == 0 else {
            guard errno == EEXIST else { throw failure("create", path) }
            throw .unavailable("\(path) exists: a root key is never replaced. Move it away if it belongs to no region")
        }
        try syncFolder(of: path)
    }

    /// Reads the key, when the file is one that nobody else can have read.
    static func read(_ path: String) throws(CustodyError) -> Secret {
        let file = try open(path, O_RDONLY)
        defer { close(file) }
        try checkAccess(file, path)
        var bytes = [UInt8](repeating: 0, count: fileBytesMax)
        let count = unsafe Glibc.read(file, &bytes, bytes.count)
        guard count >= 0 else { throw failure("read", path) }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        guard count < fileBytesMax, lines.count == 3, lines[0] == versionLine, lines[2].isEmpty,
            let key = [UInt8](base64: lines[1]), key.count == keyBytes
        else {
            throw .unavailable(
                "\(path) is no root key file of this release (\(versionLine)): restore it from your backup of the region's keys"
            )
        }
        return Secret(key)
    }

    private static func checkAccess(_ file: CInt, _ path: String) throws(CustodyError) {
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw failure("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unavailable("\(path) is no file") }
        guard status.st_uid == geteuid() else {
            throw .unavailable(
                "\(path) belongs to user \(status.st_uid), not to the region's user \(geteuid()): run the region as its owner"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .unavailable(
                "\(path) is open to others (mode \(String(status.st_mode & 0o777, radix: 8))): make sure that nobody else "
                    + "has read it, then chmod 600 it"
            )
        }
    }
    private static func syncFolder(of path: String) throws(CustodyError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let file = try open(folder, O_RDONLY | O_DIRECTORY)
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("sync", folder) }
    }
    private static func open(_ path: String, _ flags: CInt) throws(CustodyError) -> CInt {
        let file = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        if file >= 0 { return file }
        guard errno == ENOENT && flags & O_CREAT == 0 else { throw failure("open", path) }
        throw .unavailable(
            "\(path) is missing: without its root key a region's data cannot be opened. Restore it from your backup of "
                + "the region's keys"
        )
    }
    private static func failure(_ doing: String, _ path: String) -> CustodyError {
        .unavailable("cannot \(doing) \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
