// SPDX-License-Identifier: Apache-2.0

/// How much XML a caller is ready to read.
package struct XMLLimits: Hashable, Sendable {
    /// The longest body, in bytes.
    package var bytesMax: Int
    /// The most elements.
    package var elementsMax: Int
    /// The deepest nesting; the root has depth 1.
    package var depthMax: Int
    /// Limits for one kind of body.
    ///
    /// A depth of 64 is far beyond what any Azure body needs.
    package init(bytesMax: Int, elementsMax: Int, depthMax: Int = 64) {
        self.bytesMax = bytesMax
        self.elementsMax = elementsMax
        self.depthMax = depthMax
    }
}

/// An XML element with all that is in it.
///
/// Prefixes stay part of names; comments and instructions are dropped.
package struct XMLElement: Hashable, Sendable {
    /// The name as it was written.
    package var name: String
    /// Attributes by name.
    package var attributes: [String: String]
    /// The character data directly inside, joined, white space kept.
    package var text: String
    /// The elements directly inside, in order.
    package var children: [XMLElement]

    /// An element.
    package init(name: String, attributes: [String: String] = [:], text: String = "", children: [XMLElement] = []) {
        self.name = name
        self.attributes = attributes
        self.text = text
        self.children = children
    }
    /// The first child of this name.
    package func child(named name: String) -> XMLElement? { children.first { $0.name == name } }
    /// All children of this name, in order.
    package func children(named name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// Reads a document in UTF-8, with or without a byte-order mark, and answers its root.
    ///
    /// - Throws: `tooLarge` beyond the limits; `documentType` for any `<!DOCTYPE`; else `malformed`.
    package static func parse(_ bytes: [UInt8], limits: XMLLimits) throws(MarkupError) -> XMLElement {
        let body = try XMLPrologue.strip(bytes, limits: limits)
        return try XMLTreeReader(limits: limits).read(body)
    }
}
