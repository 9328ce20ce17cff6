// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Storage
import Testing

struct StructuredBodyTests {
    private func message(_ content: [UInt8], pieces: Int = 1000) -> [UInt8] {
        var encoder = StructuredEncoder(contentLength: Int64(content.count))
        var message = encoder.start()
        for start in stride(from: 0, to: content.count, by: pieces) {
            message += encoder.message(around: Array(content[start..<min(start + pieces, content.count)]))
        }
        #expect(Int64(message.count) == encoder.messageLength)
        return message
    }
    private func decode(_ message: [UInt8], length: Int, pieces: Int) throws -> [UInt8] {
        var decoder = StructuredDecoder(messageLength: Int64(message.count), contentLength: Int64(length))
        var content: [UInt8] = []
        for start in stride(from: 0, to: message.count, by: pieces) {
            content += try decoder.content(in: Array(message[start..<min(start + pieces, message.count)]))
        }
        try decoder.finish()
        return content
    }

    @Test(arguments: [0, 1, 4_194_303, 4_194_304, 4_194_305, 9_000_000])
    func `content comes out as it went in, whatever the pieces`(_ length: Int) throws {
        let content = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let message = message(content, pieces: 100_003)
        for pieces in [65_536, 1_000_000] { #expect(try decode(message, length: length, pieces: pieces) == content) }
    }

    @Test func `every byte can come alone`() throws {
        #expect(try decode(message([1, 2, 3]), length: 3, pieces: 1) == [1, 2, 3])
    }

    @Test func `a changed byte anywhere is refused`() throws {
        let message = message(Array(0..<40))
        for place in message.indices {
            var broken = message
            broken[place] ^= 1
            #expect(throws: StorageFault.self) { try decode(broken, length: 40, pieces: 64) }
        }
    }

    @Test func `a message that is too short or too long is refused`() throws {
        let message = message([1, 2, 3])
        #expect(throws: StorageFault.self) { try decode(Array(message.dropLast()), length: 3, pieces: 64) }
        #expect(throws: StorageFault.self) { try decode(message + [0], length: 3, pieces: 64) }
        #expect(throws: StorageFault.self) { try decode(message, length: 4, pieces: 64) }
        #expect(throws: StorageFault.self) { try decode(message, length: 2, pieces: 64) }
    }

    @Test func `other forms are wrong headers and the content's length is needed`() throws {
        func head(_ headers: [(String, String)]) throws -> RequestHead { try Fixture.head(.put, "/c/b", headers) }
        #expect(try StructuredBody.isAsked(head([("x-ms-structured-body", "XSM/1.0;properties=crc64")])))
        #expect(try !StructuredBody.isAsked(head([])))
        let other = Fixture.fault { try StructuredBody.isAsked(head([("x-ms-structured-body", "XSM/2.0")])) }
        #expect(other?.line == "400 InvalidHeaderValue")
        let missing = Fixture.fault { try StructuredBody.contentLength(head([])) }
        #expect(missing?.line == "400 MissingRequiredHeader")
    }
}
