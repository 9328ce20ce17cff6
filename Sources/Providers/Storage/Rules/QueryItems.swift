// SPDX-License-Identifier: Apache-2.0
import Base

/// The query of a request: names in lower case, values decoded, in the order sent.
package struct QueryItems: Equatable, Sendable {
    /// One `name=value`.
    package struct Item: Equatable, Sendable {
        /// In lower case.
        package let name: String
        /// Decoded; empty when there was no `=`.
        package let value: String
    }
    /// Every item, in the order sent.
    package let items: [Item]
    /// The most items that are read; a request with more is refused, so that look-ups stay cheap.
    package static let countMax = 128

    /// Reads the text after `?`.
    ///
    /// A `+` is a space, as the service decodes it; broken escapes are an invalid URI.
    package init(_ query: some StringProtocol) throws(StorageFault) {
        let pairs = QueryText(query).pairs
        guard pairs.count <= Self.countMax else { throw .invalidURI }
        var items: [Item] = []
        items.reserveCapacity(pairs.count)
        for pair in pairs {
            guard let name = Self.decode(pair.name), let value = Self.decode(pair.value) else { throw .invalidURI }
            items.append(Item(name: name.lowercased(), value: value))
        }
        self.items = items
    }
    /// Items that were read already.
    init(_ items: [Item]) { self.items = items }
    private static func decode(_ text: String) -> String? {
        guard text.utf8.span.contains(43) else { return text.percentDecoded }
        return String(decoding: text.utf8.map { $0 == 43 ? 32 : $0 }, as: UTF8.self).percentDecoded
    }

    /// The first value of a name given in lower case; nil when it was not sent.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }
    /// Every value of a name given in lower case.
    package func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }
}
