// SPDX-License-Identifier: Apache-2.0
import Markup

/// What a listing of blobs says besides in a hierarchical namespace (REST "List Blobs", version 2020-06-12).
package struct PathEntry: Equatable, Sendable {
    /// Whether it is a directory.
    package let isDirectory: Bool
    /// Owner, group, mode and list, where the listing includes permissions.
    package var owner, group, permissions, list: String?

    func write(to writer: inout XMLWriter) {
        writer.leaf("ResourceType", isDirectory ? "directory" : "file")
        writer.optional("Owner", owner)
        writer.optional("Group", group)
        writer.optional("Permissions", permissions)
        writer.optional("Acl", list)
    }
}

extension PathEntry {
    /// Nil for blobs of flat containers.
    init?(_ blob: Blob, showsAccess: Bool) {
        guard blob.directory != nil || blob.access != nil else { return nil }
        isDirectory = blob.directory != nil
        guard showsAccess, let access = blob.access else { return }
        (owner, group, permissions, list) = (access.owner, access.group, access.permissions, access.text)
    }
}
