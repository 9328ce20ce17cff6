// SPDX-License-Identifier: Apache-2.0

/// The name of an encryption scope (Storage RP REST "Encryption Scopes - Put").
package struct EncryptionScopeName: Hashable, Sendable, CustomStringConvertible {
    /// The name itself.
    package let text: String

    /// Reads a name: 3 to 63 lower-case letters, digits and single inner hyphens; nil for any other text.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let known = bytes.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
        guard (3...63).contains(bytes.count), known, bytes.first != 45, bytes.last != 45, !text.contains("--") else {
            return nil
        }
        self.text = text
    }
    /// The name itself.
    package var description: String { text }
}
