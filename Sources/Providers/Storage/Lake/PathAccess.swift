// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// Whose a new path is, and who may do what with it (docs/decisions/0017).
extension AccessControl {
    /// What the root directory of a new container has.
    static let root = AccessControl(owner: superuser, group: superuser, .root)
}

extension BlobCall {
    /// What a new path has: its maker owns it, all else follows from the directory it lies in.
    func access(
        ofNew isDirectory: Bool,
        in parent: AccessControl,
        permissions: AccessMode? = nil,
        umask: AccessMode? = nil
    ) -> AccessControl {
        parent.child(owner: maker, isDirectory: isDirectory, permissions: permissions, umask: umask ?? .umask)
    }
}

extension StorageProvider {
    /// Gives a new blob of a hierarchical namespace its owner, group and list, unless it took over those of an older one.
    func dressAccess(
        _ new: inout Blob,
        _ blob: BlobCall,
        _ site: BlobSite,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        guard blob.place.isHierarchical, let way = site.way else { return }
        let isDirectory = new.directory != nil
        var change: PathAccessChange?
        var umask: AccessMode?
        if blob.call.operation.hasPrefix("path.") {
            try checked { () throws(StorageFault) in
                change = try PathAccessChange(blob.head)
                umask = try blob.head.text("x-ms-umask").map { text throws(StorageFault) in try AccessMode(umask: text)
                }
                if change?.list != nil, umask != nil {
                    throw .invalidInput("x-ms-umask and x-ms-acl exclude each other: a list has the permissions in it.")
                }
            }
        }
        let parent = try await blob.access(atEndOf: way, scope)
        var access = blob.access(ofNew: isDirectory, in: parent, permissions: change?.permissions, umask: umask)
        if let known = new.access {
            // Whoever replaces a path is not for that its owner.
            guard let change, !change.isEmpty else { return }
            try await admit(change, of: known, blob, scope)
            (access.owner, access.group) = (known.owner, known.group)
        } else if let change, !change.isEmpty {
            try await admit(change, of: access, isNew: true, blob, scope)
        }
        if let change {
            access.owner = change.owner ?? access.owner
            access.group = change.group ?? access.group
            if let list = change.list {
                try checked { () throws(StorageFault) in try access.replace(list, onDirectory: isDirectory) }
            }
        }
        new.access = access
    }
}
