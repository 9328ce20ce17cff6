// SPDX-License-Identifier: Apache-2.0

/// What is settled before the library's parser sees a body: that it is UTF-8, and that it declares nothing.
///
/// The library chooses an encoding from the first bytes and the declaration; taking both away leaves UTF-8 only, so
/// that the check for declarations below cannot be passed by in another encoding.
enum XMLPrologue {
    static func strip(_ bytes: [UInt8], limits: XMLLimits) throws(MarkupError) -> ArraySlice<UInt8> {
        guard bytes.count <= limits.bytesMax else {
            throw .tooLarge("the body is longer than \(limits.bytesMax) bytes")
        }
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { throw .malformed("not UTF-8") }
        // Azure SDKs for .NET and Java send a byte-order mark.
        var body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        if body.starts(with: "<?xml".utf8), let end = end(of: "?>", in: body) {
            try check(encoding: body[..<end])
            body = body[end...]
        }
        return try withoutInstructions(body)
    }

    private static func check(encoding declaration: ArraySlice<UInt8>) throws(MarkupError) {
        let text = String(decoding: declaration, as: UTF8.self).lowercased()
        guard let mention = text.firstRange(of: "encoding") else { return }
        let value = text[mention.upperBound...].drop { $0 == "=" || $0.isWhitespace }
        guard let quote = value.first, quote == "\"" || quote == "'",
            ["utf-8", "utf8", "us-ascii"].contains(value.dropFirst().prefix { $0 != quote })
        else { throw .malformed("the encoding must be UTF-8") }
    }

    /// Passes over comments and CDATA sections; any other `<!` declares something.
    ///
    /// Processing instructions, which nobody here asks for, become empty comments: Foundation's reader takes the length of
    /// an instruction's content even where it has none, and ends the process.
    private static func withoutInstructions(_ body: ArraySlice<UInt8>) throws(MarkupError) -> ArraySlice<UInt8> {
        var out: [UInt8] = []
        var copied = body.startIndex
        var rest = body
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[open...]
            let isInstruction = rest.starts(with: "<?".utf8)
            let terminator: String
            if isInstruction {
                terminator = "?>"
            } else if rest.starts(with: "<!--".utf8) {
                terminator = "-->"
            } else if rest.starts(with: "<![CDATA[".utf8) {
                terminator = "]]>"
            } else if rest.starts(with: "<!".utf8) {
                throw .documentType
            } else {
                rest = rest.dropFirst()
                continue
            }
            guard let end = end(of: terminator, in: rest.dropFirst(isInstruction ? 2 : 4)) else {
                throw .malformed("it ends too early")
            }
            if isInstruction {
                try check(instruction: rest[..<end])
                out += body[copied..<open]
                out += "<!---->".utf8
                copied = end
            }
            rest = rest[end...]
        }
        return copied == body.startIndex ? body : (out + body[copied...])[...]
    }
    /// An instruction begins with a name, which is not `xml` (XML 1.0 §2.6).
    private static func check(instruction: ArraySlice<UInt8>) throws(MarkupError) {
        let target = instruction.dropFirst(2).dropLast(2).prefix { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let isNamed = target.first.map { first in
            first >= 0x80 || [UInt8(ascii: "_"), UInt8(ascii: ":")].contains(first)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20)
        }
        guard isNamed == true, String(decoding: target, as: UTF8.self).lowercased() != "xml" else {
            throw .malformed("a processing instruction has no name of its own")
        }
    }

    private static func end(of terminator: String, in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.firstRange(of: Array(terminator.utf8))?.upperBound
    }
}
