// SPDX-License-Identifier: Apache-2.0

/// The text behind the `?` of a URI, taken apart at `&` and `=` and nothing more.
///
/// Read over bytes: every request passes here, and general splitting costs several times as much.
public struct QueryText: Sendable {
    private let bytes: [UInt8]
    /// The text without its `?`.
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    /// Names and values as sent, in their order; empty items are left out, and a name without `=` has an empty value.
    public var pairs: [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
            if end > start { pairs.append(pair(start..<end)) }
            start = end + 1
        }
        return pairs
    }
    private func pair(_ range: Range<Int>) -> (name: String, value: String) {
        let item = bytes[range]
        guard let equals = item.firstIndex(of: UInt8(ascii: "=")) else {
            return (String(decoding: item, as: UTF8.self), "")
        }
        return (
            String(decoding: item[..<equals], as: UTF8.self), String(decoding: item[(equals + 1)...], as: UTF8.self)
        )
    }
}

extension String {
    /// Whether two texts differ in nothing but the case of ASCII letters.
    public func equalsIgnoringCase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return zip(utf8, other.utf8).allSatisfy { a, b in
            a == b || (a ^ b == 0x20 && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(a | 0x20))
        }
    }
}
