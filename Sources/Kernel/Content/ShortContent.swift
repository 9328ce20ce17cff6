// SPDX-License-Identifier: Apache-2.0
import Base

extension Received {
    /// The plain bytes of a short content; nil when they lie in an extent.
    package var shortBytes: [UInt8]? { content.isInline ? inline : nil }
}

extension Scope {
    /// The plain bytes of a content that is short enough to lie in the store; longer ones are read as streams.
    package func shortBytes(_ content: Content, in domain: Domain) async throws(ServiceError) -> [UInt8] {
        precondition(content.isInline, "only short contents are read whole")
        guard content.length > 0 else { return [] }
        guard let stored = try await get(InlineContent.self, in: domain, at: ContentID(bytes: content.id).inlineKey)
        else { throw .unavailable("content \(content.id.hex) is missing") }
        return stored.bytes
    }
}

extension WriteScope {
    /// Keeps bytes at hand, at most `Content.inlineMax` of them, as a content of their own.
    package func keep(short bytes: [UInt8], in domain: Domain) async throws(ServiceError) -> Content {
        precondition(bytes.count <= Content.inlineMax, "longer bytes are taken in as streams")
        let content = Content(
            id: entropy.bytes(ContentID.sizeBytes),
            length: Int64(bytes.count),
            extents: []
        )
        guard !bytes.isEmpty else { return content }
        try await put(InlineContent(bytes), in: domain, at: ContentID(bytes: content.id).inlineKey)
        return content
    }
}
