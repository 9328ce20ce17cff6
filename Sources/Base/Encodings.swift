// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

extension Collection<UInt8> {
    /// Lower-case hexadecimal.
    public var hex: String {
        var out: [UInt8] = []
        out.reserveCapacity(count * 2)
        for byte in self {
            out.append(hexDigit(byte >> 4))
            out.append(hexDigit(byte & 15))
        }
        return String(decoding: out, as: UTF8.self)
    }
    /// Base64 with padding, RFC 4648 §4.
    public var base64: String { Data(self).base64EncodedString() }
    /// Base64 for URLs, without padding, RFC 4648 §5.
    public var base64URL: String {
        let mapped = base64.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }
        return String(decoding: mapped, as: UTF8.self)
    }
}

/// The lower-case digit of a value below sixteen.
func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? value + 48 : value + 87 }

extension [UInt8] {
    /// Reads RFC 4648 §4 base64; nil when it is not.
    public init?(base64 text: some StringProtocol) {
        guard let data = Data(base64Encoded: String(text)) else { return nil }
        self = Array(data)
    }
    /// Reads RFC 4648 §5 base64, padded or not; nil when it is not.
    public init?(base64URL text: some StringProtocol) {
        var plain = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while plain.last == UInt8(ascii: "=") { plain.removeLast() }
        while plain.count % 4 != 0 { plain.append(UInt8(ascii: "=")) }
        self.init(base64: String(decoding: plain, as: UTF8.self))
    }
    /// Reads hexadecimal of either case; nil when it is not.
    public init?(hex text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(digits.count / 2)
        for i in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.nibble(digits[i]), let low = Self.nibble(digits[i + 1]) else { return nil }
            out.append(high << 4 | low)
        }
        self = out
    }
    fileprivate static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 65...70: digit - 55
        case 97...102: digit - 87
        default: nil
        }
    }
}

extension String {
    /// Percent-decodes UTF-8 (RFC 3986 §2.1); nil when an escape or the UTF-8 is broken.
    public var percentDecoded: String? {
        guard utf8.span.contains(37) else { return self }
        let source = Array(utf8)
        var out: [UInt8] = []
        out.reserveCapacity(source.count)
        var i = 0
        while i < source.count {
            if source[i] == 37 {
                guard i + 2 < source.count, let high = [UInt8].nibble(source[i + 1]),
                    let low = [UInt8].nibble(source[i + 2])
                else { return nil }
                out.append(high << 4 | low)
                i += 3
            } else {
                out.append(source[i])
                i += 1
            }
        }
        return String(validating: out, as: UTF8.self)
    }
    /// Percent-encodes all but RFC 3986 §2.3 unreserved characters and those in `keeping`.
    public func percentEncoded(keeping: String = "") -> String {
        let kept = Set(keeping.utf8)
        var out = ""
        for byte in utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where kept.contains(byte): out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + [byte].hex.uppercased()
            }
        }
        return out
    }
}
