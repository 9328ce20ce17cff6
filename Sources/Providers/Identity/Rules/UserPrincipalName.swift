// SPDX-License-Identifier: Apache-2.0

/// A user's sign-in name: `local@domain`, compared without regard to case.
package struct UserPrincipalName: Hashable, Sendable {
    /// With the spelling given.
    package let text: String
    /// Lower-case: what is compared and looked up.
    package let canonical: String
    /// The part behind the `@`, lower-case.
    package let domain: String

    /// Entra's rules: letters, digits and `' . - _ ! # ^ ~` before the `@`, no dot at either end of that part.
    package init?(_ text: String) {
        guard text.count <= Limits.userPrincipalNameCharactersMax, let at = text.lastIndex(of: "@") else { return nil }
        let local = text[..<at]
        let domain = text[text.index(after: at)...].lowercased()
        guard !local.isEmpty, !domain.isEmpty, local.first != ".", local.last != ".",
            local.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "'.-_!#^~".contains($0)) }),
            domain.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-".contains($0)) })
        else { return nil }
        self.text = text
        canonical = text.lowercased()
        self.domain = domain
    }
}
