// SPDX-License-Identifier: Apache-2.0

/// The name of a container (REST "Naming and referencing containers, blobs, and metadata").
package struct ContainerName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name itself.
    package let text: String

    /// The container whose blobs are addressed without naming it.
    package static let root = ContainerName(system: "$root")
    /// The container of an account's static website.
    package static let web = ContainerName(system: "$web")
    /// The container of an account's change feed.
    package static let changeFeed = ContainerName(system: "$blobchangefeed")
    /// The container of an account's logs (Storage Analytics), which no account of this region has.
    package static let logs = ContainerName(system: "$logs")
    /// The names with `$` that the service gives a meaning; no other name may hold a `$`.
    package static let system: Set<String> = ["$root", "$web", "$logs", "$blobchangefeed"]

    /// Reads a name: 3 to 63 lower-case letters, digits and single inner hyphens, or one of the system's.
    package init(_ text: some StringProtocol) throws(StorageFault) {
        let name = String(text)
        if Self.system.contains(name) {
            self.text = name
            return
        }
        guard (3...63).contains(name.unicodeScalars.count) else {
            throw .outOfRangeInput("a container's name has 3 to 63 characters.")
        }
        let bytes = Array(name.utf8)
        let known = bytes.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
        let isDoubled = zip(bytes, bytes.dropFirst()).contains { $0 == 45 && $1 == 45 }
        guard known, bytes.first != 45, bytes.last != 45, !isDoubled else {
            throw .invalidResourceName(
                "a container's name has lower-case letters, digits and single hyphens between them."
            )
        }
        self.text = name
    }
    private init(system: String) { text = system }

    /// Order of listings: by UTF-8 bytes.
    package static func < (a: ContainerName, b: ContainerName) -> Bool { a.text < b.text }
    /// The name itself.
    package var description: String { text }
}
