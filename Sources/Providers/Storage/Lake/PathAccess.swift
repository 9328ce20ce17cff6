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
    /// What access headers say of a path that is renamed: without any it keeps what it has.
    func changeAccess(of renamed: inout Blob, _ blob: BlobCall, _ scope: WriteScope) async throws(ServiceError) {
        let (change, umask) = try checked { () throws(StorageFault) in
            (try PathAccessChange(blob.head), try AccessMode.umask(blob.head))
        }
        guard !change.isEmpty else { return }
        var access = renamed.access ?? .root
        try await admit(change, of: access, blob, scope)
        let isDirectory = renamed.directory != nil
        try checked { () throws(StorageFault) in
            try change.apply(to: &access, onDirectory: isDirectory)
            if let umask, let permissions = change.permissions { access.set(permissions.without(umask: umask)) }
        }
        renamed.access = access
    }
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
                umask = try AccessMode.umask(blob.head)
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
