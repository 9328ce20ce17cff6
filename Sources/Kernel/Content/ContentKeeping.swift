// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import FoundationEssentials
import Store

/// How many records refer to an extent; the row goes when the count reaches none.
struct ExtentCount: Stored, Codable {
    var references: Int
    var length: Int64
}
/// An extent nobody refers to any more, to be released by the reclaimer.
struct Garbage: Stored, Codable {
    var segment: Int64
    var offset: Int64
    var length: Int64
    var extent: Extent { Extent(segment: segment, offset: offset, length: length) }
}

enum ContentKey {
    static func count(_ extent: Extent) -> Key { Key("extent", extent.segment, extent.offset) }
    static func garbage(_ extent: Extent) -> Key { Key("garbage", extent.segment, extent.offset) }
}

extension WriteScope {
    /// Keeps what was received: from this commit on a record of the caller refers to it.
    package func keep(_ received: Received, in domain: Domain) async throws(ServiceError) -> Content {
        if received.content.isInline, received.content.length > 0 {
            let key = ContentID(bytes: received.content.id).inlineKey
            try await put(InlineContent(received.inline), in: domain, at: key)
        }
        try await count(received.content, by: 1)
        hasKept = true
        return received.content
    }
    /// Another reference to a content of the same domain, without copying long bytes.
    ///
    /// Returns what the new record refers to.
    package func share(_ content: Content, in domain: Domain) async throws(ServiceError) -> Content {
        guard content.isInline else {
            try await count(content, by: 1)
            return content
        }
        let copy = Content(id: entropy.bytes(ContentID.sizeBytes), length: content.length, extents: [])
        guard content.length > 0 else { return copy }
        guard let bytes = try await get(InlineContent.self, in: domain, at: ContentID(bytes: content.id).inlineKey)
        else {
            throw .unavailable("content \(content.id.hex) is missing")
        }
        try await put(bytes, in: domain, at: ContentID(bytes: copy.id).inlineKey)
        return copy
    }
    /// Ends a record's reference.
    ///
    /// Bytes that nobody refers to are reclaimed after the commit.
    package func discard(_ content: Content, in domain: Domain) async throws(ServiceError) {
        if content.isInline {
            if content.length > 0 { try await remove(in: domain, at: ContentID(bytes: content.id).inlineKey) }
        } else {
            try await count(content, by: -1)
        }
    }

    private func count(_ content: Content, by step: Int) async throws(ServiceError) {
        let table = kernel
        for extent in content.extents {
            let key = ContentKey.count(extent)
            let known = try await table.get(ExtentCount.self, in: .region, at: key)
            let references = (known?.references ?? 0) + step
            if references > 0 {
                try await table.put(ExtentCount(references: references, length: extent.length), in: .region, at: key)
            } else {
                try await table.remove(in: .region, at: key)
                try await table.put(
                    Garbage(segment: extent.segment, offset: extent.offset, length: extent.length),
                    in: .region,
                    at: ContentKey.garbage(extent)
                )
            }
        }
    }
}
