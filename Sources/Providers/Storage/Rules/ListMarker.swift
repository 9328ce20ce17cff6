// SPDX-License-Identifier: Apache-2.0
import Base

/// Where a listing goes on: opaque to clients, checked when it comes back.
///
/// It grants nothing: it only names a place
/// in a list that the bearer is entitled to read.
///
/// Form: `1!` and the base64 (for URLs) of kind, fields (each two bytes of length, then UTF-8) and a CRC64 of both.
package struct ListMarker: Equatable, Sendable {
    /// Which list a marker belongs to.
    package enum Kind: UInt8, Sendable {
        case containers = 1
        case blobs = 2
        case tagged = 3
        case pages = 4
        case paths = 5
        case queues = 16
    }
    /// The most characters of a marker: a name of 1,024 characters in UTF-8, its keys, and the encoding.
    package static let charactersMax = 16 << 10

    /// Which list it belongs to.
    package let kind: Kind
    /// The key of the first entry of the next page, field by field.
    package let fields: [String]

    /// Names a place.
    package init(_ kind: Kind, _ fields: [String]) {
        self.kind = kind
        self.fields = fields
    }

    /// The text of `NextMarker`.
    package var text: String {
        var bytes = [kind.rawValue]
        for field in fields {
            let utf8 = Array(field.utf8)
            precondition(utf8.count <= UInt16.max, "a key of a list is shorter than 64 KiB")
            bytes += [UInt8(utf8.count >> 8), UInt8(utf8.count & 0xff)] + utf8
        }
        return "1!" + (bytes + Self.seal(bytes)).base64URL
    }

    /// Reads a marker of one list; a text that this region did not write, or wrote for another list, is refused.
    package init(_ text: String, for kind: Kind) throws(StorageFault) {
        let fault = StorageFault.invalidQueryParameterValue(
            "marker",
            String(text.prefix(256)),
            "Send the NextMarker of the page before, unchanged."
        )
        guard text.utf8.count <= Self.charactersMax, text.hasPrefix("1!"),
            let all = [UInt8](base64URL: text.dropFirst(2)),
            all.count > 8
        else { throw fault }
        let bytes = Array(all.dropLast(8))
        guard Self.seal(bytes) == Array(all.suffix(8)) else { throw fault }
        guard bytes[0] == kind.rawValue else { throw .outOfRangeInput("the marker belongs to another list.") }
        var fields: [String] = []
        var rest = bytes.dropFirst()
        while let high = rest.popFirst() {
            guard let low = rest.popFirst() else { throw fault }
            let count = Int(high) << 8 | Int(low)
            guard rest.count >= count, let field = String(validating: rest.prefix(count), as: UTF8.self) else {
                throw fault
            }
            fields.append(field)
            rest = rest.dropFirst(count)
        }
        self.kind = kind
        self.fields = fields
    }

    private static func seal(_ bytes: [UInt8]) -> [UInt8] {
        var checksum = CRC64()
        checksum.update(bytes)
        return checksum.bytes
    }
}
