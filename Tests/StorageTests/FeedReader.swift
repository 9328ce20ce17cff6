// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

/// An event as it lies in a file of the change feed.
struct FeedEvent {
    var fields: [String: String] = [:]
    var maps: [String: [String: String]] = [:]
    subscript(name: String) -> String? { fields[name] }
    /// `BlobCreated PutBlob`.
    var told: String { "\(fields["eventType"] ?? "") \(fields["api"] ?? "")" }
}

/// Reads files of the change feed by the schema in docs/parity/storage.md, and nothing else.
struct FeedReader {
    private var rest: ArraySlice<UInt8>

    static func events(in file: [UInt8]) throws -> [FeedEvent] {
        var reader = FeedReader(rest: file[...])
        try #require(reader.take(4) == [0x4F, 0x62, 0x6A, 0x01])
        let head = reader.map { $0.text() }
        #expect(head["avro.codec"] == "null")
        let schema = try JSON(parsing: Array((head["avro.schema"] ?? "").utf8))
        #expect(schema["name"]?.string == "BlobChangeEvent")
        let sync = reader.take(16)
        var events: [FeedEvent] = []
        while !reader.rest.isEmpty {
            let count = reader.long()
            let bytes = reader.long()
            let left = reader.rest.count
            for _ in 0..<count { events.append(reader.event()) }
            #expect(left - reader.rest.count == Int(bytes))
            #expect(reader.take(16) == sync)
        }
        return events
    }

    private mutating func event() -> FeedEvent {
        var event = FeedEvent()
        #expect(long() == 5)
        for name in [
            "topic", "subject", "eventType", "eventTime", "id", "api", "clientRequestId", "requestId", "etag",
            "contentType",
        ] { event.fields[name] = text() }
        event.fields["contentLength"] = String(long())
        event.fields["blobType"] = text()
        for name in ["blobVersion", "containerVersion", "blobTier"] { event.fields[name] = optional { $0.text() } }
        for name in ["url", "sequencer"] { event.fields[name] = text() }
        event.maps["previousInfo"] = optional { $0.texts() }
        event.fields["snapshot"] = optional { $0.text() }
        let steps = optional { $0.map { "\($0.text()) was \($0.text())" } }
        event.maps["blobPropertiesUpdated"] = steps
        event.maps["asyncOperationInfo"] = optional { $0.texts() }
        let tags = optional { ($0.texts(), $0.texts()) }
        (event.maps["tagsBefore"], event.maps["tagsAfter"]) = (tags?.0, tags?.1)
        for name in ["restorePointMarker", "storageDiagnostics"] { event.maps[name] = optional { $0.texts() } }
        return event
    }
    private mutating func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
    private mutating func long() -> Int64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
    private mutating func text() -> String { String(decoding: take(Int(long())), as: UTF8.self) }
    private mutating func optional<Value>(_ read: (inout FeedReader) -> Value) -> Value? {
        long() == 0 ? nil : read(&self)
    }
    private mutating func texts() -> [String: String] { map { $0.text() } }
    private mutating func map(_ read: (inout FeedReader) -> String) -> [String: String] {
        var values: [String: String] = [:]
        while true {
            let count = long()
            guard count > 0 else { return values }
            for _ in 0..<count {
                let name = text()
                values[name] = read(&self)
            }
        }
    }
}

extension StorageClient {
    /// Switches the change feed, and other settings with it.
    func setFeed(_ feed: JSON, _ others: [String: JSON] = [:]) async throws {
        var properties = others
        properties["changeFeed"] = feed
        let answer = try await manage(.put, "/blobServices/default", ["properties": .object(properties)])
        #expect(answer.status == 200, "\(answer.text)")
        try await settle()
    }
    /// The names of the feed's files.
    func feedFiles(_ prefix: String) async throws -> [String] {
        let query = "restype=container&comp=list&prefix=\(prefix.percentEncoded())"
        let text = try await send(.get, "/$blobchangefeed", query).text
        return text.split(separator: "<Name>").dropFirst().compactMap {
            $0.split(separator: "<").first.map(String.init)
        }
    }
    func feedFile(_ name: String) async throws -> StorageAnswer { try await send(.get, "/$blobchangefeed/" + name) }
    /// All that was told until now, after it was published.
    func feedEvents() async throws -> [FeedEvent] {
        try await region.publishFeeds()
        var events: [FeedEvent] = []
        for file in try await feedFiles("log/") { events += try FeedReader.events(in: try await feedFile(file).body) }
        return events
    }
    /// What was told of one blob.
    func told(_ path: String) async throws -> [String] {
        let name = path.split(separator: "/").joined(separator: "/blobs/")
        return try await feedEvents().filter { $0["subject"] == "/blobServices/default/containers/" + name }
            .map(\.told)
    }
}
