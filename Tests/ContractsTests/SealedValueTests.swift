// SPDX-License-Identifier: Apache-2.0
import Base
import Custody
import Testing

@Suite struct SealedValueTests {
    private let secret = Secret((0..<32).map { UInt8($0) })
    private let at: [UInt8] = [2, 0x61, 0]
    private let plain = Array("a value".utf8)
    private func keys(sealsMax: UInt64 = ValueKeys.sealsMax) throws -> ValueKeys {
        try ValueKeys(secret, sealsMax: sealsMax)
    }
    /// Where the salt lies in a value: behind the version.
    private func salt(_ sealed: [UInt8]) -> [UInt8] { Array(sealed[1...ValueKeys.saltBytes]) }

    @Test func `a value opens where it was sealed, for any life that has the data key`() throws {
        let sealed = try SealedValue.seal(plain, at: at, with: keys(), entropy: SystemEntropy())
        #expect(try SealedValue.open(sealed, at: at, with: keys()) == plain)
        #expect(throws: CustodyError.self) { try SealedValue.open(sealed, at: at + [1], with: keys()) }
        let other = try ValueKeys(Secret([UInt8](repeating: 9, count: 32)))
        #expect(throws: CustodyError.self) { try SealedValue.open(sealed, at: at, with: other) }
    }

    @Test func `these bytes are values of format 1 and 2`() throws {
        // Never to be changed: stores that exist hold values of these forms. Made by another implementation.
        let former = "016465666768696a6b6c6d6e6f293ba807159c33abb617926222815a664043234615dc85"
        let salted =
            "02c8c9cacbcccdcecf6465666768696a6b6c6d6e6f119e7ee7bb0c7ea1427b7ceeac6247710436d1ad57f792"
        for text in [former, salted] {
            let sealed = try #require([UInt8](hex: text))
            #expect(try SealedValue.open(sealed, at: at, with: keys()) == plain)
        }
    }

    @Test func `a value that was cut or altered anywhere does not open`() throws {
        let sealed = try SealedValue.seal(plain, at: at, with: keys(), entropy: SystemEntropy())
        for count in 0..<sealed.count {
            #expect(throws: CustodyError.self) {
                try SealedValue.open(Array(sealed.prefix(count)), at: at, with: keys())
            }
        }
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1
            #expect(throws: CustodyError.self) { try SealedValue.open(altered, at: at, with: keys()) }
        }
    }

    @Test func `no subkey seals more than its share, and all that was sealed opens`() throws {
        let keys = try keys(sealsMax: 3)
        let values = try (0..<10).map { number in
            try SealedValue.seal(plain + [number], at: at, with: keys, entropy: SystemEntropy())
        }
        let used = Dictionary(grouping: values, by: salt).mapValues(\.count)
        #expect(used.values.sorted() == [1, 3, 3, 3])
        for (number, value) in values.enumerated() {
            #expect(try SealedValue.open(value, at: at, with: keys) == plain + [UInt8(number)])
            #expect(try SealedValue.open(value, at: at, with: self.keys()) == plain + [UInt8(number)])
        }
    }

    @Test func `two lives that draw one salt keep to the bound of AES-GCM together`() {
        #expect(ValueKeys.sealsMax * 2 <= 1 << 32)
    }

    @Test func `each life seals under a subkey of its own, and the values of very many lives open`() throws {
        let values = try (0..<200).map { _ in
            try SealedValue.seal(plain, at: at, with: keys(), entropy: SystemEntropy())
        }
        #expect(Set(values.map(salt)).count == values.count)
        let reader = try keys()
        for _ in 0..<2 {
            for value in values { #expect(try SealedValue.open(value, at: at, with: reader) == plain) }
        }
    }

    @Test func `a data key of another size is refused`() {
        #expect(throws: (any Error).self) { try ValueKeys(Secret([1, 2, 3])) }
    }
}
