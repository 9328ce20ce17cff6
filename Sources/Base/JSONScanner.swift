// SPDX-License-Identifier: Apache-2.0

/// Walks over a text that is JSON as RFC 8259 writes it: white space, words, numbers and texts.
///
/// What is made of them, and how deep they may nest, is its owner's affair. A lone surrogate (§8.2) is refused.
public struct JSONScanner {
    /// What the grammar wants is not there.
    public struct Fault: Error {
        /// The place, counted from the scanner's first byte.
        public let offset: Int
        /// What stands there; nil at the end.
        public let found: UInt8?
        /// In words.
        public let wanted: String
    }
    /// A number as it is written.
    public struct Number {
        /// Its bytes as a text.
        public let text: String
        /// Whether it has neither a point nor an exponent.
        public let isWhole: Bool
    }
    private let text: ArraySlice<UInt8>
    private var at: Int

    /// Begins at the first byte of `text`.
    public init(_ text: ArraySlice<UInt8>) {
        self.text = text
        at = text.startIndex
    }
    /// How many bytes were passed.
    public var offset: Int { at - text.startIndex }
    /// The byte at hand; nil at the end.
    public var byte: UInt8? { at < text.endIndex ? text[at] : nil }
    /// What to throw where something else is wanted than the byte at hand.
    public func fault(_ wanted: String) -> Fault { Fault(offset: offset, found: byte, wanted: wanted) }

    /// Passes white space.
    public mutating func skipSpace() {
        while at < text.endIndex {
            switch text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }
    /// Passes white space and then the byte; false, and nothing but white space passed, when another one stands there.
    public mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        return accept(byte)
    }
    private mutating func accept(_ byte: UInt8) -> Bool {
        guard at < text.endIndex, text[at] == byte else { return false }
        at += 1
        return true
    }
    /// Passes `true`, `false` or `null`.
    public mutating func word(_ word: String) throws(Fault) {
        guard text[at...].starts(with: word.utf8) else { throw fault("'\(word)'") }
        at += word.utf8.count
    }

    // MARK: Numbers, §6

    /// Passes a number.
    public mutating func number() throws(Fault) -> Number {
        let start = at
        _ = accept(UInt8(ascii: "-"))
        let whole = digits()
        guard whole == 1 || (whole > 1 && text[at - whole] != UInt8(ascii: "0")) else {
            at = start
            throw fault("a value")
        }
        var isWhole = true
        if accept(UInt8(ascii: ".")) {
            isWhole = false
            guard digits() > 0 else { throw fault("a digit") }
        }
        if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
            isWhole = false
            if !accept(UInt8(ascii: "+")) { _ = accept(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw fault("a digit") }
        }
        return Number(text: String(decoding: text[start..<at], as: UTF8.self), isWhole: isWhole)
    }
    private mutating func digits() -> Int {
        let start = at
        while at < text.endIndex, (0x30...0x39).contains(text[at]) { at += 1 }
        return at - start
    }

    // MARK: Texts, §7

    /// Passes a text whose opening quotation mark is at hand.
    public mutating func string() throws(Fault) -> String {
        guard accept(UInt8(ascii: "\"")) else { throw fault("'\"'") }
        var start = at
        var unescaped: [UInt8] = []
        while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "\""):
                let rest = text[start..<at]
                let whole = unescaped.isEmpty ? rest : (unescaped + rest)[...]
                guard let string = String(validating: whole, as: UTF8.self) else { throw fault("UTF-8 before it") }
                at += 1
                return string
            case UInt8(ascii: "\\"):
                unescaped += text[start..<at]
                at += 1
                try escape(into: &unescaped)
                start = at
            case 0..<0x20: throw fault("'\"'")
            default: at += 1
            }
        }
        throw fault("'\"'")
    }
    private mutating func escape(into out: inout [UInt8]) throws(Fault) {
        guard let letter = byte else { throw fault("an escape") }
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            at += 1
            out += Array(String(Character(try scalar())).utf8)
            return
        default: throw fault("an escape")
        }
        at += 1
    }
    /// What `\u` and four digits say, or two of them for a character outside the basic plane.
    private mutating func scalar() throws(Fault) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, accept(UInt8(ascii: "\\")), accept(UInt8(ascii: "u")) else {
            throw fault("the second half of a surrogate pair")
        }
        let second = try unit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw fault("the second half of a surrogate pair") }
        return scalar
    }
    private mutating func unit() throws(Fault) -> UInt16 {
        let digits = text[at...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits") }
        at += 4
        return unit
    }
}
