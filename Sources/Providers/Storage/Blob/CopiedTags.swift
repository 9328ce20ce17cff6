// SPDX-License-Identifier: Apache-2.0
import Kernel

/// What becomes of a source's tags (REST "Copy Blob From URL", "Put Blob From URL": `x-ms-copy-source-tag-option`).
enum CopiedTags {
    static let header = "x-ms-copy-source-tag-option"

    /// Whether a request asks for the source's tags.
    static func areWanted(by head: RequestHead) -> Bool { head.text(header)?.lowercased() == "copy" }

    /// Refuses what copies cannot do: Copy Blob has no such choice, and the tags come from one place.
    static func check(_ head: RequestHead, isAsync: Bool) throws(StorageFault) {
        guard let text = head.text(header) else { return }
        if isAsync { throw .unsupportedHeader(header) }
        guard ["copy", "replace"].contains(text.lowercased()) else { throw .invalidHeaderValue(header, text) }
        if areWanted(by: head), let own = head.text("x-ms-tags") { throw .invalidHeaderValue("x-ms-tags", own) }
    }
}

extension StorageProvider {
    /// Gives a copy the tags of its source, if these are wanted.
    func bringTags(
        of original: Blob,
        to new: inout Blob,
        _ blob: BlobCall,
        _ site: BlobSite,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        guard CopiedTags.areWanted(by: blob.head) else { return }
        guard !blob.place.isHierarchical else { throw ServiceError(.notForHierarchicalNamespaces) }
        new.tags = original.tags
        try await scope.keepPlace(of: site.container, try blob.containerName, in: blob.domain)
    }
}
