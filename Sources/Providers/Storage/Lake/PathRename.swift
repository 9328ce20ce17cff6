// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

/// What `x-ms-rename-source` names.
private struct RenameSource {
    static let header = "x-ms-rename-source"
    let target: BlobTarget
    let query: QueryItems

    /// Reads `/{filesystem}/{path}`, with a signature behind it where the source needs one of its own.
    init(_ blob: BlobCall) throws(StorageFault) {
        guard let text = blob.head.headers[StorageHeader.name(Self.header)] else {
            throw .missingRequiredHeader(Self.header)
        }
        let head = try RequestHead(method: .put, target: text, headers: [:])
        target = try BlobTarget(path: try StoragePath(head, host: blob.target.account, of: .dfs), query: head.query)
        query = head.query
        guard target.blob != nil else { throw .invalidHeaderValue(Self.header, text) }
    }
}

extension StorageProvider {
    /// Path - Create with `x-ms-rename-source`, first phase: whether the caller may take what is there away.
    func checkRename(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await openPath(call, scope)
        let sent = call.request.body.length ?? 0
        guard sent == 0 else { throw ServiceError(.invalidHeaderValue("Content-Length", String(sent))) }
        // Either way of renaming is the same here (REST "Path - Create", `mode`).
        if let mode = blob.head.query["mode"], !["", "legacy", "posix"].contains(mode.lowercased()) {
            throw ServiceError(.invalidQueryParameterValue("mode", String(mode.prefix(64))))
        }
        try await mayTake(try checked { () throws(StorageFault) in try RenameSource(blob) }, blob, scope)
    }
    /// Path - Create with `x-ms-rename-source`: one record goes to another place in one commit, and takes everything below
    /// it along (docs/decisions/0017).
    func renamePath(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let source = try checked { () throws(StorageFault) in try RenameSource(blob) }
        let (from, moved) = try await find(source, blob, scope)
        try admit(moved, blob)
        // What lies under a key stays under it: one that is sent must be that.
        if try blob.customerKey != nil { try blob.admitKey(moved) }
        let (to, old) = try await destination(of: moved, blob, scope)
        if let directory = moved.directory, to.way?.ids.contains(directory) == true || from == to.place {
            throw ServiceError(.invalidRenameSource)
        }
        guard from != to.place else { return blob.changed(201, moved) }
        // They are found by the place of their file, which they would be left at.
        if moved.snapshots > 0 || old?.snapshots ?? 0 > 0 { throw ServiceError(.snapshotsPresent) }
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        if let old { try await BlobStates(blob, to.place, scope).remove(old, as: .overwrite) }
        var renamed = moved
        if let metadata = try blob.properties() { renamed.metadata = metadata.withoutDirectoryMark }
        if let context = try blob.encryptionContext {
            guard moved.directory == nil else {
                throw ServiceError(.invalidInput("x-ms-encryption-context is for files."))
            }
            renamed.encryptionContext = context
        }
        try await changeAccess(of: &renamed, blob, scope)
        try await data.move(moved, to: renamed, from: from, to: to.place)
        return blob.changed(201, renamed)
    }
    /// What is to be renamed, or 404.
    private func find(
        _ source: RenameSource,
        _ blob: BlobCall,
        _ scope: WriteScope
    ) async throws(ServiceError) -> (BlobPlace, Blob) {
        guard let container = source.target.container, let name = source.target.blob else {
            throw ServiceError(.sourcePathNotFound)
        }
        let home = try await scope.get(Container.self, in: blob.domain, at: StorageKey.container(container))
        guard let home, let place = try await scope.place(of: name, in: home, of: blob.place),
            let record = try await scope.get(Blob.self, in: blob.domain, at: StorageKey.blob(place)),
            !record.hasExpired(at: scope.now, under: home.retention)
        else { throw ServiceError(.sourcePathNotFound) }
        try blob.refusePendingCopy(record)
        return (place, record)
    }
    /// Looks at the lease and the conditions of the source.
    private func admit(_ source: Blob, _ blob: BlobCall) throws(ServiceError) {
        let name = "x-ms-source-lease-id"
        try checked { () throws(StorageFault) in
            var sent: UUID?
            if let text = blob.head.text(name) {
                guard let id = UUID(guid: text) else { throw .invalidHeaderValue(name, text) }
                sent = id
            }
            try LeaseUse.change.check(source.lease, sent: sent, on: .blob, at: blob.now)
            try Conditions(blob.headers, of: .source).check(source.current, for: .copySource)
        }
    }
    /// Where it goes, and what is there now: a file for a file, or an empty directory for a directory.
    private func destination(
        of moved: Blob,
        _ blob: BlobCall,
        _ scope: WriteScope
    ) async throws(ServiceError) -> (BlobSite, Blob?) {
        let site: BlobSite
        do throws(ServiceError) { site = try await blob.site(scope) } catch {
            throw error.code == "BlobNotFound" ? ServiceError(.renameParentNotFound) : error
        }
        let old = try await blob.blob(site, scope)
        try blob.admit(old, for: .create)
        guard let old else { return (site, nil) }
        if let holder = blob.call.caller.signature, !holder.mayOverwrite(blob) {
            throw ServiceError(.unauthorizedBlobOverwrite)
        }
        try blob.refusePendingCopy(old)
        guard (old.directory != nil) == (moved.directory != nil) else {
            throw ServiceError(.invalidSourceOrDestinationType)
        }
        if let directory = old.directory, directory != moved.directory,
            try await !scope.isEmpty(directory, under: site.container.retention, in: blob.domain)
        {
            throw ServiceError(.destinationNotEmpty)
        }
        return (site, old)
    }
    /// Whoever renames takes something away at its source: that needs the right to delete there, by a signature the source
    /// brings along or by what opens the destination.
    private func mayTake(_ source: RenameSource, _ blob: BlobCall, _ scope: ReadScope) async throws(ServiceError) {
        guard let container = source.target.container else { throw ServiceError(.sourcePathNotFound) }
        let caller = blob.call.caller
        let resource = blob.place.resourceID.appending("blobServices/default/containers/\(container)")
        var isAllowed = true
        if let signature = try checked({ () throws(StorageFault) in try SharedAccessSignature(source.query) }) {
            let circumstances = SharedAccessSignature.Circumstances(
                target: .blob(source.target),
                clientAddress: blob.call.request.remoteAddress,
                isSecure: true,
                now: scope.now
            )
            let account = try await account(blob.place, scope)
            let holder = try await verify(signature, circumstances, of: account, at: blob.place, scope)
            isAllowed = holder.mayDelete(source.target, signedFor: source.target)
            if isAllowed {
                isAllowed = try await delegatorMay(.data(BlobAction.delete), holder, at: resource, scope)
            }
        } else if let holder = caller.signature {
            isAllowed = holder.mayDelete(source.target, signedFor: blob.target)
            let isListed = blob.askers.contains { $0.user == holder.delegator?.id.text }
            if isAllowed, !isListed {
                isAllowed = try await delegatorHasRole(.data(BlobAction.delete), holder, at: resource, scope)
            }
        } else if caller.principal != nil, blob.askers.isEmpty {
            isAllowed = try await access.allowsData(BlobAction.delete, at: resource, caller: caller, scope: scope)
        }
        guard isAllowed else {
            throw .permissionMismatch(detail: "\(caller.name) lacks \(BlobAction.delete) over \(resource)")
        }
    }
}

extension SignatureGrant {
    /// Whether the signature, which opened `target`, also takes a path of the same account away.
    fileprivate func mayDelete(_ source: BlobTarget, signedFor target: BlobTarget) -> Bool {
        guard (try? grant.permits(.deleteBlob)) != nil else { return false }
        switch grant.scope {
        case .account: return true
        case .container: return source.container == target.container
        case .blob: return source.container == target.container && source.blob == target.blob
        case .queue, .table: return false
        }
    }
}
