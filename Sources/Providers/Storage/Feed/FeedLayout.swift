// SPDX-License-Identifier: Apache-2.0
import Base

/// Where the feed's files lie in `$blobchangefeed`, and what its manifests say.
enum FeedLayout {
    static let segmentsPath = "meta/segments.json"
    static let indexPrefix = "idx/segments/"
    /// The service makes this empty segment when a feed is switched on, and readers expect it.
    static let firstSegmentPath = indexPrefix + "1601/01/01/0000/meta.json"
    private static let firstSegment = "1601-01-01T00:00:00.000Z"
    private static let container = "$blobchangefeed/"

    static func segmentPath(_ begin: Timestamp) -> String { "\(indexPrefix)\(hour(begin))/meta.json" }
    /// All files of a segment begin so: there is one shard.
    static func chunks(_ begin: Timestamp) -> String { "log/00/\(hour(begin))/" }
    static func chunk(_ segment: FeedProgress.Segment) -> String {
        let digits = String(segment.chunk)
        return chunks(segment.begin) + String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits + ".avro"
    }
    /// The segment a manifest's path is of; nil for the first.
    static func segment(at path: String) -> Timestamp? {
        let parts = path.split(separator: "/")
        guard parts.count == 7, path != firstSegmentPath else { return nil }
        return Timestamp(iso8601: "\(parts[2])-\(parts[3])-\(parts[4])T\(parts[5].prefix(2)):00:00Z")
    }

    /// A segment's manifest; nil is the first.
    static func segment(_ begin: Timestamp?, isFinal: Bool, at now: Timestamp) -> JSON {
        let paths = begin.map { [JSON.string(container + chunks($0))] } ?? []
        return [
            "version": 0, "begin": .string(begin.map(milliseconds) ?? firstSegment),
            "intervalSecs": .integer(ChangeFeed.segmentSeconds), "status": isFinal ? "Finalized" : "Publishing",
            "config": [
                "version": 0, "numShards": 1, "recordsFormat": "avro",
                "formatSchemaVersion": .integer(ChangeAvro.schemaVersion), "shardDistFnVersion": 1,
            ],
            "chunkFilePaths": .array(paths),
            "storageDiagnostics": ["version": 0, "lastModifiedTime": .string(milliseconds(now)), "data": [:]],
        ]
    }
    /// `meta/segments.json`: up to which segment there is nothing left to come.
    static func segments(_ last: Timestamp?, at now: Timestamp) -> JSON {
        [
            "version": 0, "lastConsumable": .string(last.map(milliseconds) ?? firstSegment),
            "storageDiagnostics": ["version": 0, "lastModifiedTime": .string(milliseconds(now)), "data": [:]],
        ]
    }

    private static func milliseconds(_ time: Timestamp) -> String { time.iso8601Seconds.dropLast() + ".000Z" }
    /// `2026/11/30/0800`.
    private static func hour(_ time: Timestamp) -> String {
        let text = time.iso8601Seconds
        return "\(text.prefix(10).split(separator: "-").joined(separator: "/"))/\(text.dropFirst(11).prefix(2))00"
    }
}
