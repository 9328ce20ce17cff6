// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// The only way a current blob's record is written or removed (HouseTests hold the provider to it), so that what goes with
/// every change is in one place: policies and holds, the index of tags, the list of what expires, leases that ended, and the change feed.
extension AccountData {
    /// Writes the state of a place that is current from now on.
    ///
    /// `isKept` says that the old state stays as a version, `kind` what the caller does to it, where that is less than to
    /// overwrite it: it counts only where the two states bear it out.
    func put(
        _ blob: Blob,
        at place: BlobPlace,
        was old: Blob?,
        isKept: Bool = false,
        as kind: BlobChange = .overwrite
    ) async throws(ServiceError) {
        if let old { try await protect(old, at: place, old.change(to: blob, as: kind), isKept: isKept) }
        if old?.directory != blob.directory { try await settle(blob, at: place) }
        var blob = blob
        // A change of the blob, not one of its tier, tags or lease alone.
        if blob.etag != old?.etag { blob.lease = blob.lease.afterWrite(at: scope.now) }
        try await index(place, from: old?.tags ?? .none, to: blob.tags)
        try await schedule(place, from: old?.expiry, to: blob.expiry)
        try await scope.put(blob, in: domain, at: StorageKey.blob(place))
        try await tell(place, from: old, to: blob)
    }
    /// Removes the current state of a place; `isKept` says that it stays as a version, `kind` that something else is to take
    /// its place.
    func remove(
        _ old: Blob,
        at place: BlobPlace,
        isKept: Bool = false,
        as kind: BlobChange = .remove
    ) async throws(ServiceError) {
        try await protect(old, at: place, kind, isKept: isKept)
        try await index(place, from: old.tags, to: .none)
        try await schedule(place, from: old.expiry, to: nil)
        try await scope.remove(in: domain, at: StorageKey.blob(place))
        try await tell(place, from: old, to: nil)
    }
    /// Has what is current somewhere be current elsewhere, with its uncommitted blocks; what a directory holds stays under its
    /// id.
    func move(
        _ old: Blob,
        to new: Blob,
        from: BlobPlace,
        to: BlobPlace
    ) async throws(ServiceError) {
        try await protect(old, at: from, .remove)
        if from.directory != to.directory { try await settle(new, at: to) }
        try await index(from, from: old.tags, to: .none)
        try await index(to, from: .none, to: new.tags)
        try await schedule(from, from: old.expiry, to: nil)
        try await schedule(to, from: nil, to: new.expiry)
        try await scope.remove(in: domain, at: StorageKey.blob(from))
        try await scope.put(new, in: domain, at: StorageKey.blob(to))
        guard old.directory == nil, let table = try await table(from) else { return }
        try await scope.remove(in: domain, at: StorageKey.table(from))
        try await scope.put(table, in: domain, at: StorageKey.table(to))
        let waiting = WaitingTable(tenant: scope.tenant, account: id, container: to.directory, name: to.name.text)
        try await scope.put(waiting, in: .region, at: StorageKey.waiting(table.touched, table.id))
    }
    /// Removes what a container or account that is gone has left; what keeps blobs was looked at when it went.
    func purge(_ old: Blob, at place: BlobPlace) async throws(ServiceError) {
        try await unplan(old, at: place)
        try await unsettle(old)
        try await index(place, from: old.tags, to: .none)
        try await schedule(place, from: old.expiry, to: nil)
        try await scope.remove(in: domain, at: StorageKey.blob(place))
    }
    /// Writes what changed of a past state that stays one.
    func put(past state: Blob, at place: BlobPlace, was old: Blob) async throws(ServiceError) {
        guard let past = state.past else { preconditionFailure("a past state is told from the current one") }
        try await scope.put(state, in: domain, at: StorageKey.past(place, past.moment))
        try await tellPast(place, from: old, to: state)
    }
    /// Brings the index of tags from one state to another.
    private func index(
        _ place: BlobPlace,
        from old: BlobTags,
        to new: BlobTags
    ) async throws(ServiceError) {
        guard old != new else { return }
        for tag in old.items where !new.items.contains(tag) {
            try await scope.remove(in: domain, at: StorageKey.tagged(tag, place))
        }
        for tag in new.items where !old.items.contains(tag) {
            try await scope.put(TagHit(), in: domain, at: StorageKey.tagged(tag, place))
        }
    }
}

/// That a blob has a tag: everything is in the key, tag, value, directory and name.
struct TagHit: Stored {
    static let format: UInt8 = 1
    init() {}
    func storedBody() -> [UInt8] { [] }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) {}
}

extension StorageKey {
    /// Tagged blobs of an account by tag, then value, then place.
    static let allTagged = Key("tagged")
    static func tagged(_ name: String) -> Key { allTagged.appending(name) }
    static func tagged(_ tag: Metadata.Item, _ place: BlobPlace) -> Key {
        tagged(tag.name).appending(tag.value, place.directory, place.name.text)
    }
}
