// SPDX-License-Identifier: Apache-2.0
import Base
import Foundation
import Glibc

// Foundation, not FoundationEssentials: this adapter needs POSIX modes on files it creates.

/// Why the region does not start: one line that names the file and the way out.
package struct StartError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// The region's folder and what lies where in it.
package struct DataFolder: Sendable {
    package let path: String
    package init(_ path: String) {
        self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
    package var store: String { path + "/store" }
    package var bytes: String { path + "/bytes" }
    package var ledger: String { path + "/ledger" }
    /// The root key: mode 0600.
    ///
    /// A hardware module will take its place (docs/custody.md).
    package var rootKey: String { path + "/keys/root.key" }
    package var caCertificate: String { path + "/tls/ca.pem" }
    var caKey: String { path + "/tls/ca.key" }
    var serverCertificate: String { path + "/tls/server.pem" }
    var serverKey: String { path + "/tls/server.key" }
    package var credentials: String { path + "/credentials.json" }
    /// Written before the founding commit, renamed after it: a crash between the two loses no password.
    var credentialsPending: String { path + "/credentials.json.pending" }
    /// What may not change between starts.
    package var region: String { path + "/region.json" }

    func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
    package func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: file) }
    package func read(_ file: String) throws(StartError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw StartError("\(file) cannot be read; restore it from the backup of this region.")
        }
        return Array(data)
    }
    /// Makes the folder and those inside, readable by the owner only.
    func create() throws(StartError) {
        for folder in [path, path + "/keys", path + "/tls"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                throw StartError("\(folder) cannot be made: \(error.localizedDescription). Choose another DATA folder.")
            }
        }
    }
    /// Writes a file whole or not at all, synced, with the given mode.
    func write(_ bytes: [UInt8], to file: String, mode: Int) throws(StartError) {
        let temporary = file + ".new"
        do {
            try? FileManager.default.removeItem(atPath: temporary)
            guard
                FileManager.default.createFile(
                    atPath: temporary,
                    contents: nil,
                    attributes: [.posixPermissions: mode]
                ),
                let handle = FileHandle(forWritingAtPath: temporary)
            else { throw StartError("\(temporary) cannot be made.") }
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
            try handle.close()
            try rename(temporary, to: file)
        } catch { throw StartError("\(file) cannot be written: \(error). Is the disk full?") }
    }
    func rename(_ from: String, to file: String) throws {
        guard unsafe Glibc.rename(from, file) == 0 else { throw StartError("\(from) cannot be renamed to \(file)") }
    }
}
