// SPDX-License-Identifier: Apache-2.0

/// Writes XML 1.0 in UTF-8 straight into one buffer: for list pages of thousands of entries.
///
/// What cannot be written is remembered and thrown once, by `finish()`.
package struct XMLWriter: Sendable {
    /// What to do with a text that holds characters XML cannot express.
    package enum IllegalText: Sendable {
        /// `finish()` throws `illegalCharacter`.
        case refuse
        /// The whole text is percent-encoded and the element marked `Encoded="true"`
        /// (Azure: List Blobs, names with U+FFFE and U+FFFF and control characters).
        case percentEncode
    }

    private var buffer: [UInt8] = []
    private var open: [String] = []
    private var failure: MarkupError?

    /// Starts a document, with the declaration that Azure's answers have.
    package init(reserving capacity: Int = 4096, declaration: Bool = true) {
        buffer.reserveCapacity(capacity)
        if declaration { buffer += #"<?xml version="1.0" encoding="utf-8"?>"#.utf8 }
    }
    /// How many bytes are written so far, and not taken.
    package var count: Int { buffer.count }

    /// Opens an element; attributes keep their order.
    package mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
        start(name, attributes)
        buffer.append(UInt8(ascii: ">"))
        open.append(name)
    }
    /// Closes the element opened last.
    package mutating func close() {
        guard let name = open.popLast() else { preconditionFailure("more elements closed than opened") }
        end(name)
    }
    /// An element with text only; an empty text gives `<name />`.
    package mutating func leaf(
        _ name: String,
        _ text: String,
        _ attributes: KeyValuePairs<String, String> = [:],
        whenIllegal: IllegalText = .refuse
    ) {
        start(name, attributes)
        guard !text.isEmpty else {
            buffer += " />".utf8
            return
        }
        let needs = Self.needs(text)
        if needs == .more, case .percentEncode = whenIllegal {
            buffer += #" Encoded="true">"#.utf8
            percentEncode(text)
        } else {
            buffer.append(UInt8(ascii: ">"))
            write(text, needs, inAttribute: false)
        }
        end(name)
    }
    /// An element with a whole number.
    package mutating func leaf(_ name: String, _ number: Int64) { leaf(name, String(number)) }
    /// Text inside the element opened last.
    package mutating func text(_ text: String) { write(text, Self.needs(text), inAttribute: false) }

    /// What was written since it was last taken, for a document that leaves in portions; throws what could not be written.
    package mutating func take() throws(MarkupError) -> [UInt8] {
        if let failure { throw failure }
        let capacity = buffer.count
        defer {
            buffer = []
            buffer.reserveCapacity(capacity)
        }
        return buffer
    }
    /// The document, or what of it was not taken; throws what could not be written.
    ///
    /// Every element must be closed.
    package consuming func finish() throws(MarkupError) -> [UInt8] {
        precondition(open.isEmpty, "an element was opened and not closed")
        if let failure { throw failure }
        return buffer
    }
}

extension XMLWriter {
    /// What a text takes to be written: nothing, escapes, or more than XML has.
    private enum Needs { case nothing, escapes, more }

    private static func needs(_ text: String) -> Needs {
        var needs = Needs.nothing
        let bytes = text.utf8.span
        for index in bytes.indices where !isPlain[Int(bytes[index])] {
            switch bytes[index] {
            case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), 9, 10, 13:
                needs = .escapes
            case 0..<0x20: return .more
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF in UTF-8.
            default: if index >= 2, bytes[index - 1] == 0xBF, bytes[index - 2] == 0xEF { return .more }
            }
        }
        return needs
    }
    /// The bytes that are written as they are, whatever stands before them.
    private static let isPlain: [Bool] = (0...255)
        .map { byte in
            byte >= 0x20 && ![0x22, 0x26, 0x3C, 0x3E, 0xBE, 0xBF].contains(byte)
        }

    private mutating func start(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        buffer.append(UInt8(ascii: "<"))
        write(name: name)
        for (name, value) in attributes {
            buffer.append(UInt8(ascii: " "))
            write(name: name)
            buffer += "=\"".utf8
            write(value, Self.needs(value), inAttribute: true)
            buffer.append(UInt8(ascii: "\""))
        }
    }

    private mutating func end(_ name: String) {
        buffer += "</".utf8
        buffer += name.utf8
        buffer.append(UInt8(ascii: ">"))
    }

    private mutating func write(name: String) {
        let bytes = name.utf8.span
        for position in bytes.indices {
            switch bytes[position] {
            case 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...: break
            case 48...57, UInt8(ascii: "-"), UInt8(ascii: "."): if position == 0 { failure = .illegalName }
            default: failure = .illegalName
            }
        }
        if name.isEmpty { failure = .illegalName }
        buffer += name.utf8
    }

    private mutating func write(_ text: String, _ needs: Needs, inAttribute: Bool) {
        switch needs {
        case .nothing: buffer += text.utf8
        case .more: failure = .illegalCharacter
        case .escapes:
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "&"): buffer += "&amp;".utf8
                case UInt8(ascii: "<"): buffer += "&lt;".utf8
                case UInt8(ascii: ">"): buffer += "&gt;".utf8
                case UInt8(ascii: "\"") where inAttribute: buffer += "&quot;".utf8
                // XML 1.0 §2.11 and §3.3.3: a reader would turn these into other white space.
                case 13: buffer += "&#xD;".utf8
                case 9 where inAttribute: buffer += "&#x9;".utf8
                case 10 where inAttribute: buffer += "&#xA;".utf8
                default: buffer.append(byte)
                }
            }
        }
    }

    private mutating func percentEncode(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: buffer.append(byte)
            default:
                buffer.append(UInt8(ascii: "%"))
                buffer.append(Self.digit(byte >> 4))
                buffer.append(Self.digit(byte & 15))
            }
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }
}
