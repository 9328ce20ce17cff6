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
                let why = error.localizedDescription
                throw StartError(
                    "\(folder) cannot be made: \(why)\(why.hasSuffix(".") ? "" : ".") Choose another DATA folder."
                )
            }
        }
    }
    /// Writes a file whole or not at all, with the given mode; it and its name are on the disk when this returns.
    func write(_ bytes: [UInt8], to file: String, mode: Int) throws(StartError) {
        let temporary = file + ".new"
        func failed() -> StartError {
            StartError("\(file) cannot be written: \(unsafe String(cString: strerror(errno))). Is the disk full?")
        }
        _ = unsafe unlink(temporary)
        // Never open to others, not even for the moment between making it and setting its mode.
        let descriptor = unsafe open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed() }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failed() }
            rest = rest.dropFirst(count)
        }
        guard fchmod(descriptor, mode_t(mode)) == 0, fsync(descriptor) == 0 else { throw failed() }
        try rename(temporary, to: file)
    }
    /// Gives a file another name, which is on the disk when this returns: a crash of the machine may not take it back.
    func rename(_ from: String, to file: String) throws(StartError) {
        guard unsafe Glibc.rename(from, file) == 0 else { throw StartError("\(from) cannot be renamed to \(file)") }
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        try Self.sync(folder: folder.isEmpty ? "/" : folder)
    }
    private static func sync(folder: String) throws(StartError) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw StartError("\(folder) cannot be synced: \(unsafe String(cString: strerror(errno))).")
        }
    }
}
