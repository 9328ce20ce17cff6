// SPDX-License-Identifier: Apache-2.0

/// Writes values as JSON (RFC 8259), without white space.
enum QueryJSONWriter {
    static func write(_ value: QueryValue, to out: inout [UInt8]) {
        switch value {
        case .null, .missing: out += "null".utf8
        case .boolean(let value): out += (value ? "true" : "false").utf8
        case .integer(let value): out += String(value).utf8
        case .float(let value): out += "\(value)".utf8
        case .string(let text): write(text.utf8, to: &out)
        case .timestamp(let moment): write(moment.text.utf8, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                write(element, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                write(member.name.utf8, to: &out)
                out.append(UInt8(ascii: ":"))
                write(member.value, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
    static func write(_ text: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x08: out += "\\b".utf8
            case 0x09: out += "\\t".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0D: out += "\\r".utf8
            case 0..<0x20: out += "\\u00".utf8 + [digit(byte >> 4), digit(byte & 15)]
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 87 + nibble }
}

/// How results are written.
package enum QueryForm: Sendable, Equatable {
    case delimited(DelimitedForm)
    /// JSON values, each followed by the separator.
    case json([UInt8])
}

/// Writes the records of an answer.
struct QueryResults {
    private let form: QueryForm
    /// What is written and not yet taken.
    private(set) var bytes: [UInt8] = []
    private var start = 0
    private var columns = 0

    init(_ form: QueryForm) { self.form = form }

    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
    mutating func beginRecord() {
        start = bytes.count
        columns = 0
        if case .json = form { bytes.append(UInt8(ascii: "{")) }
    }
    mutating func column(_ name: String, _ value: QueryValue) throws(QueryFault) {
        switch form {
        case .delimited:
            if case .string(let text) = value {
                try field(name, Array(text.utf8)[...])
            } else {
                try field(name, Array(value.text().utf8)[...])
            }
        case .json:
            guard value != .missing else { return }
            member(name)
            QueryJSONWriter.write(value, to: &bytes)
        }
        try look()
    }
    /// A column whose bytes are as they were read.
    mutating func field(_ name: String, _ content: ArraySlice<UInt8>) throws(QueryFault) {
        switch form {
        case .delimited(let form):
            if columns > 0 { bytes += form.column }
            columns += 1
            delimited(content, form)
        case .json:
            member(name)
            QueryJSONWriter.write(String(decoding: content, as: UTF8.self).utf8, to: &bytes)
        }
        try look()
    }
    mutating func endRecord() {
        switch form {
        case .delimited(let form): bytes += form.record
        case .json(let separator): bytes += [UInt8(ascii: "}")] + separator
        }
    }
    /// Takes back what was written of the record.
    mutating func dropRecord() { bytes.removeLast(bytes.count - start) }

    private func look() throws(QueryFault) {
        guard bytes.count - start <= QueryLimits.resultBytesMax else {
            throw .tooLarge("A record of the result is longer than \(QueryLimits.resultBytesMax) bytes.")
        }
    }
    private mutating func member(_ name: String) {
        if columns > 0 { bytes.append(UInt8(ascii: ",")) }
        columns += 1
        QueryJSONWriter.write(name.utf8, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }
    /// A field, between quotes where a reader would take a part of it for something else.
    private mutating func delimited(_ content: ArraySlice<UInt8>, _ form: DelimitedForm) {
        let needsQuotes = content.contains { byte in
            byte == form.column.first || byte == form.record.first || byte == form.quote || byte == form.escape
                || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        }
        guard needsQuotes else {
            bytes += content
            return
        }
        guard let quote = form.quote else {
            for byte in content {
                let isMark = byte == form.column.first || byte == form.record.first || byte == form.escape
                if let escape = form.escape, isMark { bytes.append(escape) }
                bytes.append(byte)
            }
            return
        }
        bytes.append(quote)
        for byte in content {
            if byte == quote || byte == form.escape { bytes.append(form.escape ?? quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
