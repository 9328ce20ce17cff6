// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import Cryptography
import HTTPTypes
import Store
import Synchronization

/// Takes in the body of a `.receives` operation: seals it, makes it durable, and hands it to the commit.
///
/// What a failed or refused operation took in is given back by the dispatcher.
package final class Intake: Sendable {
    private let body: Body
    private let frame: ScopeFrame
    private let done = Mutex<Received?>(nil)

    init(_ body: Body, _ frame: ScopeFrame) {
        self.body = body
        self.frame = frame
    }
    var received: Received? { done.withLock { $0 } }

    /// Reads the body to its end into sealed content of `domain`.
    ///
    /// The client must have declared the length.
    ///
    /// Throws 411 without a length, 400 when fewer or more bytes come than declared, 507-like 503 when the disk is full.
    package func take(
        into domain: Domain,
        _ scope: ReadScope,
        observers: [any ContentObserver] = []
    ) async throws(ServiceError) {
        guard let length = body.length else {
            throw ServiceError(411, "MissingContentLengthHeader", "The Content-Length header was not specified.")
        }
        let content = ContentID(bytes: frame.world.entropy.bytes(ContentID.sizeBytes))
        let extents: [Extent]
        var inline: [UInt8] = []
        if length <= Content.inlineMax {
            inline = try await body.collect(limit: Int(length))
            guard inline.count == Int(length) else { throw Self.broken }
            for observer in observers { observer.observe(inline) }
            extents = []
        } else {
            let space = try await scope.space(domain)
            extents = [try await seal(length, BlockSealing(content.key(space)), observers)]
        }
        let digests = observers.reduce(into: [:]) { all, observer in
            all.merge(observer.digests(), uniquingKeysWith: { _, last in last })
        }
        let received = Received(
            content: Content(id: content.bytes, length: length, extents: extents),
            inline: inline,
            digests: digests
        )
        done.withLock { $0 = received }
    }

    private static let broken = ServiceError(
        400,
        "RequestBodyIncomplete",
        "The body ended before the declared Content-Length. Nothing was changed."
    )

    private func seal(
        _ length: Int64,
        _ sealing: BlockSealing,
        _ observers: [any ContentObserver]
    ) async throws(ServiceError) -> Extent {
        let writer: any ExtentWriter
        do throws(BytesError) {
            writer = try await frame.bytes.reserve(BlockSealing.sealedLength(length))
        } catch { throw ServiceError(bytes: error) }
        do {
            try await pump(length, sealing, observers, into: writer)
            return try await writer.finish()
        } catch {
            await writer.abandon()
            throw (error as? ServiceError) ?? (error as? BytesError).map(ServiceError.init(bytes:))
                ?? .unavailable("\(error)")
        }
    }

    /// Plain bytes that, sealed, are the largest piece a writer takes.
    private static let unit = BytesLayout.chunkBytes / BytesLayout.blockBytes * BlockSealing.plainBytes

    private func pump(
        _ length: Int64,
        _ sealing: BlockSealing,
        _ observers: [any ContentObserver],
        into writer: any ExtentWriter
    ) async throws {
        var number: Int64 = 0
        var seen: Int64 = 0
        var rest: [UInt8] = []
        while let piece = try await body.next() {
            seen += Int64(piece.count)
            guard seen <= length else { throw Self.broken }
            for observer in observers { observer.observe(piece) }
            if rest.isEmpty { rest = piece } else { rest += piece }
            var from = 0
            while rest.count - from >= Self.unit {
                try await writer.write(try Self.sealed(rest[from..<from + Self.unit], sealing, &number))
                from += Self.unit
            }
            if from > 0 { rest = Array(rest[from...]) }
        }
        guard seen == length else { throw Self.broken }
        if !rest.isEmpty { try await writer.write(try Self.sealed(rest[...], sealing, &number)) }
    }
    private static func sealed(
        _ plain: ArraySlice<UInt8>,
        _ sealing: BlockSealing,
        _ number: inout Int64
    ) throws(CryptographyError) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Int(BlockSealing.sealedLength(Int64(plain.count))))
        var from = plain.startIndex
        while from < plain.endIndex {
            let to = min(from + BlockSealing.plainBytes, plain.endIndex)
            try sealing.seal(plain[from..<to], number: number, appendingTo: &out)
            number += 1
            from = to
        }
        return out
    }
}

/// The random name of a content, and its key.
struct ContentID {
    static let sizeBytes = 16
    let bytes: [UInt8]
    func key(_ space: Space) -> SealingKey { SealingKey.derive(from: space.key.secret, salt: bytes, info: "content") }
    /// Where a short content lies in its domain.
    var inlineKey: Key { Key("content", bytes) }
}

extension ServiceError {
    init(bytes error: BytesError) {
        switch error {
        case .full(let why):
            self = ServiceError(
                503,
                "ServerBusy",
                "The region's disk is full. Nothing was changed; free space or tell the operator.",
                detail: why,
                headers: [.retryAfter: "30"]
            )
        case .corrupt(let what), .released(let what):
            self = ServiceError(
                500,
                "InternalError",
                "Stored bytes are damaged. The region's operator was told.",
                detail: what
            )
        case .unavailable(let why): self = .unavailable(why)
        }
    }
}
