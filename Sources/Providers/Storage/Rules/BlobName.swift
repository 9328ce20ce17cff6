// SPDX-License-Identifier: Apache-2.0

/// The name of a blob (REST "Naming and referencing containers, blobs, and metadata").
///
/// Any text of 1 to 1,024 characters and at most 254 segments between slashes. Case matters; nothing is normalized.
package struct BlobName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The most characters, counted as the service counts them: in UTF-16.
    package static let charactersMax = 1024
    /// The most segments between slashes.
    package static let segmentsMax = 254

    /// The name itself, decoded.
    package let text: String

    /// Reads a decoded name.
    package init(_ text: some StringProtocol) throws(StorageFault) {
        guard (1...Self.charactersMax).contains(text.utf16.count) else {
            throw .outOfRangeInput("a blob's name has 1 to \(Self.charactersMax) characters.")
        }
        guard text.utf8.count(where: { $0 == 47 }) < Self.segmentsMax else {
            throw .outOfRangeInput("a blob's name has at most \(Self.segmentsMax) segments.")
        }
        guard !text.utf8.contains(0) else { throw .invalidResourceName("a blob's name has no NUL.") }
        self.text = String(text)
    }

    /// Order of listings: by UTF-8 bytes, which is the order of code points.
    package static func < (a: BlobName, b: BlobName) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
    /// Two names are one when their bytes are: canonically equivalent texts name different blobs.
    package static func == (a: BlobName, b: BlobName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    /// Agrees with `==`.
    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
    /// The name itself.
    package var description: String { text }
}
