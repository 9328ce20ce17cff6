// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// The states of one place: what is current, and what the account keeps of what was.
///
/// Every change of what is current goes through here, so that no state that is to be kept is lost and no bytes stay that
/// no state refers to. A state that is kept takes its bytes along; where the current one goes on with the same bytes,
/// both refer to them.
struct BlobStates {
    let data: AccountData
    let history: BlobHistory
    let place: BlobPlace
    private var scope: WriteScope { data.scope }

    init(_ blob: BlobCall, _ place: BlobPlace, _ scope: WriteScope) {
        self.init(AccountData(blob.place.id, scope, caller: blob.call.caller), blob.place.history, place)
    }
    init(_ data: AccountData, _ history: BlobHistory, _ place: BlobPlace) {
        self.data = data
        self.history = history
        self.place = place
    }

    /// Puts `new` in the place of `old` and ends its uncommitted blocks; answers it as it is stored.
    func replace(_ old: Blob?, with new: Blob) async throws(ServiceError) -> Blob {
        if let old { try await retire(old, as: .snapshot) }
        try await data.end(table: place)
        return try await succeed(old, with: new)
    }
    /// Makes `new` current after `old` was dealt with; the snapshots it counts are those made with it.
    func succeed(_ old: Blob?, with new: Blob) async throws(ServiceError) -> Blob {
        var new = new
        new.past = nil
        new.snapshots += old?.snapshots ?? 0
        new.version = history.isVersioned ? try await freshMoment(after: old) : nil
        // A write is a use as well ("Last access time tracking").
        if history.tracksAccess, new.kind == .block { new.lastAccess = scope.now }
        try await data.put(new, at: place, was: old, isKept: old.map(isVersion) ?? false)
        return new
    }
    /// What of `old` a new list of blocks may take over, after what the account keeps was put aside.
    func keepBeforeCommit(_ old: Blob?) async throws(ServiceError) -> Blob? {
        guard let old, keeps(old) else { return old }
        guard case .pieces = old.body else {
            try await retire(old, as: .snapshot)
            return nil
        }
        var kept = old
        kept.body = try await data.share(old.body)
        try await retire(kept, as: .snapshot)
        return old
    }
    /// Stores a changed state whose former one versioning keeps: the bytes are the same.
    func change(_ old: Blob, to new: Blob, as kind: BlobChange) async throws(ServiceError) -> Blob {
        var new = new
        if isVersion(old) {
            var kept = old
            kept.body = try await data.share(old.body)
            try await keepVersion(kept)
            new.version = history.isVersioned ? try await freshMoment(after: old) : nil
        }
        try await data.put(new, at: place, was: old, isKept: isVersion(old), as: kind)
        return new
    }
    /// Takes the current state away; `atOnce` says whether its bytes may be discarded in this change.
    ///
    /// Answers what soft delete keeps it by; nil where it keeps nothing. `kind` says whether something else comes in its
    /// place.
    @discardableResult
    func remove(
        _ old: Blob,
        atOnce: Bool = true,
        as kind: BlobChange = .remove
    ) async throws(ServiceError) -> Moment? {
        let moment = try await retire(old, as: .base, atOnce: atOnce)
        try await data.end(table: place, atOnce: atOnce)
        try await data.remove(old, at: place, isKept: isVersion(old), as: kind)
        return moment
    }
    /// Ends the snapshots of what is current; `deletion` says how long soft delete keeps them.
    func endSnapshots(of current: Blob, _ deletion: Blob.Deletion?) async throws(ServiceError) {
        guard current.snapshots > 0 else { return }
        let end = try await freshMoment(after: nil)
        _ = try await PastSweep(self, .endSnapshots(deletion), from: Moment(ticks: 0), to: end).run()
    }
    /// Takes away a file whose time is over, with its snapshots.
    func expire(_ old: Blob) async throws(ServiceError) {
        try await endSnapshots(of: old, nil)
        try await remove(old, atOnce: false)
    }
    /// Whether a state that is replaced or deleted stays.
    func keeps(_ old: Blob) -> Bool { isVersion(old) || history.blobDays != nil }
    /// Whether policies and holds let the current state go.
    func mayRemove(_ old: Blob) async throws(ServiceError) -> Bool {
        try await data.mayRemove(old, at: place, isKept: isVersion(old))
    }
    /// Whether it stays as a version.
    private func isVersion(_ old: Blob) -> Bool { history.isVersioned || old.version != nil }

    /// Puts what is no longer current where the account keeps it; else its bytes are released.
    @discardableResult
    private func retire(
        _ old: Blob,
        as kind: Blob.Past.Kind,
        atOnce: Bool = true
    ) async throws(ServiceError) -> Moment? {
        if isVersion(old) {
            try await keepVersion(old)
        } else if let deletion = history.deletion(scope.now) {
            let moment = try await freshMoment(after: old)
            try await keep(old, Blob.Past(kind: kind, moment: moment, deleted: deletion))
            return moment
        } else {
            try await data.release(old, atOnce: atOnce)
        }
        return nil
    }
    private func keepVersion(_ old: Blob) async throws(ServiceError) {
        let moment: Moment
        if let version = old.version { moment = version } else { moment = try await unused(Moment(old.modified)) }
        var version = old
        version.version = moment
        try await keep(version, Blob.Past(kind: .version, moment: moment))
    }
    /// Stores a past state: leases and snapshots belong to what is current.
    func keep(_ state: Blob, _ past: Blob.Past) async throws(ServiceError) {
        var kept = state
        kept.past = past
        kept.lease = nil
        kept.snapshots = 0
        try await data.put(kept, at: place)
    }

    /// A moment for a new state: later than the current one's and all past ones, even where a clock went back.
    func freshMoment(after current: Blob?) async throws(ServiceError) -> Moment {
        let past = try await scope.list(
            Blob.self,
            in: data.domain,
            under: StorageKey.past(place),
            limit: 1,
            reverse: true
        )
        let known = [current?.version, past.first?.value.past?.moment].compactMap(\.self).max()
        return max(Moment(scope.now), known?.next ?? Moment(ticks: 0))
    }
    /// The first moment from this one on that names no past state.
    private func unused(_ first: Moment) async throws(ServiceError) -> Moment {
        var moment = first
        for _ in 0..<Self.momentsTriedMax {
            let key = StorageKey.past(place, moment)
            guard try await scope.get(Blob.self, in: data.domain, at: key) != nil else { return moment }
            moment = moment.next
        }
        throw .unavailable("no free moment for a state at \(first.text)")
    }
    private static let momentsTriedMax = 100
}

extension AccountData {
    /// Stores a past state, and when soft delete ends it.
    func put(_ state: Blob, at place: BlobPlace) async throws(ServiceError) {
        guard let past = state.past else { preconditionFailure("a past state is told from the current one") }
        try await scope.put(state, in: domain, at: StorageKey.past(place, past.moment))
        if let deletion = past.deleted {
            let kept = KeptState(
                tenant: scope.tenant,
                account: id,
                directory: place.directory,
                name: place.name.text,
                ticks: past.moment.ticks
            )
            try await scope.put(kept, in: .region, at: StorageKey.kept(deletion.until, kept))
        } else if past.kind == .snapshot {
            // A version, and what soft delete keeps, is told with the change that made it.
            try await tell(.snapshotCreated, ofPast: state, at: place)
        }
    }
    /// Takes a past state away for good.
    func end(_ state: Blob, at place: BlobPlace, atOnce: Bool = true) async throws(ServiceError) {
        guard let past = state.past else { preconditionFailure("a past state is told from the current one") }
        try await release(state, atOnce: atOnce)
        try await forget(state, at: place)
        try await scope.remove(in: domain, at: StorageKey.past(place, past.moment))
    }
    /// Takes a past state off the list of those soft delete ends.
    func forget(_ state: Blob, at place: BlobPlace) async throws(ServiceError) {
        guard let past = state.past, let deletion = past.deleted else { return }
        let kept = KeptState(
            tenant: scope.tenant,
            account: id,
            directory: place.directory,
            name: place.name.text,
            ticks: past.moment.ticks
        )
        try await scope.remove(in: .region, at: StorageKey.kept(deletion.until, kept))
    }
    /// Deletes a past state: for good, or to be kept by soft delete.
    func delete(
        _ state: Blob,
        at place: BlobPlace,
        _ deletion: Blob.Deletion?,
        atOnce: Bool = true
    ) async throws(ServiceError) {
        try await protect(state, at: place, .remove)
        try await tell(.deleted, ofPast: state, at: place)
        guard let deletion else { return try await end(state, at: place, atOnce: atOnce) }
        var kept = state
        kept.past?.deleted = deletion
        try await put(kept, at: place)
    }
}
