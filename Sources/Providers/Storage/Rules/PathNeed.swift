// SPDX-License-Identifier: Apache-2.0

/// What access lists must allow for an operation ("Access control model in Azure Data Lake Storage", permissions table).
///
/// Each also needs `execute` on every directory above.
package enum PathNeed: Hashable, Sendable {
    /// Rights on the path itself.
    case path(AccessRights)
    /// To write a file, or to make it where there is none.
    case put
    /// To make a path anew: `write` and `execute` on its directory, and `write` on what it replaces.
    case make
    /// To take a path away: `write` and `execute` on its directory, as far as its sticky bit lets; for what a directory
    /// holds see `BlobCall.admitSubtree`.
    case remove
    /// To take a path away at the source and make it at the target.
    case rename
    /// To list a directory: the one the query names.
    case list
    /// Nothing but the way: what the answer tells is no secret of the path.
    case reach
    /// To own the path.
    case own

    /// What an operation needs; nil for operations that no list opens.
    static func of(_ operation: String) -> PathNeed? { table[StorageNeeds.plain(operation)] }
    private static let append: PathNeed = .path([.read, .write])
    private static let table: [String: PathNeed] = [
        "blobs.list": .list, "blob.get": .path(.read), "blob.query": .path(.read), "blob.getProperties": .path(.read),
        "blob.getMetadata": .path(.read), "blob.getBlockList": .put, "blob.setProperties": .path(.write),
        "blob.setMetadata": .path(.write), "blob.setTier": .path(.write), "blob.setExpiry": .path(.write),
        "blob.lease": .path(.write),
        "blob.put": .put, "blob.putBlock": .put, "blob.putBlockFromURL": .put, "blob.putBlockList": .put,
        "blob.copy": .put, "blob.abortCopy": .path(.write), "blob.appendBlock": append,
        "blob.appendBlockFromURL": append, "blob.seal": append, "blob.delete": .remove,
        "paths.list": .list, "path.createFile": .make, "path.createDirectory": .make, "path.rename": .rename,
        "path.delete": .remove, "path.append": append, "path.flush": append, "path.read": .path(.read),
        "path.getProperties": .path(.read), "path.getStatus": .reach, "path.getAccessControl": .reach,
        "path.checkAccess": .reach, "path.setProperties": .path(.write), "path.setAccessControl": .own,
        "path.setAccessControlRecursive": .reach, "path.lease": .path(.write),
    ]
    /// The operations lists may open.
    package static var operations: Set<String> { Set(table.keys) }
}
