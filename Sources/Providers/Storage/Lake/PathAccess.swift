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
    func access(ofNew isDirectory: Bool, in parent: AccessControl, mode: PathModes?) -> AccessControl {
        parent.child(
            owner: call.caller.principal?.id.text ?? AccessControl.superuser,
            isDirectory: isDirectory,
            permissions: mode?.permissions,
            umask: mode?.umask ?? .umask
        )
    }
}

/// What a request says of the access to the path it makes (REST "Path - Create").
struct PathModes {
    let permissions: AccessMode?
    let umask: AccessMode?
    let owner: String?
    let group: String?
    let list: AccessList?

    init(_ head: RequestHead) throws(StorageFault) {
        permissions = try head.text("x-ms-permissions").map { text throws(StorageFault) in
            try AccessMode(permissions: text)
        }
        umask = try head.text("x-ms-umask").map { text throws(StorageFault) in try AccessMode(umask: text) }
        owner = head.text("x-ms-owner")
        group = head.text("x-ms-group")
        list = try head.text("x-ms-acl").map { text throws(StorageFault) in try AccessList(text) }
        if list != nil, permissions != nil || umask != nil {
            throw .invalidInput("x-ms-acl goes with neither x-ms-permissions nor x-ms-umask.")
        }
    }
    /// Whether the request says nothing.
    var isEmpty: Bool { permissions == nil && umask == nil && owner == nil && group == nil && list == nil }
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
        var modes: PathModes?
        if blob.call.operation.hasPrefix("path.") {
            modes = try checked { () throws(StorageFault) in try PathModes(blob.head) }
        }
        let isSaid = modes.map { !$0.isEmpty } ?? false
        guard new.access == nil || isSaid else { return }
        let parent = try await blob.access(atEndOf: way, scope)
        var access = blob.access(ofNew: isDirectory, in: parent, mode: modes)
        if let modes {
            access.owner = modes.owner ?? access.owner
            access.group = modes.group ?? access.group
            if let list = modes.list {
                try checked { () throws(StorageFault) in try access.replace(list, onDirectory: isDirectory) }
            }
        }
        new.access = access
    }
}
