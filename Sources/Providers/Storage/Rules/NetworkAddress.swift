// SPDX-License-Identifier: Apache-2.0

/// An IP address as bytes, so that ranges can be compared.
package struct NetworkAddress: Equatable, Sendable {
    /// Four bytes, or sixteen.
    package let bytes: [UInt8]

    /// Reads an IPv4 or IPv6 address (RFC 4291 §2.2, without zone); an IPv4 address mapped into IPv6 is read as IPv4,
    /// because that is how a socket for both reports it.
    package init?(_ text: some StringProtocol) {
        if let four = Self.four(text) {
            bytes = four
        } else if let six = Self.six(String(text)) {
            let isMapped = six.prefix(10).allSatisfy { $0 == 0 } && six[10] == 255 && six[11] == 255
            bytes = isMapped ? Array(six.suffix(4)) : six
        } else {
            return nil
        }
    }

    private static func four(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.utf8.allSatisfy { (48...57).contains($0) } && part.utf8.count <= 3 ? UInt8(part) : nil
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }
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
            if index == parts.count - 1, let tail = four(part) {
                bytes += tail
            } else {
                guard (1...4).contains(part.utf8.count), part.first != "+", let group = UInt16(part, radix: 16) else {
                    return nil
                }
                bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            }
        }
        return bytes
    }
}

/// The `sip` of a signature: one address, or two and all between them.
package struct NetworkAddressRange: Equatable, Sendable {
    private let first: NetworkAddress
    private let last: NetworkAddress

    /// Reads `address` or `address-address` of one family, the lower first.
    package init?(_ text: String) {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count <= 2, let first = NetworkAddress(halves[0]),
            let last = halves.count == 2 ? NetworkAddress(halves[1]) : first, first.bytes.count == last.bytes.count,
            !last.bytes.lexicographicallyPrecedes(first.bytes)
        else { return nil }
        self.first = first
        self.last = last
    }
    /// Whether an address lies in the range.
    package func contains(_ address: NetworkAddress) -> Bool {
        address.bytes.count == first.bytes.count && !address.bytes.lexicographicallyPrecedes(first.bytes)
            && !last.bytes.lexicographicallyPrecedes(address.bytes)
    }
}
