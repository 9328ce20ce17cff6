// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

struct NetworkAddressTests {
    @Test(
        arguments: [
            ("1.2.3.4", [1, 2, 3, 4]), ("::ffff:1.2.3.4", [1, 2, 3, 4]),
            ("::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            ("2001:db8::a:1", [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 1]),
            ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
        ] as [(String, [UInt8])]
    )
    func `an address is read`(_ text: String, _ bytes: [UInt8]) {
        #expect(NetworkAddress(text)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.256", "1.2.3.+4", "1::2::3", ":1", "1:2:3:4:5:6:7", "12345::", "fe80::1%eth0", "::+1",
    ])
    func `what is no address is not read`(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func `a range has two ends of one family in order`() throws {
        let range = try #require(NetworkAddressRange("2001:db8::1-2001:db8::ff"))
        #expect(range.contains(try #require(NetworkAddress("2001:db8::80"))))
        #expect(!range.contains(try #require(NetworkAddress("2001:db8::100"))))
        #expect(!range.contains(try #require(NetworkAddress("1.2.3.4"))))
        for text in ["1.2.3.4-1.2.3.3", "1.2.3.4-::1", "1.2.3.4-", "1.2.3.4-1.2.3.5-1.2.3.6", "1.2.3.0/24"] {
            #expect(NetworkAddressRange(text) == nil)
        }
    }
}
