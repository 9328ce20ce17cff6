// SPDX-License-Identifier: Apache-2.0

/// A place data can lie in.
package struct Location: Sendable, Hashable {
    /// The name in requests: `francecentral`.
    package let name: String
    /// The name people read.
    package let displayName: String
    package let regionalDisplayName: String
    package let physicalLocation: String
    package let latitude: String
    package let longitude: String
    /// The name of the place it is paired with.
    package let paired: String

    /// The places of the region.
    ///
    /// Names are Azure's, so that existing templates keep working.
    package static let all = [
        Location(
            name: "francecentral",
            displayName: "France Centre",
            regionalDisplayName: "(Europe) France Centre",
            physicalLocation: "Île-de-France",
            latitude: "46.3772",
            longitude: "2.373",
            paired: "francesouth"
        ),
        Location(
            name: "francesouth",
            displayName: "France Sud",
            regionalDisplayName: "(Europe) France Sud",
            physicalLocation: "Marseille",
            latitude: "43.8345",
            longitude: "2.1972",
            paired: "francecentral"
        ),
    ]
    /// Azure takes `France Central` for `francecentral`: spaces and case do not count.
    ///
    /// Nil for unknown places.
    package static func named(_ text: String) -> Location? {
        let name = text.lowercased().filter { $0 != " " }
        return all.first { $0.name == name || $0.displayName.lowercased().filter { $0 != " " } == name }
    }
}
