// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store
import Synchronization

extension StorageProvider {
    /// Get Blob (`GET /{container}/{blob}`).
    func getBlob(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .read)
        let key = try blob.admitKey(record)?.secret
        try record.refuseArchived(at: scope.now)
        let range = try checked { () throws(StorageFault) in try ByteRange(blob.head) }
        let isStructured = try checked { () throws(StorageFault) in try StructuredBody.isAsked(blob.head) }
        var reply = blob.describe(record)
        blob.describeTier(record, in: &reply)
        guard let range else {
            try noteRead(of: record, at: site.place, blob)
            let stream = try await scope.stream(record, 0..<record.length, in: blob.domain, under: key)
            reply.set(stream, structured: isStructured)
            reply.set("Content-MD5", record.headers.md5?.base64)
            return reply
        }
        let bytes: Range<Int64>
        do throws(StorageFault) { bytes = try range.resolve(size: record.length) } catch {
            var answer = ServiceError(error)
            if error.status == 416 { answer.headers[.contentRange] = "bytes */\(record.length)" }
            throw answer
        }
        try noteRead(of: record, at: site.place, blob)
        reply.status = 206
        reply.set("Content-Range", ByteRange.contentRange(bytes, size: record.length))
        reply.set("x-ms-blob-content-md5", record.headers.md5?.base64)
        let stream = try await scope.stream(record, bytes, in: blob.domain, under: key)
        reply.set(stream, structured: isStructured)
        guard let wanted = range.checksum, !isStructured else { return reply }
        // At most 4 MiB: the checksum has to be known before the head is sent.
        var body: [UInt8] = []
        body.reserveCapacity(Int(bytes.upperBound - bytes.lowerBound))
        while let piece = try await stream.next() { body += piece }
        let checksums = BodyChecksums(body, md5: wanted == .md5)
        reply.set(
            wanted == .md5 ? "Content-MD5" : "x-ms-content-crc64",
            (wanted == .md5 ? checksums.md5 : checksums.crc64).base64
        )
        reply.content = .bytes(body)
        return reply
    }

    /// `HEAD /{container}/{blob}`: Get Blob Properties.
    func getBlobProperties(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let (_, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .read)
        try blob.admitKey(record)
        _ = try await scope.contentKey(of: record, in: blob.domain)
        var reply = blob.describe(record)
        reply.content = .length(record.length)
        reply.set("Content-MD5", record.headers.md5?.base64)
        blob.describeTier(record, in: &reply)
        return reply
    }
    /// Get Blob Metadata (`GET|HEAD /{container}/{blob}?comp=metadata`).
    func getBlobMetadata(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let (_, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .read)
        try blob.admitKey(record)
        _ = try await scope.contentKey(of: record, in: blob.domain)
        var reply = blob.changed(200, record, encrypted: false)
        for field in record.metadata.headers { reply.headers.append(field) }
        if record.directory != nil { reply.set(Metadata.directoryHeader, "true") }
        return reply
    }
}

extension ReadScope {
    /// A range of a blob's bytes; `key` is the customer's, where they lie under one.
    func stream(
        _ record: Blob,
        _ bytes: Range<Int64>,
        in domain: Domain,
        under key: Secret? = nil
    ) async throws(ServiceError) -> Reply.Stream {
        let key = try await contentKey(of: record, in: domain, customer: key)
        switch record.body {
        case .whole(let content): return try await read(content, in: domain, bytes, under: key)
        case .pieces(let list, _):
            let cursor = PieceCursor(list, bytes, domain, self, key)
            return Reply.Stream(length: bytes.upperBound - bytes.lowerBound) { () async throws(ServiceError) in
                try await cursor.next()
            }
        case .pages(let table, let generation):
            let look = PageLook(table: table, generation: generation, domain: domain)
            let cursor = PageCursor(look, try await pageTable(table, in: domain), bytes, self, key)
            return Reply.Stream(length: bytes.upperBound - bytes.lowerBound) { () async throws(ServiceError) in
                try await cursor.next()
            }
        }
    }
}

/// Reads a range of a list, piece after piece: one chunk and one piece's reader are held at a time.
///
/// Used by one task.
private final class PieceCursor: Sendable {
    private struct State {
        /// Where in the blob the next stream begins.
        var position: Int64
        var stream: Reply.Stream?
        /// The chunk at hand.
        var chunk: PieceChunk?
        /// The piece in the chunk that comes next, and where in the blob it begins.
        var index = 0
        var offset: Int64 = 0
    }
    private let list: UUID
    private let end: Int64
    private let domain: Domain
    private let scope: ReadScope
    private let key: Secret?
    private let state: Mutex<State>

    init(_ list: UUID, _ bytes: Range<Int64>, _ domain: Domain, _ scope: ReadScope, _ key: Secret?) {
        self.key = key
        self.list = list
        self.domain = domain
        self.scope = scope
        end = bytes.upperBound
        state = Mutex(State(position: bytes.lowerBound))
    }

    func next() async throws(ServiceError) -> [UInt8]? {
        while true {
            if let stream = state.withLock({ $0.stream }) {
                if let bytes = try await stream.next() { return bytes }
                state.withLock { $0.stream = nil }
            }
            guard let (content, range) = try await nextPiece() else { return nil }
            let stream = try await scope.read(content, in: domain, range, under: key)
            state.withLock { $0.stream = stream }
        }
    }

    /// The piece at the position and the part of it that is wanted; nil at the end.
    private func nextPiece() async throws(ServiceError) -> (Content, Range<Int64>)? {
        let position = state.withLock { $0.position }
        guard position < end else { return nil }
        if state.withLock({ $0.chunk == nil }) { try await load(position) }
        return state.withLock { state in
            guard let chunk = state.chunk else { return nil }
            while state.offset + chunk.pieces[state.index].content.length <= state.position { Self.advance(&state) }
            let content = chunk.pieces[state.index].content
            let from = state.position - state.offset
            let to = min(content.length, end - state.offset)
            state.position = state.offset + to
            Self.advance(&state)
            if state.index == chunk.pieces.count { state.chunk = nil }
            return (content, from..<to)
        }
    }
    private static func advance(_ state: inout State) {
        guard let chunk = state.chunk else { return }
        state.offset += chunk.pieces[state.index].content.length
        state.index += 1
    }
    /// The last chunk that begins at or before the position holds it.
    private func load(_ position: Int64) async throws(ServiceError) {
        let prefix = StorageKey.pieces(list)
        let range = KeyRange(from: prefix.children.from, to: StorageKey.pieces(list, from: position).next)
        let found = try await scope.list(PieceChunk.self, in: domain, keys: range, limit: 1, reverse: true)
        guard let item = found.first else { throw .unavailable("piece list \(list) has no byte \(position)") }
        var reader = KeyReader(item.key, after: prefix)
        let start = reader.integer() ?? 0
        let length = item.value.pieces.reduce(0) { $0 + $1.content.length }
        guard position < start + length else { throw .unavailable("piece list \(list) ends before byte \(position)") }
        state.withLock { state in
            state.chunk = item.value
            state.index = 0
            state.offset = start
        }
    }
}
