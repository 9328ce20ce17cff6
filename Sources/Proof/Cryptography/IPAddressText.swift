// SPDX-License-Identifier: Apache-2.0

/// IP addresses between their text forms and the bytes a certificate holds (RFC 5280 §4.2.1.6).
package enum IPAddressText {
    /// Four or sixteen bytes; nil when the text is no address.
    ///
    /// Zones (`%eth0`) are refused: certificates cannot say them.
    static func bytes(_ text: String) -> [UInt8]? { text.contains(":") ? six(text) : four(text) }

    /// The usual text of four bytes, eight groups without compression for sixteen; nil for any other count.
    static func text(_ bytes: [UInt8]) -> String? {
        switch bytes.count {
        case 4: bytes.map { String($0) }.joined(separator: ".")
        case 16:
            stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        default: nil
        }
    }

    /// What one party surely has of an address: an IPv4 address whole, of an IPv6 address the first 64 bits (RFC 6177),
    /// within which a host takes any.
    ///
    /// An IPv4 address mapped into IPv6 is the IPv4 address; what is no address stays as it is.
    package static func network(of text: String) -> String {
        guard let bytes = bytes(text) else { return text }
        let isMapped =
            bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
        if isMapped { return Self.text(Array(bytes.suffix(4))) ?? text }
        guard bytes.count == 16 else { return Self.text(bytes) ?? text }
        return (Self.text(Array(bytes.prefix(8)) + [UInt8](repeating: 0, count: 8)) ?? text) + "/64"
    }

    private static func four(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.allSatisfy(\.isNumber) && (part == "0" || !part.hasPrefix("0")) ? UInt8(part) : nil
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// RFC 4291 §2.2: groups of hexadecimal digits, one `::` for the zeros, a dotted tail for the last four bytes.
    private static func six(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
        guard halves.count == 2 else { return head.count == 16 ? head : nil }
        guard let tail = groups(halves[1]), head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains("."), let tail = four(part) {
                bytes += tail
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            }
        }
        return bytes
    }
}
