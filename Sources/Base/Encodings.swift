// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

extension Collection<UInt8> {
    /// Lower-case hexadecimal.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        out.reserveCapacity(count * 2)
        for byte in self {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }
    /// Base64 with padding, RFC 4648 §4.
    public var base64: String { Data(self).base64EncodedString() }
    /// Base64 for URLs, without padding, RFC 4648 §5.
    public var base64URL: String {
        String(
            base64.compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            }
        )
    }
}

extension [UInt8] {
    /// Reads RFC 4648 §4 base64; nil when it is not.
    public init?(base64 text: some StringProtocol) {
        guard let data = Data(base64Encoded: String(text)) else { return nil }
        self = Array(data)
    }
    /// Reads RFC 4648 §5 base64, padded or not; nil when it is not.
    public init?(base64URL text: some StringProtocol) {
        var plain = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        while plain.last == "=" { plain.removeLast() }
        while plain.count % 4 != 0 { plain.append("=") }
        self.init(base64: String(plain))
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
    private static func nibble(_ digit: UInt8) -> UInt8? {
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
        guard utf8.contains(37) else { return self }
        let source = Array(utf8)
        var out: [UInt8] = []
        out.reserveCapacity(source.count)
        var i = 0
        while i < source.count {
            if source[i] == 37 {
                guard i + 2 < source.count,
                    let byte = [UInt8](hex: String(decoding: source[i + 1...i + 2], as: UTF8.self))
                else { return nil }
                out.append(byte[0])
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
