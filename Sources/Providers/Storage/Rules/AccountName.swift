// SPDX-License-Identifier: Apache-2.0

/// The name of a storage account: 3 to 24 lower-case letters and digits (ARM "Resource name rules", storageAccounts).
package struct AccountName: Hashable, Sendable, CustomStringConvertible {
    /// The name itself.
    package let text: String

    /// Reads a name; nil when it breaks the rule.
    package init?(_ text: some StringProtocol) {
        let allowed = text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        guard (3...24).contains(text.utf8.count), allowed else { return nil }
        self.text = String(text)
    }
    /// The name itself.
    package var description: String { text }
}
