// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials

/// Events as the feed's Avro files hold them: schema version 5 of the reference.
enum ChangeAvro {
    static let schemaVersion: Int64 = 5

    /// One block of events; with the file's head where they begin it.
    ///
    /// All files of an account end their blocks with the same marker, the id of its container.
    static func block(_ events: [ChangeEvent], of feed: ChangeFeed, isFirst: Bool) -> [UInt8] {
        var avro = AvroWriter(schema: schema, sync: feed.container.bytes)
        let head = avro.take()
        for event in events { avro.record { write(event, topic: feed.topic, to: &$0) } }
        avro.endBlock()
        return isFirst ? head + avro.take() : avro.take()
    }

    private static func write(_ event: ChangeEvent, topic: String, to out: inout [UInt8]) {
        AvroWriter.write(schemaVersion, to: &out)
        for text in [topic, event.subject, event.kind.rawValue, event.timeText, event.id.lowercaseText] {
            text.write(to: &out)
        }
        for text in [
            event.api, event.clientRequest ?? "", event.request.lowercaseText, event.etag, event.contentType,
        ] { text.write(to: &out) }
        AvroWriter.write(event.contentLength, to: &out)
        event.blobType.write(to: &out)
        for text in [event.version, nil, event.tier] { optional(text, to: &out) { $0.write(to: &$1) } }
        // The service leaves the address empty; whoever reads knows the account.
        "".write(to: &out)
        event.sequencer.write(to: &out)
        optional(event.previousInfo, to: &out, map)
        optional(event.snapshot, to: &out) { $0.write(to: &$1) }
        optional(event.propertiesUpdated, to: &out) { properties, out in
            map(properties, to: &out) { step, out in
                step.current.write(to: &out)
                step.previous.write(to: &out)
            }
        }
        optional(event.asyncOperation, to: &out, map)
        optional(event.tagsUpdated, to: &out) { tags, out in
            map(tags.previous, to: &out)
            map(tags.current, to: &out)
        }
        // restorePointMarker and storageDiagnostics.
        for _ in 0..<2 { optional([String: String]?.none, to: &out, map) }
    }
    /// The second branch of a union with null, or the first.
    private static func optional<Value>(
        _ value: Value?,
        to out: inout [UInt8],
        _ write: (Value, inout [UInt8]) -> Void
    ) {
        AvroWriter.write(value == nil ? 0 : 1, to: &out)
        if let value { write(value, &out) }
    }
    private static func map(_ texts: [String: String], to out: inout [UInt8]) {
        map(texts, to: &out) { $0.write(to: &$1) }
    }
    /// One block of entries, in the order of their names, and the end.
    private static func map<Value>(
        _ values: [String: Value],
        to out: inout [UInt8],
        _ write: (Value, inout [UInt8]) -> Void
    ) {
        if !values.isEmpty { AvroWriter.write(Int64(values.count), to: &out) }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            name.write(to: &out)
            write(value, &out)
        }
        AvroWriter.write(0, to: &out)
    }

    private static let schema: String = {
        func field(_ name: String, _ type: String) -> String { #"{"name":"\#(name)","type":\#(type)}"# }
        func record(_ name: String, _ fields: [String]) -> String {
            #"{"type":"record","name":"\#(name)","fields":[\#(fields.joined(separator: ","))]}"#
        }
        func map(_ type: String) -> String { #"{"type":"map","values":\#(type)}"# }
        func optional(_ type: String) -> String { #"["null",\#(type)]"# }
        let (text, long) = (#""string""#, #""long""#)
        let texts = map(text)
        let step = record("BlobPropertyChange", [field("current", text), field("previous", text)])
        let tags = record("BlobTagsChange", [field("previous", texts), field("current", texts)])
        let data = record(
            "BlobChangeEventData",
            ["api", "clientRequestId", "requestId", "etag", "contentType"].map { field($0, text) }
                + [field("contentLength", long), field("blobType", text)]
                + ["blobVersion", "containerVersion", "blobTier"].map { field($0, optional(text)) }
                + [
                    field("url", text), field("sequencer", text), field("previousInfo", optional(texts)),
                    field("snapshot", optional(text)), field("blobPropertiesUpdated", optional(map(step))),
                    field("asyncOperationInfo", optional(texts)), field("blobTagsUpdated", optional(tags)),
                    field("restorePointMarker", optional(texts)), field("storageDiagnostics", optional(texts)),
                ]
        )
        let names = ["topic", "subject", "eventType", "eventTime", "id"]
        return record(
            "BlobChangeEvent",
            [field("schemaVersion", long)] + names.map { field($0, text) } + [field("data", data)]
        )
    }()
}

extension String {
    fileprivate func write(to out: inout [UInt8]) { AvroWriter.write(Array(utf8), to: &out) }
}
