// SPDX-License-Identifier: Apache-2.0

extension BlobLimits {
    /// The unit of page blobs, in bytes: every write begins and ends at a multiple of it.
    package static let pageBytes: Int64 = 512
    /// The longest page blob, in bytes (REST "Put Blob": 8 TiB).
    package static let pageBlobBytesMax: Int64 = 8 << 40
    /// The longest body of Put Page, in bytes; clearing has no such limit.
    package static let putPageBytesMax: Int64 = 4 << 20
    /// The most page ranges one answer lists (REST "Get Page Ranges", maxresults).
    package static let pageRangesMax = 10_000
    /// The longest source of Copy Blob From URL and of Append Block, Put Block and Put Page From URL is bounded by the
    /// limits of the bodies they stand for; of Copy Blob From URL by this (REST "Copy Blob From URL": 256 MiB).
    package static let syncCopyBytesMax: Int64 = 256 << 20
    /// The longest source of Put Blob From URL, in bytes (REST "Put Blob From URL": 5,000 MiB).
    package static let putFromURLBytesMax: Int64 = 5_000 << 20

    /// The longest body of Append Block, in bytes (REST "Append Block").
    package static func appendBytesMax(_ version: ServiceVersion) -> Int64 {
        version.isAtLeast("2022-11-02") ? 100 << 20 : 4 << 20
    }
}
