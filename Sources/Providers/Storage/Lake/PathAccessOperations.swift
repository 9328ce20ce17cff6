// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Store

/// A path as operations on its access see it: the root directory is one too.
private struct AccessedPath {
    let container: Container
    /// Nil for the root directory.
    let place: BlobPlace?
    let record: Blob
    var access: AccessControl { record.access ?? .root }
    var isDirectory: Bool { record.directory != nil }
}

extension StorageProvider {
    private func accessed(_ blob: BlobCall, _ scope: some Scope) async throws(ServiceError) -> AccessedPath {
        guard blob.target.blob != nil else {
            let container = try await blob.container(scope)
            let root = try await scope.rootDirectory(of: container, in: blob.domain)
            return AccessedPath(container: container, place: nil, record: root)
        }
        let (site, record) = try await blob.existingBlob(scope)
        return AccessedPath(container: site.container, place: site.place, record: record)
    }
    private func put(
        _ access: AccessControl,
        _ path: AccessedPath,
        _ blob: BlobCall,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Blob {
        var new = path.record
        new.access = access
        new.touch(scope)
        if let place = path.place {
            let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
            try await data.put(new, at: place, was: path.record, as: .aside)
        } else {
            try await scope.put(new, in: blob.domain, at: StorageKey.rootDirectory(path.container.root))
        }
        return new
    }

    /// Path - Get Properties with `action=getAccessControl`.
    func getPathAccess(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        // Names stand for ids only where they can be told (REST "Path - Get Properties", `upn`); ids can be always.
        _ = try blob.flag("upn")
        let path = try await accessed(blob, scope)
        try blob.admit(path.record, for: .read)
        var reply = blob.changed(200, path.record, encrypted: false)
        for (name, value) in [
            ("owner", path.access.owner), ("group", path.access.group), ("permissions", path.access.permissions),
            ("acl", path.access.text),
        ] { reply.set("x-ms-" + name, value) }
        return reply
    }

    /// Path - Get Properties with `action=checkAccess`: whether roles and lists together let the caller do something.
    func checkPathAccess(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        guard let text = blob.head.query["fsaction"], !text.isEmpty else {
            throw ServiceError(.missingRequiredQueryParameter("fsAction"))
        }
        guard let wanted = AccessRights(text) else { throw ServiceError(.invalidQueryParameterValue("fsAction", text)) }
        let path = try await accessed(blob, scope)
        try blob.admit(path.record, for: .read)
        if let principal = blob.changer, !(try await rights(principal, blob, scope)).isSuperset(of: wanted) {
            throw .permissionMismatch(detail: "\(principal.text) lacks \(text)")
        }
        return blob.changed(200, path.record, encrypted: false)
    }
    private func rights(
        _ principal: PrincipalID,
        _ blob: BlobCall,
        _ scope: some Scope
    ) async throws(ServiceError) -> AccessRights {
        var rights: AccessRights = []
        let byRole: [(String, AccessRights)] = [(BlobAction.read, [.read, .execute]), (BlobAction.write, .write)]
        for (action, given) in byRole {
            if try await isAllowed(action, principal, at: blob.resource, scope) { rights.formUnion(given) }
        }
        let asker = try await asker(principal, scope)
        let subject = try checked { () throws(StorageFault) in try ListAppeal.Subject(blob.target) }
        let standing = try await standing(principal, asker, subject, at: blob.place, scope)
        if let standing, standing.passes { rights.formUnion(standing.path ?? []) }
        return rights
    }

    /// Path - Update with `action=setAccessControl`.
    func setPathAccess(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let change = try checked { () throws(StorageFault) in try PathAccessChange(blob.head) }
        guard !change.isEmpty else {
            throw ServiceError(.missingRequiredHeader("x-ms-owner, x-ms-group, x-ms-permissions or x-ms-acl"))
        }
        let path = try await accessed(blob, scope)
        try blob.admit(path.record, for: .write)
        try await admit(change, of: path.access, blob, scope)
        var access = path.access
        try checked { () throws(StorageFault) in try change.apply(to: &access, onDirectory: path.isDirectory) }
        return blob.changed(200, try await put(access, path, blob, scope), encrypted: false)
    }
    /// Whoever owns a path changes its group, to one she is in, its permissions and its list; only a super user makes
    /// someone else its owner.
    func admit(
        _ change: PathAccessChange,
        of access: AccessControl,
        isNew: Bool = false,
        _ blob: BlobCall,
        _ scope: some Scope
    ) async throws(ServiceError) {
        let isGiven = change.owner != nil || change.group != nil
        if let holder = blob.call.caller.signature {
            // REST "Create a service SAS": `o` for the owner and the group, `p` for permissions and lists.
            let letters = holder.grant.permissions
            let isSet = change.permissions != nil || change.list != nil
            let isWide = if case .account = holder.grant.scope { true } else { false }
            guard isWide || ((letters.contains("o") || !isGiven) && (letters.contains("p") || !isSet || isNew)) else {
                throw .permissionMismatch()
            }
        }
        guard let principal = blob.changer else { return }
        let owns = try await isAllowed(BlobAction.manageOwnership, principal, at: blob.resource, scope)
        if owns { return }
        let asker = try await asker(principal, scope)
        let isAdmin = try await isAllowed(BlobAction.modifyPermissions, principal, at: blob.resource, scope)
        guard change.owner == nil || change.owner == access.owner else {
            throw .permissionMismatch(detail: "only a super user gives a path to another owner")
        }
        guard change.group == nil || change.group == access.group || asker.groups.contains(change.group ?? "") else {
            throw .permissionMismatch(detail: "\(asker.user) is not in the group")
        }
        guard isAdmin || asker.user == access.owner else {
            throw .permissionMismatch(detail: "\(asker.user) does not own the path")
        }
    }

    /// Path - Update with `action=setAccessControlRecursive`: one pass; the client comes again with the continuation.
    func setPathAccessBelow(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let change = try checked { () throws(StorageFault) in try RecursiveAccessChange(blob.head) }
        let path = try await accessed(blob, scope)
        try blob.admit(path.record, for: .write)
        var pass = AccessPass(change)
        if let principal = blob.changer,
            !(try await isAllowed(BlobAction.modifyPermissions, principal, at: blob.resource, scope))
        {
            pass.owner = principal.text
        }
        let name = try checked { () throws(StorageFault) in try PathName(blob.target.blob) }
        if change.marker == nil, let access = pass.change(path.record, name.isRoot ? "/" : name.text) {
            _ = try await put(access, path, blob, scope)
        }
        guard let directory = path.record.directory, path.record.lets([.read, .execute], blob.listers) else {
            return pass.reply(blob, next: nil)
        }
        let prefix = name.isRoot ? "" : name.text + "/"
        var walk = PathWalk(
            directory,
            prefix: prefix,
            isRecursive: true,
            size: change.recordsMax,
            under: path.container.retention,
            in: blob.domain
        )
        walk.askers = blob.listers
        if let start = change.marker?.fields.first { try await walk.resume(at: start, from: directory, scope) }
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        while !pass.isStopped, let (path, record) = try await walk.peek(scope) {
            guard pass.count < change.recordsMax, !walk.isFull else {
                return pass.reply(blob, next: path)
            }
            if let access = pass.change(record, path), let place = try walk.place(of: path) {
                var new = record
                new.access = access
                new.touch(scope)
                try await data.put(new, at: place, was: record, as: .aside)
            }
            walk.pop(path, record)
        }
        return pass.reply(blob, next: nil)
    }
}

extension BlobCall {
    /// Whose rights count for a change of access; nil for keys and signatures of account keys, which are super users.
    var changer: PrincipalID? {
        let holder = call.caller.signature
        return call.caller.principal?.id ?? holder?.bearer ?? holder?.delegator?.id
    }
    /// What role assignments are looked up against.
    var resource: ResourceID {
        place.resourceID.appending("blobServices/default/containers/\(target.container?.text ?? "")")
    }
}
