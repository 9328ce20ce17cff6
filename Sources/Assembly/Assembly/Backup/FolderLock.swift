// SPDX-License-Identifier: Apache-2.0
// Glibc: flock(2), which ends with its holder, however that ends.
import Glibc

/// A file that one process holds; let go when dropped or when the process ends.
final class FolderLock: Sendable {
    private let file: CInt

    /// Nil while another holds it, or where it cannot be made.
    init?(_ path: String) {
        file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            return nil
        }
    }
    deinit { close(file) }
}
