// SPDX-License-Identifier: Apache-2.0

/// How much one request may carry (REST "Scalability targets for Blob storage", "Put Blob", "Put Block"): the limits
/// grew with the service's versions.
package enum BlobLimits {
    /// The most blocks a blob may be made of.
    package static let committedBlocksMax = 50_000
    /// The most blocks that may wait for their list.
    package static let uncommittedBlocksMax = 100_000
    /// The longest body of Put Block List, in bytes: 50,000 ids of 88 characters within their tags.
    package static let blockListBytesMax = 8 << 20
    /// The longest body of the small XML requests (properties, policies), in bytes.
    package static let xmlBytesMax = 1 << 20

    /// The longest body of Put Block, in bytes.
    package static func blockBytesMax(_ version: ServiceVersion) -> Int64 {
        if version.isAtLeast("2019-12-12") { return 4_000 << 20 }
        return version.isAtLeast("2016-05-31") ? 100 << 20 : 4 << 20
    }
    /// The longest body of Put Blob for a block blob, in bytes.
    package static func putBlobBytesMax(_ version: ServiceVersion) -> Int64 {
        if version.isAtLeast("2019-12-12") { return 5_000 << 20 }
        return version.isAtLeast("2016-05-31") ? 256 << 20 : 64 << 20
    }
}
