// SPDX-License-Identifier: Apache-2.0
import Kernel

/// `data.api`: what the service calls the operation that made a change.
enum ChangeOperation {
    private static let names = [
        "blob.put": "PutBlob", "blob.putBlockList": "PutBlockList", "blob.delete": "DeleteBlob",
        "blob.deleteVersion": "DeleteBlob", "blob.deletePermanently": "DeleteBlob",
        "blob.deleteVersionPermanently": "DeleteBlob", "blob.setProperties": "SetBlobProperties",
        "blob.setMetadata": "SetBlobMetadata", "blob.setTags": "SetBlobTags", "blob.setTier": "SetBlobTier",
        "blob.snapshot": "SnapshotBlob", "blob.undelete": "UndeleteBlob", "blob.abortCopy": "AbortCopyBlob",
        "blob.incrementalCopy": "IncrementalCopyBlob", "blob.appendBlock": "AppendBlock",
        "blob.appendBlockFromURL": "AppendBlockFromURL", "blob.seal": "AppendBlobSeal", "blob.putPage": "PutPage",
        "blob.putPageFromURL": "PutPageFromURL", "blob.setImmutability": "SetBlobImmutabilityPolicy",
        "blob.deleteImmutability": "DeleteBlobImmutabilityPolicy", "blob.setLegalHold": "SetBlobLegalHold",
        "blob.setExpiry": "SetBlobExpiry",
    ]

    /// Names it; one without a name of the service's keeps its own.
    static func name(_ note: ChangeNote, _ caller: Caller, _ kind: ChangeEvent.Kind, _ state: Blob) -> String {
        let plain = StorageNeeds.plain(note.operation)
        if let name = names[plain] { return name }
        if plain == "blob.copy" { return state.copy == nil ? "PutBlobFromURL" : "CopyBlob" }
        // A batch holds deletes or changes of tiers.
        if plain.hasSuffix(".batch") { return kind == .deleted ? "DeleteBlob" : "SetBlobTier" }
        if case .region(BlobCopy.kind) = caller { return "CopyBlob" }
        if case .region(PastSweepSaga.kind) = caller { return kind == .deleted ? "DeleteBlob" : "UndeleteBlob" }
        if case .region(LifecycleRun.kind) = caller { return kind == .deleted ? "DeleteBlob" : "SetBlobTier" }
        return plain
    }
}
