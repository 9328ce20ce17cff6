// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
// Glibc: the free space of a file system, and the last bytes of a file without reading it all.
import Glibc
import Store

/// Tells apart what RocksDB reports as text, and sees what it would not report at all.
enum Damage {
    /// RocksDB's own words as the contract's error.
    ///
    /// `path` is named where RocksDB names no file.
    static func error(_ text: String, path: String) -> StoreError {
        let located = text.contains(path) ? text : "\(text) (in \(path))"
        let isTableLost = text.contains("No such file") && text.contains(".sst")
        if isTableLost || text.hasPrefix("Corruption") { return .corrupt("\(located); \(wayOut)") }
        return .unavailable("the store answers: \(located)")
    }

    /// Why a store that exists could not be opened.
    static func openingError(_ text: String, path: String) -> StoreError {
        if text.contains("\(path)/LOCK") {
            return .unavailable("another process holds \(path)/LOCK; stop it, or choose another data folder")
        }
        if text.contains("Permission denied") || text.contains("No space left") || text.contains("Too many open files")
        {
            return .unavailable("\(path) cannot be opened: \(text)")
        }
        // Whatever else keeps a store from opening (a file cut short, missing or unreadable) is damage to it.
        return .corrupt("\(name(in: text, path: path)): \(text); \(wayOut)")
    }

    /// RocksDB takes a folder without CURRENT for an empty one and would start anew on top of what is there.
    static func refuseHalfAStore(at path: String) throws(StoreError) {
        let current = "\(path)/CURRENT"
        guard !FileManager.default.fileExists(atPath: current) else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let remains = names.sorted().first { $0.hasPrefix("MANIFEST-") || $0.hasSuffix(".sst") }
        guard let remains else { return }
        throw .corrupt("\(current) is missing although \(remains) exists; \(wayOut)")
    }

    /// Bytes that may still be written where the store lies; nil when the file system does not say.
    static func freeBytes(at path: String) -> UInt64? {
        var answer = statvfs()
        guard unsafe statvfs(path, &answer) == 0 else { return nil }
        return UInt64(answer.f_bavail) * UInt64(answer.f_frsize)
    }

    private static let wayOut = "restore the whole region from a backup into an empty folder (lazuli restore)"

    /// The file at fault, where RocksDB's words allow to tell.
    private static func name(in text: String, path: String) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        let words = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," || $0 == ";" })
        let files = words.filter { $0.hasPrefix(path) && $0.count > path.count + 1 }.map(String.init)
        // A table that is missing under its own name is last looked for under LevelDB's.
        if let table = files.first(where: { $0.hasSuffix(".sst") || $0.hasSuffix(".ldb") }) {
            return table.hasSuffix(".ldb") ? "\(table.dropLast(4)).sst" : table
        }
        // Opening a table whose end is damaged is blamed on the manifest that lists it.
        if let table = names.first(where: { $0.hasSuffix(".sst") && !hasTableEnd("\(path)/\($0)") }) {
            return "\(path)/\(table)"
        }
        if let file = files.first { return file }
        if let named = names.first(where: { text.contains($0) }) { return "\(path)/\(named)" }
        // A damaged record of the log is reported without any name.
        let logs = names.filter { $0.hasSuffix(".log") }
        return logs.isEmpty ? path : logs.map { "\(path)/\($0)" }.joined(separator: " or ")
    }

    /// Whether a table ends with the magic number of RocksDB's block-based format.
    private static func hasTableEnd(_ file: String) -> Bool {
        let magic: [UInt8] = [0xF7, 0xCF, 0xF4, 0x85, 0xB7, 0x41, 0xE2, 0x88]
        guard let handle = unsafe fopen(file, "r") else { return false }
        defer { unsafe fclose(handle) }
        var end = [UInt8](repeating: 0, count: magic.count)
        guard unsafe fseek(handle, -magic.count, SEEK_END) == 0 else { return false }
        return unsafe fread(&end, 1, end.count, handle) == end.count && end == magic
    }
}
