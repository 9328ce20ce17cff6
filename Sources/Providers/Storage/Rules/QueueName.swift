// SPDX-License-Identifier: Apache-2.0

/// The name of a queue (REST "Naming queues and metadata").
package struct QueueName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name itself.
    package let text: String

    /// Reads a name: 3 to 63 lower-case letters, digits and single inner hyphens.
    package init(_ text: some StringProtocol) throws(StorageFault) {
        guard (3...63).contains(text.unicodeScalars.count) else {
            throw .outOfRangeInput("a queue's name has 3 to 63 characters.")
        }
        let bytes = Array(text.utf8)
        let known = bytes.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
        guard known, bytes.first != 45, bytes.last != 45, !text.contains("--") else {
            throw .invalidResourceName(
                "a queue's name has lower-case letters, digits and single hyphens between them."
            )
        }
        self.text = String(text)
    }
    /// Order of listings: by UTF-8 bytes.
    package static func < (a: QueueName, b: QueueName) -> Bool { a.text < b.text }
    /// The name itself.
    package var description: String { text }
}
