// SPDX-License-Identifier: Apache-2.0
package import Base
import FoundationEssentials

/// What a complete backup says of itself: `backup.json`, written last.
package struct BackupRecord: Codable, Sendable {
    static let formatVersion = 1
    var format: Int
    /// When the copy began: every change acknowledged before is in it.
    package var taken: Timestamp
    package var domain: String
    /// The ledger's verifier key, as `lazuli-verify --ledger-key` takes it.
    package var ledgerKey: String
    /// Entries of the ledger that have a number.
    package var ledgerSize: UInt64
    /// Whether root key, authority and credentials are in it.
    package var withKeys: Bool
    /// Whether everything was checked after the copy.
    package var verified: Bool

    /// The record of a complete backup, or why the folder is none.
    package static func read(_ folder: DataFolder) throws(StartError) -> BackupRecord {
        guard folder.exists(folder.backupRecord), !folder.exists(folder.incomplete) else {
            throw StartError("\(folder.path) is no complete backup: it was cut short, or is something else.")
        }
        guard let record = try? JSONCoding.decode(BackupRecord.self, from: try folder.read(folder.backupRecord)) else {
            throw StartError("\(folder.backupRecord) cannot be read: take another backup.")
        }
        guard record.format == formatVersion else {
            throw StartError("\(folder.backupRecord) is of format \(record.format): restore it with that release.")
        }
        return record
    }
}

extension DataFolder {
    /// What makes a folder a backup, and no region.
    var backupRecord: String { path + "/backup.json" }
    /// Lies in a backup or region for as long as it is not whole.
    var incomplete: String { path + "/INCOMPLETE" }

    /// Throws when the folder is a backup or half restored: a region on it would spoil the one, and lose the other.
    func refuseBackup() throws(StartError) {
        if exists(backupRecord) {
            throw StartError("\(path) is a backup: `lazuli restore \(path) DATA` makes a region's folder of it.")
        }
        if exists(incomplete) {
            throw StartError("\(path) is incomplete, as \(incomplete) says: remove the folder and restore again.")
        }
    }
    func names(in folder: String) throws(StartError) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            throw StartError("\(folder) cannot be listed: \(error)")
        }
    }
    func makeFolder(_ folder: String) throws(StartError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch { throw StartError("\(folder) cannot be made: \(error)") }
    }
    /// Takes an empty folder, made when missing, for something that is not whole before `finish`.
    func begin(_ words: String) throws(StartError) {
        if exists(path), try !names(in: path).isEmpty {
            throw StartError(
                exists(incomplete)
                    ? "\(path) holds what was cut short: remove it, then begin again."
                    : "\(path) is not empty: name a folder that is empty or does not exist yet."
            )
        }
        try makeFolder(path)
        try write(Array((words + "\n").utf8), to: incomplete, mode: 0o600)
        try FileCopy.syncFolder(path)
    }
    /// From here on it is whole.
    func finish() throws(StartError) {
        try FileCopy.syncFolder(path)
        do { try FileManager.default.removeItem(atPath: incomplete) } catch {
            throw StartError("\(incomplete) cannot be removed: \(error)")
        }
        try FileCopy.syncFolder(path)
    }
}
