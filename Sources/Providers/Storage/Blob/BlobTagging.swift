// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// Set and Get Blob Tags, and tags that come with a write.
extension StorageProvider {
    static var tagOperations: [Row] {
        let proof = Proof.none(because: "SDKs only: BlobClient.set_blob_tags")
        return [("/{container}/{blob*}", ""), ("/{blob}", StorageNeeds.rootPrefix)].flatMap { path, prefix in
            [
                .writes(
                    "\(prefix)blob.setTags",
                    .blob,
                    .put(path, query: ["comp": "tags"]),
                    .data(BlobAction.tagsWrite),
                    bodyMax: BlobLimits.xmlBytesMax,
                    proof: proof,
                    setBlobTags
                ),
                .reads(
                    "\(prefix)blob.getTags",
                    .blob,
                    .get(path, query: ["comp": "tags"]),
                    .data(BlobAction.tagsRead),
                    proof: proof,
                    getBlobTags
                ),
            ]
        }
    }

    /// Set Blob Tags (`PUT /{container}/{blob}?comp=tags`).
    ///
    /// It changes neither the tag nor the time of change, nor does it make a version.
    func setBlobTags(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        if blob.target.snapshot?.isEmpty == false { try blob.refusePast() }
        let tags = try checked { () throws(StorageFault) in try BlobTags(body: call.body) }
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        try blob.admitTagging(record)
        try await scope.keepPlace(of: site.container, try blob.containerName, in: blob.domain)
        var tagged = record
        tagged.tags = tags
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        if record.past == nil {
            try await data.put(tagged, at: site.place, was: record)
        } else {
            // A version's tags are kept with it; searches find current blobs only.
            try await data.put(past: tagged, at: site.place, was: record)
        }
        return blob.reply(204)
    }
    /// Get Blob Tags (`GET /{container}/{blob}?comp=tags`).
    func getBlobTags(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let (_, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .read)
        try blob.admitTagging(record)
        return try blob.xml { () throws(StorageFault) in try record.tags.body() }
    }

    /// What the headers of a write say of the new blob, whatever its kind: what it lies under, tags, tier, policies.
    func dress(_ new: inout Blob, _ blob: BlobCall, _ site: BlobSite, _ scope: WriteScope) async throws(ServiceError) {
        let (tags, tier) = try checked { () throws(StorageFault) in
            (try BlobTags(blob.head), try AccessTier(blob.head))
        }
        if let tags {
            guard !blob.place.isHierarchical else { throw ServiceError(.notForHierarchicalNamespaces) }
            new.tags = tags
            try await scope.keepPlace(of: site.container, try blob.containerName, in: blob.domain)
        }
        guard !blob.place.isHierarchical || !new.metadata.marksDirectory else {
            throw ServiceError(.notImplemented("a file marked as a directory by \(Metadata.directoryMark)."))
        }
        let seal = try await blob.seal(in: site.container, scope)
        new.customerKeyHash = seal.customerKey?.hash
        new.encryptionScope = seal.scope
        try await dressAccess(&new, blob, site, scope)
        try dressPolicies(&new, blob, site, now: scope.now)
        try dressExpiry(&new, blob, scope)
        if let tier {
            let home = try await tierHome(blob, scope)
            try checked { () throws(StorageFault) in try tier.check(for: new.kind, account: home, length: new.length) }
            // A copy out of the archive is only on its way there.
            if new.tier.rehydration == nil { new.tier = BlobTier(explicit: tier, changed: scope.now) }
        }
    }
    /// What the account's kind says of tiers.
    func tierHome(_ blob: BlobCall, _ scope: some Scope) async throws(ServiceError) -> TierHome {
        let record = try await scope.resource(blob.place.resourceID)
        return TierHome(kind: record?.kind ?? "StorageV2", sku: record?.sku?["name"]?.string ?? "")
    }
}
