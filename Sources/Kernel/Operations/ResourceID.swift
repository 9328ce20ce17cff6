// SPDX-License-Identifier: Apache-2.0
package import Base

/// The path name of a thing rights and locks can be given on: the tenant root, a subscription, a group, a resource.
///
/// Keeps the spelling it was made with; compares in lower case, as Azure does.
package struct ResourceID: Hashable, Sendable, CustomStringConvertible {
    /// `/subscriptions/…` with the spelling given; `/` for the tenant root.
    package let text: String
    /// The form that is compared and stored in keys: lower case, single slashes, no trailing slash.
    package let canonical: String

    package init(_ text: some StringProtocol) {
        let whole = String(text)
        self.text = Self.isPlain(whole.utf8.span) ? whole : "/" + text.split(separator: "/").joined(separator: "/")
        canonical = self.text.lowercased()
    }
    /// Whether a text has single slashes between its segments and one before them: nearly all have.
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        guard !text.isEmpty, text[0] == 47 else { return false }
        for index in 1..<text.count where text[index] == 47 && text[index - 1] == 47 { return false }
        return text[text.count - 1] != 47 || text.count == 1
    }
    /// What an ARM path addresses, for rights, locks and the activity log; nil where that is the tenant root.
    ///
    /// An extension's path (`{scope*}`) addresses its scope. A list or an action (`…/storageAccounts`, `…/listKeys`)
    /// addresses what it hangs on: names and types come in pairs, and a type without a name is left off.
    init?(addressedBy path: String, _ parameters: [String: String]) {
        if let scope = parameters["scope"] {
            self.init(scope)
            return
        }
        let parts = path.split(separator: "/").map { String($0).percentDecoded ?? String($0) }
        guard parts.count >= 2, parts[0].lowercased() == "subscriptions" else { return nil }
        let split = parts.lastIndex { $0.lowercased() == "providers" } ?? parts.endIndex
        var kept = Array(parts[..<(split - split % 2)])
        let types = parts[split...].dropFirst(2)
        if types.count >= 2 { kept += parts[split...].prefix(2 + types.count / 2 * 2) }
        self.init(kept.joined(separator: "/"))
    }
    /// The tenant root `/`.
    package static let root = ResourceID("/")
    package static func subscription(_ id: SubscriptionID) -> ResourceID { ResourceID("/subscriptions/\(id.text)") }
    package static func group(_ subscription: SubscriptionID, _ name: String) -> ResourceID {
        ResourceID("/subscriptions/\(subscription.text)/resourceGroups/\(name)")
    }
    /// A resource of a group: `type` is `Microsoft.Storage/storageAccounts`.
    package static func resource(
        _ subscription: SubscriptionID,
        group: String,
        type: String,
        name: String
    ) -> ResourceID {
        let halves = type.split(separator: "/")
        let names = name.split(separator: "/")
        let pairs = zip(halves.dropFirst(), names).map { "\($0)/\($1)" }
        return ResourceID(
            "/subscriptions/\(subscription.text)/resourceGroups/\(group)/providers/\(halves[0])/"
                + pairs.joined(separator: "/")
        )
    }
    /// Equal in canonical form.
    package static func == (a: ResourceID, b: ResourceID) -> Bool { a.canonical == b.canonical }
    package func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
    package var description: String { text }
    package var segments: [Substring] { text.split(separator: "/") }

    /// Whether this is `other` or lies above it.
    package func contains(_ other: ResourceID) -> Bool {
        canonical == "/" || other.canonical == canonical || other.canonical.hasPrefix(canonical + "/")
    }
    package func appending(_ path: String) -> ResourceID { ResourceID(text + "/" + path) }

    /// The subscription it lies in; nil above.
    package var subscription: SubscriptionID? {
        let parts = segments
        guard parts.count >= 2, parts[0].lowercased() == "subscriptions" else { return nil }
        return SubscriptionID(text: parts[1])
    }
    /// The resource group it lies in; nil above.
    package var group: String? {
        let parts = segments
        guard parts.count >= 4, parts[2].lowercased() == "resourcegroups" else { return nil }
        return String(parts[3])
    }
    /// `Microsoft.Storage/storageAccounts`; nil for what is no resource.
    package var type: String? {
        let parts = segments
        guard let at = parts.lastIndex(where: { $0.lowercased() == "providers" }), parts.count >= at + 3 else {
            return nil
        }
        let types = stride(from: at + 2, to: parts.count, by: 2).map { String(parts[$0]) }
        return ([String(parts[at + 1])] + types).joined(separator: "/")
    }
    /// The last segment.
    package var name: String { segments.last.map(String.init) ?? "" }
}
