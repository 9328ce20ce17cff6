// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes

/// A body in segments that carry their own checksums: `x-ms-structured-body: XSM/1.0; properties=crc64`.
///
/// All numbers are little-endian. Message: version (1 byte, 1), length of the whole message (8), properties (2; bit 0 is
/// CRC64), segments (2). Segment: number from one (2), length of its content (8), content, CRC64 of the content (8).
/// Behind the last segment: CRC64 of all content (8).
package enum StructuredBody {
    /// The only form there is, as requests and answers name it.
    package static let form = "XSM/1.0; properties=crc64"
    package static let headerBytes = 13
    package static let segmentHeaderBytes = 10
    package static let checksumBytes = 8
    /// How long the segments of answers are, in bytes.
    package static let segmentBytes: Int64 = 4 << 20
    /// The most segments a message has room to count.
    package static let segmentsMax: Int64 = 65_535

    /// Whether a request's body comes in this form; another form is a wrong header.
    package static func isAsked(_ head: RequestHead) throws(StorageFault) -> Bool {
        guard let text = head.headers[StorageHeader.structuredBody] else { return false }
        guard text.lowercased().filter({ $0 != " " }) == form.lowercased().filter({ $0 != " " }) else {
            throw .invalidHeaderValue("x-ms-structured-body", text)
        }
        return true
    }
    /// The length of the content of a request's structured body: `x-ms-structured-content-length`.
    package static func contentLength(_ head: RequestHead) throws(StorageFault) -> Int64 {
        let name = "x-ms-structured-content-length"
        guard let text = head.headers[StorageHeader.structuredLength] else { throw .missingRequiredHeader(name) }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let length = Int64(text) else {
            throw .invalidHeaderValue(name, text)
        }
        return length
    }
    /// How many segments an answer of `length` bytes has, and how long all but the last are.
    package static func segments(_ length: Int64) -> (count: Int64, bytes: Int64) {
        let bytes = max(segmentBytes, (length + segmentsMax - 1) / segmentsMax)
        return (max(1, (length + bytes - 1) / bytes), bytes)
    }
    /// The length of a whole message around content of `length` bytes in `segments` segments.
    package static func messageLength(_ length: Int64, segments: Int64) -> Int64 {
        Int64(headerBytes + checksumBytes) + segments * Int64(segmentHeaderBytes + checksumBytes) + length
    }
}

/// Takes a structured message apart while it comes, and checks it.
package struct StructuredDecoder: Sendable {
    private enum Region: Equatable {
        case header
        case segmentHeader
        case content(rest: Int64)
        case segmentChecksum
        case checksum
        case end
    }
    private let messageLength: Int64
    private let contentLength: Int64
    private var region = Region.header
    /// Bytes of a part of fixed length that are here already.
    private var held: [UInt8] = []
    private var segments: Int64 = 0
    private var segment: Int64 = 0
    private var seen: Int64 = 0
    private var all = CRC64()
    private var own = CRC64()

    /// A message of `messageLength` bytes (its Content-Length) around `contentLength` bytes.
    package init(messageLength: Int64, contentLength: Int64) {
        self.messageLength = messageLength
        self.contentLength = contentLength
    }
    /// The content in the next bytes of the message; 400 where they break the form or their checksum.
    package mutating func content(in bytes: [UInt8]) throws(StorageFault) -> [UInt8] {
        var content: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if case .content(let left) = region {
                let part = rest.prefix(Int(min(left, Int64(rest.count))))
                own.update(part)
                all.update(part)
                content += part
                seen += Int64(part.count)
                rest = rest.dropFirst(part.count)
                region = left == Int64(part.count) ? .segmentChecksum : .content(rest: left - Int64(part.count))
            } else {
                guard let length = fixedLength else { throw Self.broken("bytes follow its end") }
                let part = rest.prefix(length - held.count)
                held += part
                rest = rest.dropFirst(part.count)
                if held.count == length { try settle() }
            }
        }
        return content
    }
    /// Throws unless the message came to its end.
    package func finish() throws(StorageFault) {
        guard region == .end else { throw Self.broken("it ended too early") }
    }

    private var fixedLength: Int? {
        switch region {
        case .header: StructuredBody.headerBytes
        case .segmentHeader: StructuredBody.segmentHeaderBytes
        case .segmentChecksum, .checksum: StructuredBody.checksumBytes
        case .content, .end: nil
        }
    }
    private mutating func settle() throws(StorageFault) {
        let bytes = held
        held = []
        switch region {
        case .header:
            segments = Int64(Self.number(bytes[11..<13]))
            guard bytes[0] == 1, Self.number(bytes[9..<11]) == 1, segments > 0,
                Self.number(bytes[1..<9]) == UInt64(messageLength)
            else { throw Self.broken("its header is not that of a message of this length with CRC64") }
            region = .segmentHeader
        case .segmentHeader:
            segment += 1
            guard Int64(Self.number(bytes[0..<2])) == segment,
                let length = Int64(exactly: Self.number(bytes[2..<10])), length <= contentLength - seen
            else { throw Self.broken("segment \(segment) is out of order or too long") }
            own = CRC64()
            region = length == 0 ? .segmentChecksum : .content(rest: length)
        case .segmentChecksum:
            try Self.check(own, bytes)
            region = segment == segments ? .checksum : .segmentHeader
        case .checksum:
            try Self.check(all, bytes)
            guard seen == contentLength else { throw Self.broken("its content is shorter than announced") }
            region = .end
        case .content, .end: break
        }
    }
    private static func check(_ computed: CRC64, _ announced: [UInt8]) throws(StorageFault) {
        guard computed.bytes == announced else {
            throw .crc64Mismatch(announced: announced.base64, computed: computed.base64)
        }
    }
    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    private static func broken(_ reason: String) -> StorageFault {
        .invalidInput("the structured body cannot be read: \(reason).")
    }
}

/// Puts content into a structured message while it passes.
package struct StructuredEncoder: Sendable {
    private let contentLength: Int64
    private let segments: Int64
    private let segmentBytes: Int64
    private var segment: Int64 = 0
    private var left: Int64 = 0
    private var seen: Int64 = 0
    private var all = CRC64()
    private var own = CRC64()
    /// The length of the whole message.
    package var messageLength: Int64 { StructuredBody.messageLength(contentLength, segments: segments) }

    /// A message around `contentLength` bytes.
    package init(contentLength: Int64) {
        self.contentLength = contentLength
        (segments, segmentBytes) = StructuredBody.segments(contentLength)
    }
    /// What the message begins with.
    package mutating func start() -> [UInt8] {
        var out: [UInt8] = [1]
        Self.append(UInt64(messageLength), 8, to: &out)
        Self.append(1, 2, to: &out)
        Self.append(UInt64(segments), 2, to: &out)
        beginSegment(&out)
        if contentLength == 0 { end(&out) }
        return out
    }
    /// The next bytes of content within what surrounds them; the last ones bring the end of the message.
    package mutating func message(around bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 64)
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int(min(left, Int64(rest.count))))
            own.update(part)
            all.update(part)
            out += part
            seen += Int64(part.count)
            left -= Int64(part.count)
            rest = rest.dropFirst(part.count)
            guard left == 0 else { continue }
            guard seen < contentLength else {
                end(&out)
                break
            }
            out += own.bytes
            beginSegment(&out)
        }
        return out
    }
    private mutating func beginSegment(_ out: inout [UInt8]) {
        segment += 1
        left = min(segmentBytes, contentLength - seen)
        own = CRC64()
        Self.append(UInt64(segment), 2, to: &out)
        Self.append(UInt64(left), 8, to: &out)
    }
    private func end(_ out: inout [UInt8]) { out += own.bytes + all.bytes }
    private static func append(_ value: UInt64, _ count: Int, to out: inout [UInt8]) {
        for index in 0..<count { out.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
