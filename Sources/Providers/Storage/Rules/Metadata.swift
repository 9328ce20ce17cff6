// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// The `x-ms-meta-` headers of a container or blob (REST "Setting and retrieving properties and metadata"): names are
/// C# identifiers whose case is kept and does not distinguish, values are ASCII.
package struct Metadata: Equatable, Sendable {
    /// The most bytes of all names and values together.
    package static let bytesMax = 8 << 10
    /// What comes before a name in a header.
    package static let headerPrefix = "x-ms-meta-"
    /// One name and its value.
    package struct Item: Hashable, Sendable, Codable {
        /// As first sent, case kept.
        package let name: String
        /// The text.
        package let value: String
        /// Joins the two.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
    /// Names and values in the order sent.
    package let items: [Item]

    /// No metadata.
    package static let none = Metadata(items: [])
    /// Metadata that was checked before.
    package init(items: [Item]) { self.items = items }

    /// Reads and checks the metadata of a request.
    package init(_ headers: HTTPFields) throws(StorageFault) {
        var items: [Item] = []
        var seen: Set<String> = []
        var size = 0
        for field in headers where field.name.canonicalName.hasPrefix(Self.headerPrefix) {
            let name = String(field.name.rawName.dropFirst(Self.headerPrefix.count))
            guard !name.isEmpty else { throw .emptyMetadataKey }
            guard Self.isIdentifier(name) else {
                throw .invalidMetadata("'\(name)' is not a C# identifier (letters, digits, underscores).")
            }
            guard seen.insert(name.lowercased()).inserted else {
                throw .invalidMetadata("'\(name)' is given twice; case does not distinguish names.")
            }
            guard field.value.utf8.allSatisfy({ $0 == 9 || (32...126).contains($0) }) else {
                throw .invalidMetadata("the value of '\(name)' is not ASCII; encode it.")
            }
            size += name.utf8.count + field.value.utf8.count
            guard size <= Self.bytesMax else { throw .metadataTooLarge }
            items.append(Item(name: name, value: field.value))
        }
        self.items = items
    }

    private static func isIdentifier(_ name: String) -> Bool {
        let isWord = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
        }
        return isWord && !(48...57).contains(name.utf8.first ?? 48)
    }

    /// The headers of an answer.
    package var headers: HTTPFields {
        HTTPFields(
            items.compactMap { item in
                HTTPField.Name(Self.headerPrefix + item.name).map { HTTPField(name: $0, value: item.value) }
            }
        )
    }
}
