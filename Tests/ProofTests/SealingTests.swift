// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Testing

@Suite("Sealing, deriving and wrapping keys")
struct SealingTests {
    /// Test case 16 of the GCM submission to NIST (McGrew and Viega).
    private struct Vector {
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let plain = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        let context = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let nonce = bytes("cafebabefacedbaddecaf888")
        let sealed = bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                + "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        )
    }
    private let vector = Vector()

    @Test func `AES-256-GCM answers what the NIST vectors say`() throws {
        let key = try SealingKey(Secret(vector.key))
        #expect(try key.seal(vector.plain, nonce: vector.nonce, authenticating: vector.context) == vector.sealed)
        #expect(try key.open(vector.sealed, nonce: vector.nonce, authenticating: vector.context) == vector.plain)
    }
    @Test func `blocks can be sealed and opened within larger buffers`() throws {
        let key = try SealingKey(Secret(vector.key))
        var out: [UInt8] = [1, 2]
        try key.seal(
            ([9, 9] + vector.plain)[2...],
            nonce: vector.nonce,
            authenticating: vector.context,
            appendingTo: &out
        )
        #expect(out == [1, 2] + vector.sealed)
        #expect(try key.open(out[2...], nonce: vector.nonce, authenticating: vector.context) == vector.plain)
        var plain: [UInt8] = [7]
        try key.open(out[2...], nonce: vector.nonce, authenticating: vector.context, appendingTo: &plain)
        #expect(plain == [7] + vector.plain)
    }
    @Test func `an empty message seals to its tag alone`() throws {
        let key = try SealingKey(Secret(vector.key))
        let sealed = try key.seal([], nonce: vector.nonce, authenticating: [])
        #expect(sealed.count == SealingKey.tagBytes)
        #expect(try key.open(sealed, nonce: vector.nonce, authenticating: []) == [])
    }
    @Test func `no byte of what was sealed can be changed, moved or cut off`() throws {
        let key = try SealingKey(Secret(vector.key))
        for position in vector.sealed.indices {
            var changed = vector.sealed
            changed[position] ^= 0x40
            #expect(throws: CryptographyError.notAuthentic) {
                try key.open(changed, nonce: vector.nonce, authenticating: vector.context)
            }
        }
        for count in [0, 15, 16, vector.sealed.count - 1] {
            #expect(throws: CryptographyError.notAuthentic) {
                try key.open(vector.sealed.prefix(count), nonce: vector.nonce, authenticating: vector.context)
            }
        }
        #expect(throws: CryptographyError.notAuthentic) {
            try key.open(vector.sealed, nonce: vector.nonce, authenticating: [])
        }
        let other = SealingKey.derive(from: key, salt: [], info: "other")
        #expect(throws: CryptographyError.notAuthentic) {
            try other.open(vector.sealed, nonce: vector.nonce, authenticating: vector.context)
        }
    }
    @Test func `keys and nonces of another size are refused with both sizes`() throws {
        #expect(throws: CryptographyError.wrongSize(of: "a sealing key", expected: 32, found: 16)) {
            try SealingKey(Secret([UInt8](repeating: 1, count: 16)))
        }
        let key = try SealingKey(Secret(vector.key))
        for size in [0, 8, 11, 13, 16] {
            #expect(throws: CryptographyError.wrongSize(of: "a nonce", expected: 12, found: size)) {
                try key.seal([1], nonce: [UInt8](repeating: 0, count: size), authenticating: [])
            }
        }
    }
    @Test func `a sealing key prints as dots`() throws {
        let key = try SealingKey(Secret(vector.key))
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key) \(String(reflecting: key))" == "••• •••")
        #expect(dumped == "- •••\n")
    }
    @Test func `derived keys are those of RFC 5869, test case 3`() throws {
        let derived = SealingKey.derive(from: Secret([UInt8](repeating: 0x0b, count: 22)), salt: [], info: "")
        let expected = try SealingKey(
            Secret(bytes("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"))
        )
        let sealed = try derived.seal([1, 2, 3], nonce: vector.nonce, authenticating: [])
        #expect(try expected.open(sealed, nonce: vector.nonce, authenticating: []) == [1, 2, 3])
    }
    @Test func `salt and purpose each give another key`() throws {
        let root = Secret(vector.key)
        let keys = [
            SealingKey.derive(from: root, salt: [1], info: "a"), SealingKey.derive(from: root, salt: [1], info: "b"),
            SealingKey.derive(from: root, salt: [2], info: "a"),
            SealingKey.derive(from: SealingKey.derive(from: root, salt: [1], info: "a"), salt: [1], info: "a"),
        ]
        let sealed = try keys.map { try $0.seal([0, 0, 0, 0, 0, 0, 0, 0], nonce: vector.nonce, authenticating: []) }
        #expect(Set(sealed).count == keys.count)
    }
    @Test func `key wrap answers what RFC 3394 §4.6 says and detects a change`() throws {
        let wrapping = Secret(bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
        let key = Secret(bytes("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"))
        var wrapped = try KeyWrap.wrap(key, under: wrapping)
        #expect(wrapped.hex == "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")
        #expect(try KeyWrap.unwrap(wrapped, under: wrapping).matches(key.reveal()))
        #expect(throws: CryptographyError.notAuthentic) { try KeyWrap.unwrap(wrapped, under: key) }
        #expect(throws: CryptographyError.notAuthentic) { try KeyWrap.unwrap([], under: wrapping) }
        wrapped[0] ^= 1
        #expect(throws: CryptographyError.notAuthentic) { try KeyWrap.unwrap(wrapped, under: wrapping) }
        #expect(throws: CryptographyError.self) { try KeyWrap.wrap(Secret([1, 2, 3]), under: wrapping) }
        #expect(throws: CryptographyError.self) { try KeyWrap.wrap(key, under: Secret([1, 2, 3])) }
    }
}
