// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// The directory in which a directory lies: the way from a place up to its container, which has no row of its own.
///
/// Whatever writes a path finds so what is in force for its container, however it came to the place (docs/decisions/0029).
struct DirectoryHome: Stored {
    let parent: UUID
    static let format: UInt8 = 1
    init(_ parent: UUID) { self.parent = parent }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(parent)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        parent = try reader.uuid()
    }
}

extension StorageKey {
    static func home(_ directory: UUID) -> Key { Key("directory-home", directory) }
}

extension Scope {
    /// Directories above a path, at most: renames may lead deeper than a path can name, but not so deep.
    private static var homesMax: Int { 4096 }

    /// The root of the container a directory lies in; in a flat container that is the directory itself.
    func root(of directory: UUID, in domain: Domain) async throws(ServiceError) -> UUID {
        var directory = directory
        for _ in 0..<Self.homesMax {
            guard let home = try await get(DirectoryHome.self, in: domain, at: StorageKey.home(directory)) else {
                return directory
            }
            directory = home.parent
        }
        throw .unavailable("directory \(directory.lowercaseText) lies too deep")
    }
    /// What is in force for what lies in a directory; nil where nothing is.
    func retention(over directory: UUID, in domain: Domain) async throws(ServiceError) -> ContainerRetention? {
        let root = try await root(of: directory, in: domain)
        return try await get(ContainerRetention.self, in: domain, at: StorageKey.retention(root))
    }
}

extension AccountData {
    /// Notes where a directory lies from now on.
    func settle(_ record: Blob, at place: BlobPlace) async throws(ServiceError) {
        guard let directory = record.directory else { return }
        try await scope.put(DirectoryHome(place.directory), in: domain, at: StorageKey.home(directory))
    }
    /// Forgets where a directory lay that is gone.
    func unsettle(_ record: Blob) async throws(ServiceError) {
        guard let directory = record.directory else { return }
        try await scope.remove(in: domain, at: StorageKey.home(directory))
    }
}
