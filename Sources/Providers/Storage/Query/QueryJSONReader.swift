// SPDX-License-Identifier: Apache-2.0

/// Reads JSON values as they come in, one after another: with separators or white space between them, or as the elements
/// of one array, however long that is.
struct QueryJSONReader {
    /// Where in an array around all records the reader is; nil outside one.
    private enum ArrayPlace {
        case first
        case element
        case comma
    }
    private let separator: [UInt8]
    private var buffer: [UInt8] = []
    private var at = 0
    private var isAtEnd = false
    private var array: ArrayPlace?
    /// How far a record that is not complete was looked through.
    private var scan: Scan?
    /// Where in the data the next byte to be read lies.
    private(set) var offset: Int64 = 0
    /// Where the record read last begins.
    private(set) var recordStart: Int64 = 0
    /// Whether the next byte to be read begins a record.
    var isWithinRecord: Bool { scan != nil }

    /// The state of looking for a record's end.
    private struct Scan {
        var length = 0
        var depth = 0
        var isInText = false
        var isEscaped = false
        let isWord: Bool
    }

    init(separator: [UInt8]) { self.separator = separator }

    mutating func take(_ bytes: [UInt8]) {
        if at > 0 { buffer.removeFirst(at) }
        at = 0
        if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
    }
    mutating func end() { isAtEnd = true }

    /// The next record; nil when more bytes are needed, or there are none.
    mutating func next() throws(QueryFault) -> QueryValue? {
        if scan == nil {
            guard try begin() else { return nil }
        }
        guard let length = recordLength() else {
            guard (scan?.length ?? 0) <= QueryLimits.recordBytesMax else {
                throw .tooLarge("A record is longer than \(QueryLimits.recordBytesMax) bytes.")
            }
            guard isAtEnd else { return nil }
            // What is there cannot be a whole value: the parser says what is missing.
            return try record(buffer.count - at)
        }
        guard length <= QueryLimits.recordBytesMax else {
            throw .tooLarge("A record is longer than \(QueryLimits.recordBytesMax) bytes.")
        }
        return try record(length)
    }
    private mutating func record(_ length: Int) throws(QueryFault) -> QueryValue {
        var parser = QueryJSONParser(buffer[at..<(at + length)], origin: Int(offset))
        let value = try parser.document()
        recordStart = offset
        pass(length)
        scan = nil
        if array != nil { array = .comma }
        return value
    }
    private mutating func pass(_ count: Int) {
        at += count
        offset += Int64(count)
    }

    /// Passes what stands between records; true when a record begins at the place at hand.
    private mutating func begin() throws(QueryFault) -> Bool {
        while at < buffer.count {
            let byte = buffer[at]
            if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                pass(1)
            } else if array == nil, separator.first == byte, !Self.opens(byte) {
                guard isAtEnd || buffer.count - at >= separator.count else { return false }
                guard buffer[at...].starts(with: separator) else { throw unexpected(byte) }
                pass(separator.count)
            } else if let place = array {
                if try enters(place, byte) { return true }
            } else if byte == UInt8(ascii: "[") {
                array = .first
                pass(1)
            } else if Self.opens(byte) || Self.isWord(byte) {
                scan = Scan(isWord: Self.isWord(byte))
                return true
            } else {
                throw unexpected(byte)
            }
        }
        if isAtEnd, array != nil {
            throw QueryJSONParser.unexpected(nil, at: Int(offset), "']'")
        }
        return false
    }
    /// One byte between the elements of the array; true when an element begins with it.
    private mutating func enters(_ place: ArrayPlace, _ byte: UInt8) throws(QueryFault) -> Bool {
        switch (place, byte) {
        case (.first, UInt8(ascii: "]")), (.comma, UInt8(ascii: "]")): array = nil
        case (.comma, UInt8(ascii: ",")): array = .element
        case (.comma, _): throw QueryJSONParser.unexpected(byte, at: Int(offset), "',', or ']'")
        default:
            guard Self.opens(byte) || Self.isWord(byte) else { throw unexpected(byte) }
            scan = Scan(isWord: Self.isWord(byte))
            return true
        }
        pass(1)
        return false
    }
    private func unexpected(_ byte: UInt8) -> QueryFault {
        QueryJSONParser.unexpected(byte, at: Int(offset), "'{', or '['")
    }
    private static func opens(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\"")
    }
    /// Whether a byte may be of a number, `true`, `false` or `null`.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Looks on for the record's end; nil when it is not there yet.
    private mutating func recordLength() -> Int? {
        guard var scan else { return nil }
        defer { if self.scan != nil { self.scan = scan } }
        while at + scan.length < buffer.count {
            let byte = buffer[at + scan.length]
            if scan.isWord {
                guard Self.isWord(byte) else { return scan.length }
            } else if Self.ends(&scan, byte) {
                return scan.length + 1
            }
            scan.length += 1
            if scan.length > QueryLimits.recordBytesMax { return nil }
        }
        return scan.isWord && isAtEnd ? scan.length : nil
    }
    /// Whether a byte closes the text or the bracket the record began with.
    private static func ends(_ scan: inout Scan, _ byte: UInt8) -> Bool {
        if scan.isEscaped {
            scan.isEscaped = false
        } else if scan.isInText {
            if byte == UInt8(ascii: "\\") { scan.isEscaped = true }
            if byte == UInt8(ascii: "\"") {
                scan.isInText = false
                return scan.depth == 0
            }
        } else {
            switch byte {
            case UInt8(ascii: "\""): scan.isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): scan.depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                scan.depth -= 1
                return scan.depth <= 0
            default: break
            }
        }
        return false
    }
}
