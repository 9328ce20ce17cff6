// SPDX-License-Identifier: Apache-2.0

/// Text in the order tables keep their keys in: by UTF-16 units, as .NET compares ordinally.
///
/// It differs from the order of UTF-8 where characters beyond the basic plane meet those from U+E000 on.
package enum OrdinalText {
    /// Whether `a` comes before `b`.
    package static func precedes(_ a: String, _ b: String) -> Bool {
        var (x, y) = (a.utf8.makeIterator(), b.utf8.makeIterator())
        while let left = x.next() {
            guard let right = y.next() else { return false }
            guard left != right else { continue }
            // At the first byte that differs a lead of four bytes stands for a surrogate, which is below U+E000.
            if left >= 0xF0, (0xEE...0xEF).contains(right) { return true }
            if right >= 0xF0, (0xEE...0xEF).contains(left) { return false }
            return left < right
        }
        return y.next() != nil
    }

    /// Bytes that sort as the text does: UTF-8, with each surrogate as three bytes of its own (CESU-8).
    package static func bytes(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        guard text.utf8.contains(where: { $0 >= 0xF0 }) else {
            out += text.utf8
            return out
        }
        for scalar in text.unicodeScalars {
            guard scalar.value > 0xFFFF else {
                out += UTF8.encode(scalar) ?? .init()
                continue
            }
            for unit in UTF16.encode(scalar) ?? .init() {
                out += [0xE0 | UInt8(unit >> 12), 0x80 | UInt8(unit >> 6 & 0x3F), 0x80 | UInt8(unit & 0x3F)]
            }
        }
        return out
    }

    /// Reads what `bytes` wrote; nil when it is anything else.
    package static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.contains(0xED) else { return String(validating: bytes, as: UTF8.self) }
        var units: [UInt16] = []
        var rest = bytes[...]
        while let lead = rest.popFirst() {
            switch lead {
            case 0..<0x80: units.append(UInt16(lead))
            case 0xC2..<0xE0:
                guard let a = rest.popFirst() else { return nil }
                units.append(UInt16(lead & 0x1F) << 6 | UInt16(a & 0x3F))
            case 0xE0..<0xF0:
                guard let a = rest.popFirst(), let b = rest.popFirst() else { return nil }
                units.append(UInt16(lead & 0x0F) << 12 | UInt16(a & 0x3F) << 6 | UInt16(b & 0x3F))
            default: return nil
            }
        }
        return String(validating: units, as: UTF16.self)
    }
}
