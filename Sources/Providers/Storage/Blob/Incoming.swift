// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Synchronization

/// Bytes on their way into a blob: the request's body, as it is or in segments, or a stretch of another blob.
///
/// Put Blob, Put Block, Append Block and Put Page take theirs alike, and so do their kin "From URL".
struct Incoming {
    /// What the request announced of the bytes.
    let checksum: ContentChecksum?
    /// Whether they come from another blob.
    let isFromURL: Bool
    /// Whether the body comes in segments with checksums of their own.
    let isStructured: Bool
    /// How many there are; nil while only the source knows.
    let length: Int64?

    init(_ blob: BlobCall, limit: Int64) throws(StorageFault) {
        isFromURL = blob.headers.contains(Self.source)
        isStructured = try StructuredBody.isAsked(blob.head)
        guard let sent = blob.call.request.body.length else { throw .missingContentLengthHeader }
        if isFromURL {
            guard sent == 0 else { throw .invalidHeaderValue("Content-Length", String(sent)) }
            checksum = try ContentChecksum(blob.head, ofSource: true)
            length = try Self.range(blob)?.length
        } else {
            checksum = try ContentChecksum(blob.head)
            length = isStructured ? try StructuredBody.contentLength(blob.head) : sent
        }
        if let length, length > limit { throw .requestBodyTooLarge(limit: Int(limit)) }
    }
    private static let source = StorageHeader.name("x-ms-copy-source")

    /// Whether an MD5 of the bytes is needed to check what was announced.
    var needsMD5: Bool { if case .md5 = checksum { true } else { false } }

    /// The stretch `x-ms-source-range` names; its length is nil up to the source's end.
    static func range(_ blob: BlobCall) throws(StorageFault) -> (start: Int64, length: Int64?)? {
        let name = "x-ms-source-range"
        guard let text = blob.headers[StorageHeader.name(name)], !text.isEmpty else { return nil }
        let (first, last) = try PageRange.ends(text, header: name)
        return (first, last.map { $0 + 1 - first })
    }
    /// What the answer says of the bytes.
    func tell(_ checksums: BodyChecksums, in reply: inout Reply) {
        if needsMD5 { reply.set("Content-MD5", checksums.md5.base64) }
        reply.set("x-ms-content-crc64", checksums.crc64.base64)
        if isStructured { reply.set("x-ms-structured-body", StructuredBody.form) }
    }
}

extension StorageProvider {
    /// Takes in what a request brings, to lie under `seal`.
    ///
    /// `exactly` is how many bytes it must be, where the request names their place.
    func takeIn(
        _ incoming: Incoming,
        _ blob: BlobCall,
        limit: Int64,
        exactly: Int64? = nil,
        md5: Bool,
        under seal: BlobSeal,
        _ scope: ReadScope,
        _ intake: Intake
    ) async throws(ServiceError) {
        var observers: [any ContentObserver] = [BodyDigests(md5: md5), ScopeNote(seal.scope)]
        guard incoming.isFromURL else {
            let body = incoming.isStructured ? try structuredBody(blob) : nil
            return try await intake.take(into: blob.domain, scope, observers: observers, under: seal.secret, from: body)
        }
        let source = try await copySource(blob, scope)
        try await mayRead(source, blob, ownRights: false, scope)
        let there = scope.of(source.place.tenant)
        let found = try await find(source, there)
        try checkSource(found.record, blob)
        try found.record.refuseArchived(at: scope.now)
        let sourceKey = try checked { () throws(StorageFault) in
            let key = try CustomerKey(blob.head, ofSource: true)
            try CustomerKey.check(key, against: found.record.customerKeyHash)
            return key?.secret
        }
        let length = found.record.length
        let asked = try checked { () throws(StorageFault) in try Incoming.range(blob) }
        let range = asked ?? (start: 0, length: nil)
        guard range.start < length || (length == 0 && range.start == 0) else { throw ServiceError(.invalidRange) }
        let end = min(length, range.length.map { range.start + $0 } ?? length)
        guard end - range.start <= limit else { throw ServiceError(.requestBodyTooLarge(limit: Int(limit))) }
        guard exactly == nil || exactly == end - range.start else {
            throw ServiceError(
                .invalidHeaderValue("x-ms-source-range", blob.call.request.header("x-ms-source-range") ?? "")
            )
        }
        observers.append(SourceNote(found.record))
        let stream = try await there.stream(found.record, range.start..<end, in: source.domain, under: sourceKey)
        let body = Body(length: stream.length, pull: stream.next)
        try await intake.take(into: blob.domain, scope, observers: observers, under: seal.secret, from: body)
    }

    /// Conditions on a source.
    ///
    /// Azure asks the source for its bytes, and tells what the source answered: 412 `CannotVerifyCopySource`; but for a
    /// source that is too young 412 `ConditionNotMet`, unless a whole blob is put (seen in the SDK's recorded tests).
    private func checkSource(_ record: Blob, _ blob: BlobCall) throws(ServiceError) {
        let conditions = try checked { () throws(StorageFault) in try Conditions(blob.headers, of: .source) }
        do throws(StorageFault) { try conditions.check(record.current, for: .copySource) } catch {
            guard error == .sourceConditionNotMet else { throw ServiceError(error) }
            let isTooYoung = blob.call.request.header("x-ms-source-if-unmodified-since") != nil
            guard !isTooYoung || blob.headers.contains(StorageHeader.blobType) else {
                throw ServiceError(.conditionNotMet)
            }
            throw ServiceError(source: 412, "ConditionNotMet", StorageFault.conditionNotMet.message)
        }
    }

    /// The content of a body that comes in segments.
    private func structuredBody(_ blob: BlobCall) throws(ServiceError) -> Body {
        let body = blob.call.request.body
        let length = try checked { () throws(StorageFault) in try StructuredBody.contentLength(blob.head) }
        let decoder = SharedDecoder(StructuredDecoder(messageLength: body.length ?? 0, contentLength: length))
        return Body(length: length) { () async throws(ServiceError) in
            while let piece = try await body.next() {
                let content = try checked { () throws(StorageFault) in try decoder.content(in: piece) }
                if !content.isEmpty { return content }
            }
            try checked { () throws(StorageFault) in try decoder.finish() }
            return nil
        }
    }
}

/// A decoder that a body's reader holds; used by one task.
private final class SharedDecoder: Sendable {
    private let decoder: Mutex<StructuredDecoder>
    init(_ decoder: StructuredDecoder) { self.decoder = Mutex(decoder) }
    func content(in piece: [UInt8]) throws(StorageFault) -> [UInt8] {
        try decoder.withLock { decoder throws(StorageFault) in try decoder.content(in: piece) }
    }
    func finish() throws(StorageFault) {
        try decoder.withLock { decoder throws(StorageFault) in try decoder.finish() }
    }
}

extension Reply {
    /// Sends bytes as they are, or within segments that carry their checksums.
    mutating func set(_ stream: Stream, structured: Bool) {
        guard structured, let length = stream.length else {
            content = .stream(stream)
            return
        }
        set("x-ms-structured-body", StructuredBody.form)
        set("x-ms-structured-content-length", String(length))
        let encoder = SharedEncoder(length)
        content = .stream(
            Stream(length: encoder.messageLength) { () async throws(ServiceError) in
                if let start = encoder.start() { return start }
                return try await stream.next().map { encoder.message(around: $0) }
            }
        )
    }
}

/// An encoder that an answer's reader holds; used by one task.
private final class SharedEncoder: Sendable {
    private let state: Mutex<(encoder: StructuredEncoder, isBegun: Bool)>
    let messageLength: Int64
    init(_ length: Int64) {
        let encoder = StructuredEncoder(contentLength: length)
        messageLength = encoder.messageLength
        state = Mutex((encoder, false))
    }
    /// What the message begins with; nil once it was given.
    func start() -> [UInt8]? {
        state.withLock { state in
            guard !state.isBegun else { return nil }
            state.isBegun = true
            return state.encoder.start()
        }
    }
    func message(around bytes: [UInt8]) -> [UInt8] { state.withLock { $0.encoder.message(around: bytes) } }
}

extension ServiceError {
    /// A source that cannot be read: `code` is what the source itself would have answered.
    init(source status: Int, _ code: String, _ why: String) {
        self.init(.cannotVerifyCopySource(status, why))
        headers[StorageHeader.name("x-ms-copy-source-status-code")] = String(status)
        headers[StorageHeader.name("x-ms-copy-source-error-code")] = code
    }
}
