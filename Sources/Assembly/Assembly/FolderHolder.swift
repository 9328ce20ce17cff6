// SPDX-License-Identifier: Apache-2.0
// Glibc: asks for a record lock without taking it.
import Glibc

/// Which process runs the region of a folder, by the lock that its store holds; whatever files of the folder say.
struct FolderHolder {
    /// Nil while no process has the store open.
    static func process(of folder: DataFolder) -> Int32? {
        let file = unsafe open(folder.store + "/LOCK", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard unsafe fcntl(file, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return lock.l_pid
    }
}
