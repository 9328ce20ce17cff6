// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Base64url between byte arrays (RFC 7515 §2), without a `String` in between: two thirds of a token pass through it.
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text = Array(Data(bytes).base64EncodedData())
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        for position in text.indices {
            if text[position] == UInt8(ascii: "+") {
                text[position] = UInt8(ascii: "-")
            } else if text[position] == UInt8(ascii: "/") {
                text[position] = UInt8(ascii: "_")
            }
        }
        return text
    }
    /// Nil for any other alphabet, and for padding.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var plain = Array(text)
        for position in plain.indices {
            switch plain[position] {
            case UInt8(ascii: "-"): plain[position] = UInt8(ascii: "+")
            case UInt8(ascii: "_"): plain[position] = UInt8(ascii: "/")
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: break
            }
        }
        while plain.count % 4 != 0 { plain.append(UInt8(ascii: "=")) }
        return Data(base64Encoded: Data(plain)).map { Array($0) }
    }
}
