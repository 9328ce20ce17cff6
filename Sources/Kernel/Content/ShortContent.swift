// SPDX-License-Identifier: Apache-2.0
package import Base
import Bytes
import Cryptography

/// Short contents, which are read and written whole.
///
/// One under a key besides its domain's (`Intake.take`) is stored as its own id and what is sealed, so that a copy under
/// another id opens.
extension Scope {
    /// The plain bytes of a content that is short enough to lie in the store; longer ones are read as streams.
    package func shortBytes(
        _ content: Content,
        in domain: Domain,
        under key: Secret? = nil
    ) async throws(ServiceError) -> [UInt8] {
        precondition(content.isInline, "only short contents are read whole")
        guard content.length > 0 else { return [] }
        guard let stored = try await get(InlineContent.self, in: domain, at: ContentID(bytes: content.id).inlineKey)
        else { throw .unavailable("content \(content.id.hex) is missing") }
        guard let key else { return stored.bytes }
        return try InlineContent.open(stored.bytes, try await space(domain), key)
    }
}

extension WriteScope {
    /// The plain bytes of a short content that was received and is not kept yet.
    package func shortBytes(
        of received: Received,
        in domain: Domain,
        under key: Secret? = nil
    ) async throws(ServiceError) -> [UInt8] {
        precondition(received.content.isInline, "only short contents are read whole")
        guard let key else { return received.inline }
        return try InlineContent.open(received.inline, try await space(domain), key)
    }
    /// Keeps bytes at hand, at most `Content.inlineMax` of them, as a content of their own.
    package func keep(
        short bytes: [UInt8],
        in domain: Domain,
        under key: Secret? = nil
    ) async throws(ServiceError) -> Content {
        precondition(bytes.count <= Content.inlineMax, "longer bytes are taken in as streams")
        let id = ContentID(at: now, entropy)
        let content = Content(id: id.bytes, length: Int64(bytes.count), extents: [])
        guard !bytes.isEmpty else { return content }
        var stored = bytes
        if let key { stored = try InlineContent.seal(bytes, id, try await space(domain), key) }
        try await put(InlineContent(stored), in: domain, at: id.inlineKey)
        return content
    }
}

extension InlineContent {
    /// What is stored of a short content under a key besides its domain's.
    static func seal(
        _ plain: [UInt8],
        _ content: ContentID,
        _ space: Space,
        _ key: Secret
    ) throws(ServiceError) -> [UInt8] {
        var sealed = content.bytes
        guard !plain.isEmpty else { return sealed }
        do throws(CryptographyError) {
            try BlockSealing(content.key(space, under: key)).seal(plain[...], number: 0, appendingTo: &sealed)
        } catch { throw .unavailable("sealing a short content: \(error)") }
        return sealed
    }
    /// Opens what `seal` made.
    static func open(_ bytes: [UInt8], _ space: Space, _ key: Secret) throws(ServiceError) -> [UInt8] {
        let id = ContentID(bytes: Array(bytes.prefix(ContentID.sizeBytes)))
        guard bytes.count > ContentID.sizeBytes else { return [] }
        var plain: [UInt8] = []
        do throws(CryptographyError) {
            let sealing = BlockSealing(id.key(space, under: key))
            try sealing.open(bytes.dropFirst(ContentID.sizeBytes), number: 0, appendingTo: &plain)
        } catch { throw ServiceError(bytes: .corrupt("a short content does not open under its key")) }
        return plain
    }
}

extension Scope {
    /// A secret that stands and falls with a domain's key; nil where there is no such domain.
    ///
    /// Contents of other domains are taken in and read under it, so that they need that domain too.
    package func secret(of domain: Domain) async throws(ServiceError) -> Secret? {
        try await spaceIfAny(domain).map { Secret(hmacSHA256(Array("secret of a domain".utf8), key: $0.key.secret)) }
    }
}
