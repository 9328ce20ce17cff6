// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Synchronization

extension StorageProvider {
    static func queryOperations(_ path: String, _ prefix: String) -> [Row] {
        [
            .reads(
                "\(prefix)blob.query",
                .blob,
                .post(path, query: ["comp": "query"]),
                .data(BlobAction.read),
                bodyMax: QueryLimits.bodyBytesMax,
                proof: .none(because: "SDKs only: BlobClient.query_blob"),
                queryBlob
            )
        ]
    }

    /// Query Blob Contents (`POST /{container}/{blob}?comp=query`).
    ///
    /// The answer is made while it is sent, at the version the request began with, whatever becomes of the blob.
    func queryBlob(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let request = try checked { () throws(StorageFault) in
            if try StructuredBody.isAsked(blob.head) {
                throw .notImplemented("structured bodies of Query Blob Contents.")
            }
            return try QueryRequest(call.body)
        }
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .read)
        let key = try blob.admitKey(record)?.secret
        try record.refuseArchived(at: scope.now)
        // REST: "supported only on block blobs".
        guard record.kind == .block else { throw ServiceError(.invalidBlobType) }
        try noteRead(of: record, at: site.place, blob)
        var reply = blob.describe(record)
        reply.set("Content-Type", "avro/binary")
        // It would say how the Avro stream is encoded, which is not at all.
        reply.set("Content-Encoding", nil)
        reply.set("x-ms-blob-content-md5", record.headers.md5?.base64)
        let source = try await scope.stream(record, 0..<record.length, in: blob.domain, under: key)
        let run = QueryRun(
            request,
            totalBytes: record.length,
            now: QueryMoment(scope.now),
            sync: scope.entropy.bytes(16)
        )
        let cursor = QueryCursor(run, source, scope)
        reply.content = .stream(
            Reply.Stream(reading: record.length) { () async throws(ServiceError) in try await cursor.next() }
        )
        return reply
    }
}

/// Brings a blob's bytes to a query as it needs them.
///
/// Used by one task.
private final class QueryCursor: Sendable {
    private let run: Mutex<QueryRun>
    private let source: Reply.Stream
    private let scope: ReadScope
    /// What came of the blob, and how much of it the query was given.
    private let piece = Mutex<(bytes: [UInt8], given: Int)>(([], 0))
    /// Searched before others may go first: some tenths of a millisecond.
    private static let bytesAtOnce = 8 << 10

    init(_ run: QueryRun, _ source: Reply.Stream, _ scope: ReadScope) {
        self.run = Mutex(run)
        self.source = source
        self.scope = scope
    }
    func next() async throws(ServiceError) -> [UInt8]? {
        while true {
            switch run.withLock({ $0.step() }) {
            case .bytes(let bytes): return bytes
            case .done: return nil
            case .input:
                await scope.giveWay()
                let bytes = try await input()
                run.withLock { run in
                    if let bytes { run.take(bytes) } else { run.end() }
                }
            }
        }
    }
    /// The blob's next bytes; nil at its end.
    private func input() async throws(ServiceError) -> [UInt8]? {
        if piece.withLock({ $0.given == $0.bytes.count }) {
            guard let next = try await source.next() else { return nil }
            piece.withLock { $0 = (next, 0) }
        }
        return piece.withLock { piece in
            let end = min(piece.given + Self.bytesAtOnce, piece.bytes.count)
            defer { piece.given = end }
            return Array(piece.bytes[piece.given..<end])
        }
    }
}
