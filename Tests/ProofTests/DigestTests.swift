// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Testing

@Suite("Digests and message codes")
struct DigestTests {
    @Test func `SHA-256 answers what FIPS 180-4 says, whole or in pieces`() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let text = Array("xabc".utf8)
        #expect(SHA256Digest.of(Array(text.dropFirst())).hex == expected)
        #expect(SHA256Digest.of(text.dropFirst()).hex == expected)
        var hasher = SHA256Hasher()
        hasher.update([UInt8(ascii: "a")])
        hasher.update(text.suffix(2))
        #expect(hasher.finish().hex == expected)
    }
    @Test func `MD5 answers what RFC 1321 says`() {
        var hasher = MD5Hasher()
        #expect(hasher.finish().hex == "d41d8cd98f00b204e9800998ecf8427e")
        hasher.update(Array("abc".utf8)[...])
        #expect(hasher.finish().hex == "900150983cd24fb0d6963f7d28e17f72")
    }
    @Test func `HMAC-SHA256 answers what RFC 4231 says and refuses another code`() {
        let message = Array("what do ya want for nothing?".utf8)
        var code = hmacSHA256(message, key: Secret(text: "Jefe"))
        #expect(code.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(isValidHMAC(code, of: message, key: Secret(text: "Jefe")))
        #expect(!isValidHMAC(code, of: message, key: Secret(text: "jefe")))
        code[31] ^= 1
        #expect(!isValidHMAC(code, of: message, key: Secret(text: "Jefe")))
        #expect(!isValidHMAC([], of: message, key: Secret(text: "Jefe")))
    }
}
