// SPDX-License-Identifier: Apache-2.0
import Base

/// A path segment with a key in parentheses, as OData writes it: `applications(appId='…')`, `users('…')`.
package struct EntityKey: Hashable, Sendable {
    package let kind: DirectoryKind
    /// The key's property; nil for the object id.
    package let property: String?
    package let value: String

    /// Nil for any other segment.
    package init?(_ segment: String) {
        guard let open = segment.firstIndex(of: "("), segment.hasSuffix(")") else { return nil }
        let collection = segment[..<open].lowercased()
        guard let kind = DirectoryKind.allCases.first(where: { $0.collection.lowercased() == collection }) else {
            return nil
        }
        self.kind = kind
        var key = segment[segment.index(after: open)...].dropLast()
        if let equals = key.firstIndex(of: "=") {
            property = key[..<equals].lowercased()
            key = key[key.index(after: equals)...]
        } else {
            property = nil
        }
        guard key.count > 2, key.hasPrefix("'"), key.hasSuffix("'") else { return nil }
        value = key.dropFirst().dropLast().replacing("''", with: "'").description
    }
}
