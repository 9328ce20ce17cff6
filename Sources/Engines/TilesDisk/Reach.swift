// SPDX-License-Identifier: Apache-2.0
// Glibc: a file's size without opening it.
import Glibc
import Ledger

extension DiskTiles {
    /// The first of the given files that is missing or has fewer bytes than it must have, by its whole path.
    ///
    /// Looks at names and sizes alone.
    package func firstShort(of files: some Sequence<(path: String, bytesMin: Int)>) -> String? {
        for file in files {
            let path = folder + "/" + file.path
            var status = stat()
            guard unsafe stat(path, &status) == 0, status.st_size >= file.bytesMin else { return path }
        }
        return nil
    }
}
