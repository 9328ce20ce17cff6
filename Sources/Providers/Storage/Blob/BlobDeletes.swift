// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// What `x-ms-delete-snapshots` asks for.
private enum SnapshotChoice: String {
    case include
    case only
}

extension StorageProvider {
    /// Delete Blob (`DELETE /{container}/{blob}`): what is current, or one snapshot.
    func deleteBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let choice = try snapshotChoice(blob)
        guard try blob.pastMoment == nil else { return try await deletePast(blob, choice, scope) }
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        try blob.refusePendingCopy(record)
        if let directory = record.directory,
            try await !scope.isEmpty(directory, under: site.container.retention, in: blob.domain)
        {
            throw ServiceError(.directoryIsNotEmpty)
        }
        if record.snapshots > 0, choice == nil { throw ServiceError(.snapshotsPresent) }
        let states = BlobStates(blob, site.place, scope)
        let deletion = blob.place.pastDeletion(scope.now)
        try await states.endSnapshots(of: record, deletion)
        guard choice != .only else {
            var left = record
            left.snapshots = 0
            try await states.data.put(left, at: site.place, was: record)
            return blob.reply(202, ["x-ms-delete-type-permanent": String(deletion == nil)])
        }
        try await states.remove(record)
        return blob.reply(202, ["x-ms-delete-type-permanent": String(!states.keeps(record))])
    }

    /// Delete Blob with `versionid`, and with `deletetype=permanent`: each asks for a right of its own.
    func deletePastBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        // The right asked for is that of the parameter: without a value it would open what another right is for.
        for name in ["versionid", "deletetype"] where blob.head.query[name]?.isEmpty == true {
            throw ServiceError(.invalidQueryParameterValue(name, ""))
        }
        return try await deletePast(blob, try snapshotChoice(blob), scope)
    }
    private func deletePast(
        _ blob: BlobCall,
        _ choice: SnapshotChoice?,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let isPermanent = try permanence(blob)
        guard let moment = try blob.pastMoment else {
            throw ServiceError(
                .invalidQueryParameterValue("deletetype", "permanent", "It needs a snapshot or versionid.")
            )
        }
        if choice != nil {
            let (name, value) =
                blob.target.isSnapshot
                ? ("snapshot", blob.target.snapshot) : ("versionid", blob.target.version)
            let reason = "x-ms-delete-snapshots is of the blob itself: leave \(name) out."
            throw ServiceError(.invalidQueryParameterValue(name, value ?? "", reason))
        }
        let site = try await blob.site(scope)
        let key = StorageKey.past(site.place, moment)
        let current = try await scope.get(Blob.self, in: blob.domain, at: StorageKey.blob(site.place))
        guard let state = try await scope.get(Blob.self, in: blob.domain, at: key), let past = state.past,
            past.deleted != nil || past.kind == (blob.target.isSnapshot ? .snapshot : .version)
        else {
            let isCurrent = current?.version == moment && !blob.target.isSnapshot
            throw ServiceError(isCurrent ? .operationNotAllowedOnRootBlob : .blobNotFound)
        }
        try blob.admitConditions(state, for: .write)
        let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
        if isPermanent {
            guard blob.place.history.allowsPermanentDelete else { throw ServiceError(.permanentDeleteNotAllowed) }
            guard past.deleted != nil else { throw ServiceError(.notSoftDeleted) }
            try await data.protect(state, at: site.place, .remove)
            try await data.end(state, at: site.place)
            return blob.reply(202, ["x-ms-delete-type-permanent": "true"])
        }
        guard past.deleted == nil else { throw ServiceError(.blobNotFound) }
        let deletion = blob.place.pastDeletion(scope.now)
        try await data.delete(state, at: site.place, deletion)
        if past.kind == .snapshot, let current {
            var left = current
            left.snapshots -= 1
            try await data.put(left, at: site.place, was: current)
        }
        return blob.reply(202, ["x-ms-delete-type-permanent": String(deletion == nil)])
    }
    private func permanence(_ blob: BlobCall) throws(ServiceError) -> Bool {
        guard let text = blob.head.query["deletetype"], !text.isEmpty else { return false }
        guard text.lowercased() == "permanent" else {
            throw ServiceError(.invalidQueryParameterValue("deletetype", text))
        }
        return true
    }
    private func snapshotChoice(_ blob: BlobCall) throws(ServiceError) -> SnapshotChoice? {
        guard let text = blob.call.request.header("x-ms-delete-snapshots"), !text.isEmpty else { return nil }
        guard let choice = SnapshotChoice(rawValue: text.lowercased()) else {
            throw ServiceError(.invalidHeaderValue("x-ms-delete-snapshots", text))
        }
        return choice
    }
}

extension StorageFault {
    /// 409: a blob with snapshots goes only together with them.
    static let snapshotsPresent = StorageFault(
        409,
        "SnapshotsPresent",
        "This operation is not permitted because the blob has snapshots. Delete them, or send x-ms-delete-snapshots to "
            + "Delete Blob."
    )
    /// 403: the current version is deleted as the blob it is.
    static let operationNotAllowedOnRootBlob = StorageFault(
        403,
        "OperationNotAllowedOnRootBlob",
        "This operation is not allowed on the current version. Leave versionid out."
    )
    /// 409: the account does not say that it may be.
    static let permanentDeleteNotAllowed = StorageFault(
        409,
        "PermanentDeleteNotEnabled",
        "The account's deleteRetentionPolicy does not allow permanent deletes (allowPermanentDelete)."
    )
    /// 409: only what soft delete keeps can be deleted for good.
    static let notSoftDeleted = StorageFault(
        409,
        "BlobNotSoftDeleted",
        "Only a snapshot or version that was deleted can be deleted permanently. Delete it first."
    )
}
