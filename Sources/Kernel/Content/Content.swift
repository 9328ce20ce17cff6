// SPDX-License-Identifier: Apache-2.0
import Base
package import Bytes

/// Sealed bytes of any length, as a provider refers to them in its own records.
///
/// The id is the salt of the content's key, so that no two contents share a key. Short contents lie in the store, long
/// ones in extents; several records may refer to the same extents.
package struct Content: Hashable, Sendable {
    /// Sixteen random bytes.
    package let id: [UInt8]
    /// Plain length in bytes.
    package let length: Int64
    /// Where the sealed bytes lie; empty when they lie in the store, or there are none.
    package let extents: [Extent]
    package init(id: [UInt8], length: Int64, extents: [Extent]) {
        self.id = id
        self.length = length
        self.extents = extents
    }
    /// Up to this length a content lies in the store: one commit and one sync make it durable.
    package static let inlineMax: Int64 = 32 * 1024
    /// Whether its bytes lie in the store.
    package var isInline: Bool { length <= Self.inlineMax }
}

/// What the first phase of a `.receives` operation brought in.
package struct Received: Sendable {
    /// The sealed bytes, durable but not yet referred to.
    package let content: Content
    /// The plain bytes of a short content, to be sealed into the store by the commit.
    let inline: [UInt8]
    /// What the provider worked out while the bytes passed, by its own names (such as `md5`).
    package let digests: [String: [UInt8]]
}

/// Looks at a body's bytes while they pass; asked by one task at a time.
package protocol ContentObserver: AnyObject, Sendable {
    /// The next bytes.
    func observe(_ bytes: ArraySlice<UInt8>)
    /// The results, once all have passed.
    func digests() -> [String: [UInt8]]
}
