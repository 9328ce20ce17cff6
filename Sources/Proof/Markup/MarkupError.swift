// SPDX-License-Identifier: Apache-2.0

/// Why XML was not read or not written.
package enum MarkupError: Error, Hashable {
    /// Not well-formed XML 1.0 in UTF-8.
    case malformed(String)
    /// A document type declaration: refused, because entities are a way to attack the reader.
    case documentType
    /// Longer, deeper or with more elements than the caller allows.
    case tooLarge(String)
    /// A text to write holds a character that XML 1.0 cannot express (§2.2).
    case illegalCharacter
    /// A name to write is not an XML name (§2.3).
    case illegalName
}
