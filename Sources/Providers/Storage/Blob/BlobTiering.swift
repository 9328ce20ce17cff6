// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// Set Blob Tier; what it leads to is decided by `BlobTier`.
extension StorageProvider {
    static var tierOperations: [Row] {
        [("/{container}/{blob*}", ""), ("/{blob}", StorageNeeds.rootPrefix)].map { path, prefix in
            .writes(
                "\(prefix)blob.setTier",
                .blob,
                .put(path, query: ["comp": "tier"]),
                .data(BlobAction.write),
                bodyMax: 0,
                proof: .none(because: "SDKs only: BlobClient.set_standard_blob_tier"),
                setBlobTier
            )
        }
    }

    /// Set Blob Tier (`PUT /{container}/{blob}?comp=tier`), of a snapshot or version too.
    ///
    /// It changes neither the tag nor the time of change. "Snapshots and previous versions cannot be rehydrated back to the
    /// hot or cool tiers once they are moved to the archive tier" ("Blob rehydration from the archive tier"): copies of
    /// them are. The page names no code; the one of archived blobs says what is the matter.
    func setBlobTier(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let (tier, priority) = try checked { () throws(StorageFault) in
            (try AccessTier(blob.head), try Rehydration.Priority(blob.head))
        }
        guard let tier else { throw ServiceError(.missingRequiredHeader("x-ms-access-tier")) }
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        if record.customerKeyHash != nil { throw ServiceError(.blobUsesCustomerSpecifiedEncryption) }
        let home = try await tierHome(blob, scope)
        let (new, status) = try checked { () throws(StorageFault) in
            try tier.check(for: record.kind, account: home, length: record.length)
            // A way out of the archive that a version began as the current blob goes on.
            if record.past != nil, tier != .archive, record.tier.isOffline(at: scope.now),
                record.tier.pending(at: scope.now) == nil
            {
                throw .blobArchived
            }
            return try record.tier.setting(tier, priority: priority, at: scope.now)
        }
        var tiered = record
        tiered.tier = new
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        if record.past == nil {
            try await data.put(tiered, at: site.place, was: record)
        } else {
            try await data.put(past: tiered, at: site.place, was: record)
        }
        return blob.reply(status)
    }

    /// The tier a copy begins with; of an archived blob the archive, on its way out of it ("Rehydrate an archived blob to
    /// an online tier": "After the copy operation is complete, the destination blob appears in the archive tier", and "is
    /// then rehydrated").
    ///
    /// The request names the tier it goes to, and another blob, of another account of the region since version 2021-02-12;
    /// any other request is told that the source is archived.
    static func tier(
        ofCopy blob: BlobCall,
        of found: FoundSource,
        at source: CopySource,
        to site: BlobSite,
        _ now: Timestamp
    ) throws(ServiceError) -> BlobTier {
        let (wanted, priority) = try checked { () throws(StorageFault) in
            (try AccessTier(blob.head), try Rehydration.Priority(blob.head))
        }
        guard found.record.tier.isOffline(at: now) else { return BlobTier() }
        let isItself = found.place == site.place && source.moment == nil
        let isReached = source.place.id == blob.place.id || blob.version.isAtLeast("2021-02-12")
        guard let wanted, wanted != .archive, isReached, !isItself,
            found.record.tier.pending(at: now) == nil
        else {
            try found.record.refuseArchived(at: now)
            return BlobTier()
        }
        let archived = BlobTier(explicit: .archive, changed: now)
        return try checked { () throws(StorageFault) in
            try archived.setting(wanted, priority: priority, at: now).tier
        }
    }
}

extension Blob {
    /// Refuses what an archived blob does not allow: its bytes are out of reach, its properties stand still.
    func refuseArchived(at now: Timestamp) throws(ServiceError) {
        guard tier.isOffline(at: now) else { return }
        throw ServiceError(tier.pending(at: now) == nil ? .blobArchived : .blobBeingRehydrated)
    }
}
