// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How many files and sockets this process may have open, and how many of them connections may take.
package enum Descriptors {
    /// Kept from connections beside the store's tables: 128 segments at most, and room for logs, tiles and a backup.
    private static let reserve = 512
    /// Tables that are worth a descriptor each: 64 GiB of them.
    private static let tablesMost = 1024
    /// Memory bounds connections too: some 90 KiB each.
    private static let connectionsMost = 16_384
    /// Connections where there is hardly room for any.
    private static let connectionsLeast = 64

    /// Raises the process's limit as far as it may by itself, and answers it.
    ///
    /// Shells and systemd give 1,024 to begin with, and let a process that can use more have it.
    static func raised() -> Int {
        let what = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(what, &limit) == 0 else { return 1024 }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if unsafe setrlimit(what, &limit) != 0 { limit.rlim_cur = before }
        return Int(clamping: limit.rlim_cur)
    }
    /// The most of the store's tables that are open at once under a limit.
    package static func tablesMax(of limit: Int) -> Int { min(limit / 4, tablesMost) }
    /// The most connections under a limit: a flood of them must not keep the store from opening its files.
    package static func connectionsMax(of limit: Int) -> Int {
        min(max(limit - tablesMax(of: limit) - reserve, connectionsLeast), connectionsMost)
    }
}
