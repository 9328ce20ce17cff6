// SPDX-License-Identifier: Apache-2.0
import Base

/// What an account keeps of states that are no longer current, and of the use of its blobs.
///
/// It lies beside the account's place, which every call reads anyway.
struct BlobHistory: Equatable {
    /// Whether writes and deletes keep the state before them as a version.
    var isVersioned = false
    /// How long soft delete keeps blobs, in days; nil while deletes are final.
    var blobDays: Int?
    /// How long soft delete keeps containers, in days; nil while deletes are final.
    var containerDays: Int?
    /// Whether what soft delete keeps can be deleted for good before its time.
    var allowsPermanentDelete = false
    /// Whether blobs say when they were last read or written.
    var tracksAccess = false

    /// What is deleted now stays this long; nil where it goes at once.
    func deletion(_ now: Timestamp) -> Blob.Deletion? { blobDays.map { Self.deletion(now, days: $0) } }
    static func deletion(_ now: Timestamp, days: Int) -> Blob.Deletion {
        Blob.Deletion(at: now, until: now + .seconds(days * 24 * 3600))
    }
}

extension AccountPlace {
    /// How long soft delete keeps snapshots and versions that are deleted now: with a hierarchical namespace not at all
    /// (learn.microsoft.com "Soft delete for blobs", storage account with a hierarchical namespace).
    func pastDeletion(_ now: Timestamp) -> Blob.Deletion? { isHierarchical ? nil : history.deletion(now) }
}
