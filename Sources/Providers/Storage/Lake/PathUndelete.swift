// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Past states looked at for the one that was deleted last.
    private static let undeleteSeenMax = 1000

    /// Path - Undelete (`PUT /{filesystem}/{path}?comp=undelete`): one deleted path comes back, a directory with all it held.
    ///
    /// `x-ms-undelete-source` says which of several that had the path; without it the last one is meant.
    func undeletePath(_ blob: BlobCall, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let site = try await blob.site(scope)
        let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
        guard try await blob.blob(site, scope) == nil else { throw ServiceError(.blobAlreadyExists) }
        let moment = try checked { () throws(StorageFault) in try deletionID(blob.head) }
        let past: [Blob]
        if let moment {
            let key = StorageKey.past(site.place, moment)
            past = try await scope.get(Blob.self, in: blob.domain, at: key).map { [$0] } ?? []
        } else {
            past = try await scope.list(
                Blob.self,
                in: blob.domain,
                under: StorageKey.past(site.place),
                limit: Self.undeleteSeenMax,
                reverse: true
            )
            .map(\.value)
        }
        guard let state = past.first(where: { $0.past?.kind == .base && $0.isDeleted }), let kept = state.past else {
            throw ServiceError(.blobNotFound)
        }
        try await data.forget(state, at: site.place)
        try await scope.remove(in: blob.domain, at: StorageKey.past(site.place, kept.moment))
        var restored = state
        restored.past = nil
        // Whoever wants it back wants it to stay.
        if restored.hasExpired(at: scope.now, under: .nothing) { restored.expiry = nil }
        try await data.put(restored, at: site.place, was: nil)
        return blob.reply(200, ["x-ms-resource-type": state.directory == nil ? "file" : "directory"])
    }
    /// The `deletionid` of `x-ms-undelete-source`: `{path}?deletionid={id}`.
    private func deletionID(_ head: RequestHead) throws(StorageFault) -> Moment? {
        let name = "x-ms-undelete-source"
        guard let text = head.text(name) else { return nil }
        let query = text.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        guard let id = try QueryItems(query)["deletionid"], let ticks = Int64(id), let moment = Moment(fileTime: ticks)
        else {
            throw .invalidHeaderValue(name, text)
        }
        return moment
    }
}
