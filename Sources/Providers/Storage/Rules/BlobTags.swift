// SPDX-License-Identifier: Apache-2.0
import Base
import Markup

/// The index tags of a blob (REST "Set Blob Tags"): up to ten names with a value each, told apart by case, in the order
/// of their names.
package struct BlobTags: Equatable, Hashable, Sendable {
    /// The most tags of a blob.
    package static let countMax = 10
    /// The longest name, in characters.
    package static let nameMax = 128
    /// The longest value, in characters.
    package static let valueMax = 256

    /// Names and values, in the order of the names' bytes.
    package let items: [Metadata.Item]
    /// No tags.
    package static let none = BlobTags(known: [])
    /// Tags that were checked before, in order.
    package init(known items: [Metadata.Item]) { self.items = items }

    /// The value of a tag.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// Checks what a request sent.
    package init(checking items: [Metadata.Item]) throws(StorageFault) {
        guard items.count <= Self.countMax else { throw .tagsTooLarge }
        var seen: Set<String> = []
        for item in items {
            guard !item.name.isEmpty else { throw .emptyTagName }
            guard item.name.utf8.count <= Self.nameMax, item.value.utf8.count <= Self.valueMax else {
                throw .tagsTooLarge
            }
            guard Self.isValid(item.name) else { throw .invalidTag(item.name) }
            guard Self.isValid(item.value) else { throw .invalidTag(item.value) }
            guard seen.insert(item.name).inserted else { throw .duplicateTagNames }
        }
        self.items = items.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
    /// Reads `x-ms-tags`: a query string, `name=value&name=value`; nil when it was not sent.
    package init?(_ head: RequestHead) throws(StorageFault) {
        guard let text = head.text("x-ms-tags") else { return nil }
        var items: [Metadata.Item] = []
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let name = Self.decode(halves[0]), let value = Self.decode(halves[1]) else {
                throw .invalidHeaderValue("x-ms-tags", text)
            }
            items.append(Metadata.Item(name: name, value: value))
        }
        try self.init(checking: items)
    }
    /// A plus is a blank: clients encode as forms do, and a real plus comes as `%2B`.
    private static func decode(_ text: Substring) -> String? {
        String(text.map { $0 == "+" ? " " : $0 }).percentDecoded
    }
    /// Reads the body of Set Blob Tags.
    package init(body: [UInt8]) throws(StorageFault) {
        let root = try XMLBody.parse(
            body,
            root: "Tags",
            limits: XMLLimits(bytesMax: BlobLimits.xmlBytesMax, elementsMax: 256, depthMax: 4),
            tooLarge: .tagsTooLarge
        )
        try root.allowOnly(["TagSet"])
        let set = try root.required("TagSet")
        try set.allowOnly(["Tag"])
        var items: [Metadata.Item] = []
        for tag in set.children {
            try tag.allowOnly(["Key", "Value"])
            items.append(Metadata.Item(name: try tag.required("Key").text, value: try tag.required("Value").text))
        }
        try self.init(checking: items)
    }
    private static func isValid(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || " +-./:=_".utf8.contains(byte)
        }
    }

    /// The body of Get Blob Tags.
    package func body() throws(StorageFault) -> [UInt8] { try XMLBody.write { writer in writer.tags(self) } }
}

extension XMLWriter {
    /// The `<Tags>` of an answer.
    mutating func tags(_ tags: BlobTags) {
        open("Tags")
        open("TagSet")
        for tag in tags.items {
            open("Tag")
            leaf("Key", tag.name)
            leaf("Value", tag.value)
            close()
        }
        close()
        close()
    }
}

extension StorageFault {
    /// 400: more tags, or longer ones, than a blob may have.
    package static let tagsTooLarge = StorageFault(
        400,
        "TagsTooLarge",
        "The tags specified exceed the maximum permissible limit: 10 tags, names of 128 and values of 256 characters."
    )
    /// 400: a tag without a name.
    package static let emptyTagName = StorageFault(
        400,
        "EmptyTagName",
        "The name of one of the tag key-value pairs is empty."
    )
    /// 400: a tag is given twice.
    package static let duplicateTagNames = StorageFault(
        400,
        "DuplicateTagNames",
        "The tags specified contain duplicate names."
    )
    /// 400: a tag holds characters it may not.
    package static func invalidTag(_ text: String) -> StorageFault {
        StorageFault(
            400,
            "InvalidTag",
            "The tags specified are invalid: '\(text.prefix(64))' may only hold letters, digits, blanks and + - . / : = _"
        )
    }
}
