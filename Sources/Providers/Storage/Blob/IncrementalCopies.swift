// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension StorageProvider {
    /// Incremental Copy Blob (`PUT /{container}/{blob}?comp=incrementalcopy`), first phase.
    func checkIncrementalCopy(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await open(call, scope)
        _ = try await checkOverwrite(blob, .incrementTarget, scope)
        let source = try await copySource(blob, scope)
        try await mayRead(source, blob, ownRights: true, scope)
    }
    /// Incremental Copy Blob, second phase: from the same account the pages are shared at once, from another a saga brings
    /// them and makes the snapshot in the end.
    ///
    /// What it makes is never changed by anything else.
    func incrementalCopy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let source = try await copySource(blob, scope)
        let (found, moment) = try await snapshot(source, scope)
        let original = found.record
        let (site, old) = try await checkOverwrite(blob, .incrementTarget, scope)
        if let old { try checkIncrement(old, source, moment) }
        let isHere = source.place.id == blob.place.id
        let encryption = try await blob.seal(in: site.container, scope).scope
        guard !isHere || encryption == original.encryptionScope else {
            throw ServiceError(.notImplemented("incremental copies into another encryption scope; copy it whole."))
        }
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        let body: Blob.Body
        if isHere { body = try await data.share(original.body) } else { body = try await data.emptyBody(.page) }
        var new = Blob(
            scope,
            replacing: old,
            length: original.length,
            body: body,
            headers: original.headers,
            metadata: original.metadata
        )
        new.kind = .page
        new.encryptionScope = encryption
        new.sequenceNumber = original.sequenceNumber
        new.created = old?.created ?? scope.now
        var copy = Blob.Copy(
            id: scope.entropy.uuid(),
            source: source.address,
            copied: 0,
            total: original.length,
            isIncremental: true
        )
        let states = BlobStates(blob, site.place, scope)
        if isHere {
            let snapshot = try await states.freshMoment(after: old)
            copy.copied = copy.total
            copy.completed = scope.now
            copy.snapshot = snapshot
            new.snapshots = 1
            new.copy = copy
            var past = new
            past.body = try await data.share(original.body)
            try await states.keep(past, Blob.Past(kind: .snapshot, moment: snapshot))
        } else {
            copy.status = .pending
            new.copy = copy
            var order = CopyOrder(copy.id, from: source, found, to: site.place, account: blob.place.id)
            order.isIncremental = true
            try await order.start(data, holding: nil)
        }
        let stored = try await states.replace(old, with: new)
        var reply = copied(blob, stored)
        // Azure's first answer is always this, and clients ask again.
        reply.set("x-ms-copy-status", Blob.Copy.Status.pending.text)
        return reply
    }

    /// The snapshot of pages that is to be copied, and the moment it was taken.
    private func snapshot(
        _ source: CopySource,
        _ scope: WriteScope
    ) async throws(ServiceError) -> (FoundSource, Moment) {
        guard let moment = source.moment, source.target.snapshot != nil else {
            throw ServiceError(.incrementalCopySourceMustBeSnapshot)
        }
        let found = try await find(source, scope.of(source.place.tenant))
        guard case .pages = found.record.body else { throw ServiceError(.invalidSourceBlobType) }
        if found.record.customerKeyHash != nil { throw ServiceError(.blobUsesCustomerSpecifiedEncryption) }
        return (found, moment)
    }
    /// Whether a snapshot may come over what incremental copies made before.
    private func checkIncrement(_ old: Blob, _ source: CopySource, _ moment: Moment) throws(ServiceError) {
        let base = String(source.address.prefix { $0 != "?" })
        guard let last = old.copy, last.isIncremental, last.source.prefix(while: { $0 != "?" }) == base else {
            throw ServiceError(.incrementalCopyBlobMismatch)
        }
        guard last.status != .pending else { throw ServiceError(.pendingCopyOperation) }
        // One that did not come to its end may be tried again.
        guard let before = QuerySnapshot.moment(of: last.source),
            before < moment || (before == moment && last.status != .success)
        else { throw ServiceError(.incrementalCopyOfEarlierVersion) }
    }
}

/// The snapshot an address names.
private enum QuerySnapshot {
    static func moment(of address: String) -> Moment? {
        let halves = address.split(separator: "?", maxSplits: 1)
        guard halves.count == 2, let query = try? QueryItems(halves[1]) else { return nil }
        return query["snapshot"].flatMap { Moment($0) }
    }
}
