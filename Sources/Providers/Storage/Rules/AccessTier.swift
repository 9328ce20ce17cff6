// SPDX-License-Identifier: Apache-2.0
/// The access tier of a blob (REST "Set Blob Tier").
///
/// All bytes lie on the same disks; a tier is what the service promises of them: what may be read at once, and what has to
/// be asked for first.
package enum AccessTier: String, Sendable, Codable, CaseIterable {
    case hot = "Hot"
    case cool = "Cool"
    case cold = "Cold"
    case archive = "Archive"
    case smart = "Smart"
    case premium = "Premium"
    case p4 = "P4"
    case p6 = "P6"
    case p10 = "P10"
    case p15 = "P15"
    case p20 = "P20"
    case p30 = "P30"
    case p40 = "P40"
    case p50 = "P50"
    case p60 = "P60"
    case p70 = "P70"
    case p80 = "P80"

    /// Reads a tier in any case; nil when it is none.
    package init?(named text: String) {
        guard let tier = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            return nil
        }
        self = tier
    }
    /// Whether it is a tier of block blobs.
    package var isForBlocks: Bool { [.hot, .cool, .cold, .archive, .smart].contains(self) }
    /// The longest page blob of a premium tier, in GiB (REST "Premium page blob tiers"); nil for the other tiers.
    package var pageGiBMax: Int64? {
        switch self {
        case .p4: 32
        case .p6: 64
        case .p10: 128
        case .p15: 256
        case .p20: 512
        case .p30: 1024
        case .p40: 2048
        case .p50: 4096
        case .p60: 8192
        case .p70: 16_384
        case .p80: 32_767
        default: nil
        }
    }

    /// The tier of a page blob of a premium account that was given none: the smallest of these that holds it.
    package static func disk(for length: Int64) -> AccessTier? {
        [.p10, .p20, .p30, .p40, .p50, .p60, .p70, .p80].first { length <= ($0.pageGiBMax ?? 0) << 30 }
    }

    /// Reads `x-ms-access-tier` and the like; nil when it was not sent.
    package init?(_ head: RequestHead, header: String = "x-ms-access-tier") throws(StorageFault) {
        guard let text = head.text(header) else { return nil }
        guard let tier = Self(named: text) else { throw .invalidHeaderValue(header, text) }
        self = tier
    }
    /// Whether a blob may have it: block blobs of standard accounts have the five tiers of their own, page blobs of
    /// premium accounts those of disks, and nothing else has any.
    package func check(for kind: BlobEntry.Kind, account: TierHome, length: Int64 = 0) throws(StorageFault) {
        switch kind {
        case .append: throw .invalidBlobType
        case .block:
            guard isForBlocks else { throw .invalidBlobTier }
            guard account.hasBlockTiers else { throw .tierNotSupportedForAccount }
            guard self != .archive || account.hasArchive else { throw .tierNotSupportedForAccount }
        case .page:
            guard account.isPremium else { throw .tierNotSupportedForAccount }
            guard let pageGiBMax else { throw .invalidBlobTier }
            guard length <= pageGiBMax << 30 else { throw .contentLengthLargerThanTierLimit }
        }
    }
}

/// What an account's kind and SKU say about tiers (REST "Access tiers for blob data", supported accounts).
package struct TierHome: Equatable, Sendable {
    /// Whether its disks are premium ones.
    package let isPremium: Bool
    /// Whether its block blobs have tiers.
    package let hasBlockTiers: Bool
    /// Whether they can be archived: not where data is spread over zones.
    package let hasArchive: Bool

    /// By the account's `kind` and `sku.name`.
    package init(kind: String, sku: String) {
        isPremium = sku.lowercased().hasPrefix("premium")
        hasBlockTiers = !isPremium && ["storagev2", "blobstorage"].contains(kind.lowercased())
        hasArchive = hasBlockTiers && !sku.lowercased().contains("zrs")
    }
}

extension StorageFault {
    /// 400: no tier of this kind of blob.
    package static let invalidBlobTier = StorageFault(400, "InvalidBlobTier", "The specified blob tier is invalid.")
    /// 400: the account's kind has no such tiers.
    package static let tierNotSupportedForAccount = StorageFault(
        400,
        "BlobAccessTierNotSupportedForAccountType",
        "The access tier is not supported for this type of account."
    )
    /// 409: the bytes are archived.
    package static let blobArchived = StorageFault(
        409,
        "BlobArchived",
        "This operation is not permitted on an archived blob. Set another tier, and wait until the blob is rehydrated."
    )
    /// 409: the blob is on its way out of the archive.
    package static let blobBeingRehydrated = StorageFault(
        409,
        "BlobBeingRehydrated",
        "This operation is not permitted because the blob is being rehydrated."
    )
    /// 409: the blob is longer than the tier takes.
    package static let contentLengthLargerThanTierLimit = StorageFault(
        409,
        "ContentLengthLargerThanTierLimit",
        "The blob's content length cannot exceed its tier limit."
    )
}
