// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Testing

@Suite struct EncodingsTests {
    @Test func `all bytes read back from hexadecimal and from both kinds of base64`() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 151 + count) }
            #expect([UInt8](hex: bytes.hex) == bytes)
            #expect([UInt8](hex: bytes.hex.uppercased()) == bytes)
            #expect([UInt8](base64: bytes.base64) == bytes)
            #expect([UInt8](base64URL: bytes.base64URL) == bytes)
            #expect(!bytes.base64URL.contains { "+/=".contains($0) })
        }
    }

    @Test func `texts of RFC 4648 section 10 are as written there`() {
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            #expect(Array(plain.utf8).base64 == text)
            #expect([UInt8](base64: text) == Array(plain.utf8))
        }
        #expect(Array("foobar".utf8).hex == "666f6f626172")
    }

    @Test(arguments: ["0", "0g", "zz", "0 ", "é0"])
    func `what is no hexadecimal is refused`(text: String) { #expect([UInt8](hex: text) == nil) }

    @Test(arguments: ["Zg", "Z===", "Zm9v!", "Zm 9v"])
    func `what is no base64 is refused`(text: String) { #expect([UInt8](base64: text) == nil) }

    @Test(arguments: [
        ("a%20b", "a b"), ("%C3%A9", "é"), ("%c3%a9", "é"), ("a+b", "a+b"), ("", ""), ("%25", "%"), ("%2F%2f", "//"),
        ("100", "100"), ("%00", "\u{0}"),
    ])
    func `percent escapes are read`(text: String, plain: String) { #expect(text.percentDecoded == plain) }

    @Test(arguments: ["%", "%2", "a%2", "%zz", "%FF", "%C3", "%ED%A0%80", "%-1", "%+1"])
    func `broken escapes and broken UTF-8 are refused`(text: String) { #expect(text.percentDecoded == nil) }

    @Test func `any text reads back from its escapes`() {
        let texts = ["", "a b", "é/😀?#[]@!$&'()*+,;=%", "\u{0}\u{1F}\u{7F}", "-._~09azAZ"]
        for text in texts {
            #expect(text.percentEncoded().percentDecoded == text)
            #expect(text.percentEncoded(keeping: "/").percentDecoded == text)
        }
        #expect("-._~09azAZ".percentEncoded() == "-._~09azAZ")
        #expect("a/b c".percentEncoded(keeping: "/") == "a/b%20c")
        #expect("é".percentEncoded() == "%C3%A9")
    }

    @Test func `ids read in any case and print in lower case`() throws {
        let text = "DEADBEEF-dead-4EEF-9eef-DEADBEEFDEAD"
        let id = try #require(TenantID(text: text))
        #expect(id.text == text.lowercased())
        #expect(TenantID(bytes: id.bytes) == id)
        #expect(UUID(bytes: [UInt8](repeating: 0, count: 15)) == nil)
        #expect(TenantID(text: "not-an-id") == nil)
        #expect(try JSONCoding.decode([TenantID].self, from: try JSONCoding.encode([id])) == [id])
    }

    @Test func `chance makes ids of version four and numbers below a bound`() {
        let entropy = SystemEntropy()
        #expect(entropy.bytes(0).isEmpty && entropy.bytes(13).count == 13)
        for _ in 0..<100 {
            let bytes = entropy.uuid().bytes
            #expect(bytes[6] >> 4 == 4 && bytes[8] >> 6 == 2)
            #expect(entropy.upTo(7) < 7)
        }
        #expect(entropy.uuid() != entropy.uuid())
    }

    @Test func `ids of a moment are of version seven and sort by their milliseconds`() {
        let entropy = SystemEntropy()
        let moments = [0, 1, 255, 256, 1_645_557_742_000, 1_645_557_742_001, (1 << 48) - 1].map {
            Timestamp(microseconds: $0 * 1_000 + 999)
        }
        let ids = moments.map { entropy.uuid(at: $0).bytes }
        // RFC 9562, appendix A.6: 017F22E2-79B0-7... is Tuesday, 22 February 2022, 19:22:22 UTC.
        #expect(Array(ids[4].prefix(6)) == [0x01, 0x7F, 0x22, 0xE2, 0x79, 0xB0])
        #expect(ids.allSatisfy { $0[6] >> 4 == 7 && $0[8] >> 6 == 2 })
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        #expect(entropy.uuid(at: moments[0]) != entropy.uuid(at: moments[0]))
    }
}
