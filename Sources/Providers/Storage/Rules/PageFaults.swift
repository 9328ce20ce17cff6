// SPDX-License-Identifier: Apache-2.0

// MARK: - Page blobs

extension StorageFault {
    /// 416: the pages named do not begin and end at multiples of 512, or lie outside the blob.
    package static let invalidPageRange = StorageFault(
        416,
        "InvalidPageRange",
        "The page range specified is invalid: it begins and ends at multiples of 512 inside the blob."
    )
    /// 400: a page blob over 8 TiB.
    package static func pageBlobTooLong(_ value: String) -> StorageFault {
        StorageFault(
            400,
            "OutOfRangeInput",
            "One of the request inputs is out of range: a page blob has at most 8 TiB.",
            [("HeaderName", "x-ms-blob-content-length"), ("HeaderValue", value)]
        )
    }
    /// 412: the sequence number of the blob is not the one the request asks for.
    package static let sequenceNumberConditionNotMet = StorageFault(
        412,
        "SequenceNumberConditionNotMet",
        "The sequence number condition specified was not met."
    )
    /// 409: a sequence number cannot grow beyond 2^63 - 1.
    package static let sequenceNumberIncrementTooLarge = StorageFault(
        409,
        "SequenceNumberIncrementTooLarge",
        "The sequence number increment cannot be performed because it would result in overflow of the sequence number."
    )
    /// 404: the snapshot to compare with is not there.
    package static let previousSnapshotNotFound = StorageFault(
        404,
        "PreviousSnapshotNotFound",
        "The previous snapshot is not found."
    )
    /// 400: the snapshot to compare with is younger than what is compared.
    package static let previousSnapshotCannotBeNewer = StorageFault(
        400,
        "PreviousSnapshotCannotBeNewer",
        "The prevsnapshot query parameter value cannot be newer than the snapshot query parameter value."
    )
    /// 409: the blob was made anew after the snapshot, so that nothing joins the two.
    package static let blobOverwritten = StorageFault(
        409,
        "BlobOverwritten",
        "The blob has been recreated since the previous snapshot was taken."
    )
    /// 409: incremental copies start from snapshots.
    package static let incrementalCopySourceMustBeSnapshot = StorageFault(
        409,
        "IncrementalCopySourceMustBeSnapshot",
        "The source for incremental copy request must be a snapshot."
    )
    /// 409: the target is not one that incremental copies of this source made.
    package static let incrementalCopyBlobMismatch = StorageFault(
        409,
        "IncrementalCopyBlobMismatch",
        "The specified source blob is different than the copy source of the existing incremental copy blob."
    )
    /// 409: the target holds a younger snapshot of the source already.
    package static let incrementalCopyOfEarlierVersion = StorageFault(
        409,
        "IncrementalCopyOfEarlierVersionSnapshotNotAllowed",
        "The specified snapshot is earlier than the last snapshot copied into the incremental copy blob."
    )
    /// 409: only further incremental copies change such a blob.
    package static let operationNotAllowedOnIncrementalCopyBlob = StorageFault(
        409,
        "OperationNotAllowedOnIncrementalCopyBlob",
        "The specified operation is not allowed on an incremental copy blob."
    )
}

// MARK: - Append blobs

extension StorageFault {
    /// 412: the blob does not end where the request wants to append.
    package static let appendPositionConditionNotMet = StorageFault(
        412,
        "AppendPositionConditionNotMet",
        "The append position condition specified was not met."
    )
    /// 412: the blob would grow beyond what the request allows.
    package static let maxBlobSizeConditionNotMet = StorageFault(
        412,
        "MaxBlobSizeConditionNotMet",
        "The max blob size condition specified was not met."
    )
    /// 409: an append blob of 50,000 blocks takes no more.
    package static let committedBlockCountExceedsLimit = StorageFault(
        409,
        "BlockCountExceedsLimit",
        "The committed block count cannot exceed the maximum limit of 50,000 blocks."
    )
    /// 409: a sealed blob keeps its content.
    package static let blobIsSealed = StorageFault(
        409,
        "BlobIsSealed",
        "The specified blob is sealed and its contents can't be modified unless the blob is re-created after a delete."
    )
}

// MARK: - Copies

extension StorageFault {
    /// 409: a copy onto this blob is still going on.
    package static let pendingCopyOperation = StorageFault(
        409,
        "PendingCopyOperation",
        "There is currently a pending copy operation. Wait for it or abort it."
    )
    /// 409: the copy to abort is not the one going on.
    package static let copyIDMismatch = StorageFault(
        409,
        "CopyIdMismatch",
        "The specified copy ID did not match the copy ID for the pending copy operation."
    )
    /// 400: the source is not an address of a blob.
    package static func invalidSourceBlobURL(_ reason: String) -> StorageFault {
        StorageFault(400, "InvalidSourceBlobUrl", "The source URL for incremental copy or copy is invalid: \(reason)")
    }
    /// 409: this copy does not take a source of this type.
    package static let invalidSourceBlobType = StorageFault(
        409,
        "InvalidSourceBlobType",
        "The copy source blob type is invalid for this operation."
    )
}
