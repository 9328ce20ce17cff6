// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension StorageProvider {
    /// Path - Delete (`DELETE /{filesystem}/{path}`): a directory goes in one commit, and what it holds is reclaimed behind it.
    func deletePath(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let isRecursive = try blob.flag("recursive") ?? false
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        try blob.refusePendingCopy(record)
        if let directory = record.directory, !isRecursive,
            try await !scope.isEmpty(directory, under: site.container.retention, in: blob.domain)
        {
            throw ServiceError(.directoryIsNotEmpty)
        }
        // Only Delete Blob can be told to take them along.
        if record.snapshots > 0 { throw ServiceError(.snapshotsPresent) }
        try await blob.admitSubtree(record, scope)
        let kept = try await BlobStates(blob, site.place, scope).remove(record)
        return blob.reply(
            200,
            [
                "x-ms-delete-type-permanent": String(kept == nil),
                "x-ms-deletion-id": kept.map { String($0.fileTime) },
            ]
        )
    }
}
