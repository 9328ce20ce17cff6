// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// What is in force for the blobs of a container, beside the container: writes look it up by the directory they go to and
/// those above it, whatever way they came, and conflict with a policy or hold that is set at the same time.
struct ContainerRetention: Stored {
    let retention: Retention
    /// Whether versions may have policies of their own.
    let hasVersionImmutability: Bool
    static let format: UInt8 = 1

    init(_ container: Container) {
        retention = container.retention
        hasVersionImmutability = container.hasVersionImmutability
    }
    /// Whether its account cannot be deleted.
    var keepsAccount: Bool { retention.isLocked || retention.hasHold || hasVersionImmutability }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        // No policy keeps for no days.
        writer.number(UInt64(retention.days ?? 0))
        writer.flag(retention.isLocked)
        writer.number(UInt64(retention.appends.rawValue))
        writer.flag(retention.hasHold)
        writer.flag(hasVersionImmutability)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        let (days, isLocked) = (Int(truncatingIfNeeded: try reader.number()), try reader.flag())
        guard let appends = UInt8(exactly: try reader.number()).flatMap(Retention.Appends.init(rawValue:)) else {
            throw StoredFormatError("a policy of unknown appends")
        }
        retention = Retention(
            days: days == 0 ? nil : days,
            isLocked: isLocked,
            appends: appends,
            hasHold: try reader.flag()
        )
        hasVersionImmutability = try reader.flag()
    }
}

/// Written whenever a container begins to keep its account, so that the removal of the account conflicts with it.
struct RetentionMark: Stored {
    static let format: UInt8 = 1
    init() {}
    func storedBody() -> [UInt8] { [] }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) {}
}

extension StorageKey {
    static let retentionMark = Key("retention-mark")
    static let retentions = Key("retention")
    static func retention(_ directory: UUID) -> Key { retentions.appending(directory) }
}

extension Container {
    /// What is in force for its blobs.
    var retention: Retention {
        Retention(
            days: immutability?.days,
            isLocked: immutability?.isLocked ?? false,
            appends: immutability.flatMap { Retention.Appends(rawValue: $0.appends.rawValue) } ?? .none,
            hasHold: !legalHolds.isEmpty
        )
    }
}

extension AccountData {
    /// Stores a container whose policy or holds changed: the only way they change.
    func put(_ container: Container, named name: ContainerName) async throws(ServiceError) {
        let key = StorageKey.retention(container.root)
        if container.retention.isEmpty, !container.hasVersionImmutability {
            try await scope.remove(in: domain, at: key)
        } else {
            let retention = ContainerRetention(container)
            try await scope.put(retention, in: domain, at: key)
            if retention.keepsAccount { try await scope.put(RetentionMark(), in: domain, at: StorageKey.retentionMark) }
        }
        try await scope.put(container, in: domain, at: StorageKey.container(name))
    }
    /// Refuses a change of a state that a policy or hold does not allow.
    ///
    /// `isKept` says that this very state stays as a version. Every way to change, replace or remove a state of a blob
    /// leads through here.
    func protect(
        _ state: Blob,
        at place: BlobPlace,
        _ change: BlobChange,
        isKept: Bool = false
    ) async throws(ServiceError) {
        guard change != .aside else { return }
        let known = try await scope.retention(over: place.directory, in: domain)
        if let directory = state.directory { return try await protect(directory, change, under: known?.retention) }
        let protection = Protection(
            container: known?.retention,
            isOfVersions: known?.hasVersionImmutability ?? false,
            created: state.created,
            modified: state.modified,
            until: state.immutability?.until,
            hasHold: state.hasLegalHold,
            isAppendBlob: state.kind == .append
        )
        let now = scope.now
        try checked { () throws(StorageFault) in try protection.check(change, isKept: isKept, at: now) }
    }
    /// Refuses to take away a directory that holds something, where its container has a policy or a hold: a file's name and
    /// the directories above it are kept with it ("Container-level WORM policies").
    ///
    /// A directory itself has no content: what is said of it may change.
    private func protect(
        _ directory: UUID,
        _ change: BlobChange,
        under retention: Retention?
    ) async throws(ServiceError) {
        guard change == .remove, let retention, !retention.isEmpty else { return }
        guard try await scope.isEmpty(directory, under: retention, in: domain) else {
            throw ServiceError(.blobImmutableDueToPolicy)
        }
    }
    /// Whether policies and holds let a state go.
    func mayRemove(_ state: Blob, at place: BlobPlace, isKept: Bool = false) async throws(ServiceError) -> Bool {
        do throws(ServiceError) { try await protect(state, at: place, .remove, isKept: isKept) } catch {
            let kept = [StorageFault.blobImmutableDueToPolicy, .blobImmutableDueToHold]
            guard kept.contains(where: { $0.code == error.code }) else { throw error }
            return false
        }
        return true
    }
    /// Refuses to remove a container whose policy or hold keeps it.
    ///
    /// `isManaged` says that Azure Resource Manager asks, which alone deletes such a container ("Container-level WORM
    /// policies", Deletion), where it is empty, soft-deleted states included, and has no hold.
    func protect(_ container: Container, isManaged: Bool) async throws(ServiceError) {
        let retention = container.retention
        guard !retention.isEmpty || container.hasVersionImmutability else { return }
        guard isManaged else {
            let isOfVersions = container.hasVersionImmutability
            throw ServiceError(.containerImmutable(retention, hasVersionImmutability: isOfVersions))
        }
        guard !retention.hasHold else { throw ServiceError(.containerProtected) }
        for range in [StorageKey.blobs(container.root), StorageKey.past(container.root)] {
            let some = try await scope.list(Blob.self, in: domain, under: range, limit: 1)
            guard some.isEmpty else { throw ServiceError(.containerProtected) }
        }
    }
    /// Containers whose policies are looked at, at a time, before an account goes.
    private static let retentionsAtOnce = 1000

    /// Refuses to remove an account while a locked policy or a legal hold keeps blobs in it.
    ///
    /// However many containers have one, the change depends on one row: it is written with whatever keeps the account.
    func protectAccount() async throws(ServiceError) {
        _ = try await scope.get(RetentionMark.self, in: domain, at: StorageKey.retentionMark)
        var after: Key?
        while true {
            let page = try await scope.loose.list(
                ContainerRetention.self,
                in: domain,
                under: StorageKey.retentions,
                after: after,
                limit: Self.retentionsAtOnce
            )
            guard !page.contains(where: \.value.keepsAccount) else {
                throw ServiceError(
                    409,
                    "AccountProtectedFromDeletion",
                    "The storage account has containers with a locked immutability policy or a legal hold; it cannot be "
                        + "deleted before they end."
                )
            }
            guard page.count == Self.retentionsAtOnce, let last = page.last else { return }
            after = last.key
        }
    }
}

extension Blob {
    /// What a change from one state of a place to the next does to the former; `wanted` is what whoever changes it says.
    func change(to new: Blob, as wanted: BlobChange) -> BlobChange {
        if new.etag == etag { return wanted == .snapshot ? .snapshot : .aside }
        // Nobody else writes to what a copy is filling: its end is no change of a blob that was there.
        if let copy, copy.status == .pending, new.copy?.id == copy.id { return .aside }
        var headers = new.headers
        switch wanted {
        case .amend: return .amend
        case .describe: headers = self.headers
        // Bytes at the end end what was said of all bytes.
        case .append where headers.md5 == nil: headers.md5 = self.headers.md5
        case .append, .overwrite, .snapshot, .remove, .aside: break
        }
        let isSame =
            new.created == created && new.metadata == metadata && headers == self.headers
            && new.expiry == expiry
        guard isSame, kind == new.kind else { return .overwrite }
        switch wanted {
        case .append where new.length > length: return .append
        case .aside where new.length == length && holdsSameBytes(as: new): return .aside
        case .describe where new.length == length && holdsSameBytes(as: new): return .describe
        case .append, .aside, .amend, .describe, .overwrite, .remove, .snapshot: return .overwrite
        }
    }
    private func holdsSameBytes(as new: Blob) -> Bool {
        switch (body, new.body) {
        case (.whole(let own), .whole(let other)): own.id == other.id
        case (.pieces(let own, let count), .pieces(let other, let otherCount)): own == other && count == otherCount
        // Who writes pages says so: they lie in the table, not in the record.
        case (.pages(let own, _), .pages(let other, _)): own == other
        case (.pages, _), (.whole, _), (.pieces, _): false
        }
    }
    /// Whether what is in force for its container keeps it as it is.
    func isKept(by retention: Retention, at now: Timestamp) -> Bool {
        retention.keeps(created: created, modified: modified, isAppendBlob: kind == .append, at: now)
    }
}
