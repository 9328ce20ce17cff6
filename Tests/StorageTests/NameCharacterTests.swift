// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Every character Unicode has is either legal in a name, and then comes back as it went, or refused.
struct NameCharacterTests {
    /// The basic plane, and some of each plane above.
    private static let scalars: [Unicode.Scalar] =
        (0..<0x10000).compactMap { Unicode.Scalar($0 as UInt32) }
        + stride(from: 0x10000, through: 0x10FFFF, by: 1_021).compactMap { Unicode.Scalar(UInt32($0)) }

    @Test func `a blob's name holds every character but the ones the service refuses`() throws {
        var refused: [UInt32] = []
        let account = try Fixture.account()
        for scalar in Self.scalars {
            let text = "a" + String(Character(scalar)) + "b"
            guard let name = try? BlobName(text) else {
                refused.append(scalar.value)
                continue
            }
            let head = try Fixture.head(.get, "/docs/" + text.percentEncoded())
            let target = try BlobTarget(head: head, host: account)
            if target.blob != name || !name.text.unicodeScalars.elementsEqual(text.unicodeScalars) {
                Issue.record("U+\(String(scalar.value, radix: 16)) is changed on its way")
            }
        }
        #expect(refused == [0])
    }
    @Test func `containers, queues and tables hold the few characters the service names`() {
        var (containers, queues, tables) = ("", "", "")
        for scalar in Self.scalars {
            let character = String(Character(scalar))
            if (try? ContainerName("a\(character)b")) != nil { containers += character }
            if (try? QueueName("a\(character)b")) != nil { queues += character }
            if (try? TableName("a\(character)b")) != nil { tables += character }
        }
        #expect(containers == "-0123456789abcdefghijklmnopqrstuvwxyz")
        #expect(queues == containers)
        #expect(tables == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    }
    @Test func `blobs of odd names are put, read, listed and deleted`() async throws {
        let client = try await StorageClient.ready()
        let odd: [UInt32] = [0x2028, 0x200B, 0x202E, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x1F600, 0x10FFFF]
        let scalars = (Array(1..<0x100) + odd).compactMap { Unicode.Scalar($0) }
        let names = scalars.map { "n/" + String(Character($0)) + "/e." }
        for (number, name) in names.enumerated() {
            let path = "/docs/" + name.percentEncoded()
            #expect(try await client.upload(path, [UInt8(number % 251)]).status == 201, "\(path)")
        }
        for (number, name) in names.enumerated() {
            #expect(try await client.send(.get, "/docs/" + name.percentEncoded()).body == [UInt8(number % 251)])
        }
        let list = try await client.send(.get, "/docs", "restype=container&comp=list&prefix=n%2F")
        #expect(list.text.split(separator: "<Blob>").count - 1 == names.count)
        let shown = list.text.split(separator: "<Name Encoded=\"true\">").dropFirst().compactMap {
            $0.split(separator: "<").first.flatMap { String($0).percentDecoded }
        }
        #expect(shown.count > 28 && shown.allSatisfy(names.contains))
        for name in names { #expect(try await client.send(.delete, "/docs/" + name.percentEncoded()).status == 202) }
        #expect(try await client.names("", page: 10) == [])
    }
    @Test func `blobs whose names only look alike are others`() async throws {
        let client = try await StorageClient.ready()
        let names = [
            "\u{E4}", "a\u{308}", "A", "a", "a.", "a/", "a//", "%61", "a%2Fb", "a\\b", "a/b", "K", "\u{212A}", ".",
            "..", "a/../b",
        ]
        for (number, name) in names.enumerated() {
            #expect(try await client.upload("/docs/" + name.percentEncoded(), [UInt8(number)]).status == 201, "\(name)")
        }
        for (number, name) in names.enumerated() {
            #expect(try await client.send(.get, "/docs/" + name.percentEncoded()).body == [UInt8(number)], "\(name)")
        }
    }
}
