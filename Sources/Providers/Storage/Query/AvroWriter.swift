// SPDX-License-Identifier: Apache-2.0

/// Writes an Avro object container file (Avro 1.8.2, "Object Container Files"), block by block.
package struct AvroWriter: Sendable {
    /// The bytes so far.
    package private(set) var bytes: [UInt8] = []
    private let sync: [UInt8]
    private var block: [UInt8] = []
    private var records = 0

    /// Starts a file: magic, schema, and the 16 bytes that end each block.
    package init(schema: String, sync: [UInt8]) {
        precondition(sync.count == 16, "a sync marker has 16 bytes")
        self.sync = sync
        bytes = [0x4F, 0x62, 0x6A, 0x01]
        // A map: blocks of entries, the last one of none.
        Self.write(2, to: &bytes)
        for (name, value) in [("avro.schema", schema), ("avro.codec", "null")] {
            Self.write(Array(name.utf8), to: &bytes)
            Self.write(Array(value.utf8), to: &bytes)
        }
        Self.write(0, to: &bytes)
        bytes += sync
    }

    /// One record of a union of records: the branch, then the fields.
    package mutating func record(_ branch: Int64, _ fields: (inout [UInt8]) -> Void) {
        Self.write(branch, to: &block)
        record(fields)
    }
    /// One record of a schema that is a record.
    package mutating func record(_ fields: (inout [UInt8]) -> Void) {
        fields(&block)
        records += 1
    }
    /// Ends the block; without records there is none.
    package mutating func endBlock() {
        guard records > 0 else { return }
        Self.write(Int64(records), to: &bytes)
        Self.write(Int64(block.count), to: &bytes)
        bytes += block
        bytes += sync
        block.removeAll(keepingCapacity: true)
        records = 0
    }
    /// The bytes since the last time.
    package mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// A long: zigzag, seven bits a byte, the lowest first.
    package static func write(_ number: Int64, to out: inout [UInt8]) {
        var rest = UInt64(bitPattern: (number << 1) ^ (number >> 63))
        while rest > 0x7F {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(rest))
    }
    /// Bytes, or a string in UTF-8: the length, then the bytes.
    package static func write(_ content: [UInt8], to out: inout [UInt8]) {
        write(Int64(content.count), to: &out)
        out += content
    }
    /// A boolean.
    package static func write(_ truth: Bool, to out: inout [UInt8]) { out.append(truth ? 1 : 0) }
}

/// The records of an answer (REST "Query Blob Contents", response body).
struct QueryAnswer {
    private var avro: AvroWriter

    init(sync: [UInt8]) { avro = AvroWriter(schema: Self.schema, sync: sync) }

    mutating func data(_ bytes: [UInt8]) { avro.record(0) { AvroWriter.write(bytes, to: &$0) } }
    mutating func error(_ fault: QueryFault, at position: Int64) {
        avro.record(1) { out in
            AvroWriter.write(fault.isFatal, to: &out)
            AvroWriter.write(Array(fault.name.utf8), to: &out)
            AvroWriter.write(Array(fault.description.utf8), to: &out)
            AvroWriter.write(position, to: &out)
        }
    }
    mutating func progress(scanned: Int64, total: Int64) {
        avro.record(2) { out in
            AvroWriter.write(scanned, to: &out)
            AvroWriter.write(total, to: &out)
        }
    }
    mutating func end(total: Int64) { avro.record(3) { AvroWriter.write(total, to: &$0) } }
    mutating func take() -> [UInt8] {
        avro.endBlock()
        return avro.take()
    }

    /// The service's schema: readers tell the records by these names.
    static let schema: String = {
        let records = [
            ("resultData", [("data", "bytes")]),
            ("error", [("fatal", "boolean"), ("name", "string"), ("description", "string"), ("position", "long")]),
            ("progress", [("bytesScanned", "long"), ("totalBytes", "long")]), ("end", [("totalBytes", "long")]),
        ]
        let texts = records.map { name, fields in
            let members = fields.map { #"{"name":"\#($0)","type":"\#($1)"}"# }.joined(separator: ",")
            let full = "com.microsoft.azure.storage.queryBlobContents.\(name)"
            return #"{"type":"record","name":"\#(full)","doc":"","fields":[\#(members)]}"#
        }
        return "[" + texts.joined(separator: ",") + "]"
    }()
}
