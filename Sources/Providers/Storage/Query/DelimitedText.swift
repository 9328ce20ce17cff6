// SPDX-License-Identifier: Apache-2.0

/// How fields and records are told apart (REST "Query Blob Contents", `DelimitedTextConfiguration`).
package struct DelimitedForm: Sendable, Equatable {
    package var column: [UInt8] = [UInt8(ascii: ",")]
    package var record: [UInt8] = [UInt8(ascii: "\n")]
    /// Nil: no field is quoted.
    package var quote: UInt8? = UInt8(ascii: "\"")
    /// Takes meaning from the byte behind it; nil: nothing does.
    package var escape: UInt8?
    /// Whether the first record names the columns.
    package var hasHeaders = false
    /// Commas, lines, double quotes.
    package init() {}
}

/// One record: its bytes without separators and quotes, and where its fields end in them.
struct DelimitedRecord {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []
    var count: Int { ends.count }

    /// A field by its number, from 0; nil when there are not so many.
    func field(_ number: Int) -> ArraySlice<UInt8>? {
        guard ends.indices.contains(number) else { return nil }
        return bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
    }
    fileprivate mutating func append(_ more: ArraySlice<UInt8>) { bytes += more }
    fileprivate mutating func endField() { ends.append(bytes.count) }
    fileprivate mutating func dropLast() { bytes.removeLast() }
    fileprivate mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}

/// Reads delimited text as it comes in, record by record.
///
/// Quotes stand around whole fields, and doubled for themselves within; a record separator between quotes is text. A
/// carriage return before a line feed that ends a record belongs to the line's end, as the service has it.
struct DelimitedReader {
    private enum Place {
        case start
        case plain
        case quoted
        /// Behind a quote that ends the field, or is the first of two.
        case closed
    }
    private let form: DelimitedForm
    /// Bytes that may mean something outside quotes.
    private let isSpecial: [Bool]
    private var buffer: [UInt8] = []
    private var at = 0
    private var isAtEnd = false
    private var place = Place.start
    private var isLastPlain = false
    private(set) var record = DelimitedRecord()
    /// Where in the data the next byte to be read lies.
    private(set) var offset: Int64 = 0
    private let lookahead: Int

    init(_ form: DelimitedForm) {
        self.form = form
        var isSpecial = [Bool](repeating: false, count: 256)
        for byte in [form.column.first, form.record.first, form.quote, form.escape].compactMap(\.self) {
            isSpecial[Int(byte)] = true
        }
        self.isSpecial = isSpecial
        lookahead = max(2, form.column.count, form.record.count)
    }
    mutating func take(_ bytes: [UInt8]) {
        if at > 0 { buffer.removeFirst(at) }
        at = 0
        if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
    }
    mutating func end() { isAtEnd = true }

    /// Reads the next record into `record`; false when more bytes are needed, or there are none.
    mutating func next() throws(QueryFault) -> Bool {
        while at < buffer.count, isAtEnd || buffer.count - at >= lookahead {
            if try step() { return true }
            guard record.bytes.count + record.count <= QueryLimits.recordBytesMax else {
                throw .tooLarge("A record is longer than \(QueryLimits.recordBytesMax) bytes.")
            }
        }
        guard isAtEnd, at == buffer.count, place != .start || record.count > 0 else { return false }
        guard place != .quoted else { throw .parse("Unexpected end of the data within a quoted field.") }
        finish()
        return true
    }
    /// Forgets the record that was read.
    mutating func clear() { record.clear() }

    private func sees(_ separator: [UInt8]) -> Bool { buffer[at...].starts(with: separator) }
    private mutating func pass(_ count: Int) {
        at += count
        offset += Int64(count)
    }
    private mutating func finish() {
        record.endField()
        place = .start
        isLastPlain = false
    }
    /// Reads a field's next bytes or what ends it; true at a record's end.
    private mutating func step() throws(QueryFault) -> Bool {
        if place == .quoted {
            quoted()
            return false
        }
        let byte = buffer[at]
        guard isSpecial[Int(byte)] else {
            let start = at
            var end = at + 1
            while end < buffer.count, !isSpecial[Int(buffer[end])], end - start < Self.runMax { end += 1 }
            add(start..<end)
            return false
        }
        if place == .start, byte == form.quote {
            place = .quoted
            pass(1)
        } else if place == .closed, byte == form.quote {
            place = .quoted
            add(at..<(at + 1), in: .quoted)
        } else if sees(form.record) {
            let isLine = form.record == [UInt8(ascii: "\n")] && isLastPlain && record.bytes.last == UInt8(ascii: "\r")
            if isLine { record.dropLast() }
            pass(form.record.count)
            finish()
            return true
        } else if sees(form.column) {
            pass(form.column.count)
            finish()
        } else if byte == form.escape, at + 1 < buffer.count {
            pass(1)
            add(at..<(at + 1))
        } else {
            add(at..<(at + 1))
        }
        return false
    }
    private static let runMax = 64 << 10
    private mutating func add(_ range: Range<Int>, in next: Place = .plain) {
        record.append(buffer[range])
        pass(range.count)
        place = next
        isLastPlain = next == .plain
    }
    private mutating func quoted() {
        let byte = buffer[at]
        if byte == form.quote, byte != form.escape {
            place = .closed
            isLastPlain = false
            pass(1)
        } else if byte == form.escape, at + 1 < buffer.count {
            pass(1)
            add(at..<(at + 1), in: .quoted)
        } else {
            let start = at
            var end = at + 1
            while end < buffer.count, buffer[end] != form.quote, buffer[end] != form.escape, end - start < Self.runMax {
                end += 1
            }
            add(start..<end, in: .quoted)
        }
    }
}
