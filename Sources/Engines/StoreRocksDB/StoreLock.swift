// SPDX-License-Identifier: Apache-2.0
// Glibc: a record lock, as RocksDB takes it on the same file.
import Glibc
import Store

/// RocksDB's lock on a store's folder, held for somebody who only reads.
///
/// RocksDB itself would let a reader in beside a writer, which removes files the reader still needs. The lock is the
/// process's: a process that has a store open must not open it a second time for reading only.
final class StoreLock: Sendable {
    private let file: CInt

    /// `.unavailable` names the process that has the store open.
    init(path: String) throws(StoreError) {
        let name = "\(path)/LOCK"
        file = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw .unavailable("\(name) cannot be opened: \(unsafe String(cString: strerror(errno)))")
        }
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard unsafe fcntl(file, F_SETLK, &lock) != 0 else { return }
        let known = unsafe fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
        close(file)
        throw .unavailable("process \(known ? "\(lock.l_pid)" : "unknown") holds \(name): stop that region first")
    }
    deinit { close(file) }
}
