// SPDX-License-Identifier: Apache-2.0
package import Base
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
    private let room: IntakeRoom
    private let done = Mutex<Received?>(nil)

    init(_ body: Body, _ frame: ScopeFrame, _ room: IntakeRoom, isAwaited: Bool = false) {
        isShort = !isAwaited && body.length.map { (1...Content.inlineMax).contains($0) } ?? false
        self.body = body
        self.frame = frame
        self.room = room
    }
    var received: Received? { done.withLock { $0 } }
    /// Whether so little comes that taking it in costs less than finding out first whether it may stay: it lies in memory
    /// until the commit, which asks everything anyway.
    ///
    /// A client that waits to hear whether its body is wanted, or has the region fetch it, is told first.
    package let isShort: Bool

    /// Reads the body to its end into sealed content of `domain`.
    ///
    /// The client must have declared the length. `key` is one besides the domain's, such as a customer brings with each
    /// request or another domain gives (`Scope.secret`): what is sealed needs both to be read, and it is kept nowhere.
    /// `source` takes the place of the request's body: what the body holds in another form, or bytes that the region reads
    /// for the client.
    ///
    /// Throws 411 without a length, 400 when fewer or more bytes come than declared, 507-like 503 when the disk is full.
    package func take(
        into domain: Domain,
        _ scope: ReadScope,
        observers: [any ContentObserver] = [],
        under key: Secret? = nil,
        from source: Body? = nil
    ) async throws(ServiceError) {
        let body = source ?? self.body
        guard let length = body.length else {
            throw ServiceError(411, "MissingContentLengthHeader", "The Content-Length header was not specified.")
        }
        let content = ContentID(at: frame.world.clock.now, frame.world.entropy)
        let extents: [Extent]
        var inline: [UInt8] = []
        if length <= Content.inlineMax {
            inline = try await body.collect(limit: Int(length))
            for observer in observers { observer.observe(inline[...]) }
            if let key { inline = try InlineContent.seal(inline, content, try await scope.space(domain), key) }
            extents = []
        } else {
            let space = try await scope.space(domain)
            let sealing = BlockSealing(content.key(space, under: key))
            extents = [try await seal(body, length, sealing, observers)]
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

    private func seal(
        _ body: Body,
        _ length: Int64,
        _ sealing: BlockSealing,
        _ observers: [any ContentObserver]
    ) async throws(ServiceError) -> Extent {
        let writer: any ExtentWriter
        do throws(BytesError) {
            writer = try await frame.bytes.reserve(BlockSealing.sealedLength(length))
        } catch { throw ServiceError(bytes: error) }
        do {
            try await room.hold { try await pump(body, length, sealing, observers, into: writer) }
            return try await writer.finish()
        } catch {
            await writer.abandon()
            throw (error as? ServiceError) ?? (error as? BytesError).map(ServiceError.init(bytes:))
                ?? .unavailable("\(error)")
        }
    }

    /// Reads, seals and writes unit after unit; while one is read and sealed, the one before it is written, and looked at
    /// by the observers on another core.
    private func pump(
        _ body: Body,
        _ length: Int64,
        _ sealing: BlockSealing,
        _ observers: [any ContentObserver],
        into writer: any ExtentWriter
    ) async throws {
        let apart = frame.world.apart
        var units = Units(body)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var number: Int64 = 0
            var left = length
            while left > 0 {
                let unit = try await units.next(Int(min(left, Int64(room.unit))))
                left -= Int64(unit.count)
                await frame.turn?.giveWay()
                let sealed = try Self.sealed(unit[...], sealing, &number)
                // One at a time of each: digests and extents take bytes in their order.
                try await group.waitForAll()
                group.addTask { try await writer.write(sealed) }
                let observe = { @Sendable in for observer in observers { observer.observe(unit[...]) } }
                if let apart { group.addTask(executorPreference: apart) { observe() } } else { observe() }
            }
            try await group.waitForAll()
        }
        try await units.end()
    }

    /// A body in pieces of the size asked for, however it arrives.
    private struct Units {
        private let body: Body
        /// What came last, and how much of it was given.
        private var piece: [UInt8] = []
        private var given = 0
        init(_ body: Body) { self.body = body }

        /// The next `count` bytes.
        mutating func next(_ count: Int) async throws(ServiceError) -> [UInt8] {
            var unit: [UInt8] = []
            unit.reserveCapacity(count)
            while unit.count < count {
                if given == piece.count {
                    guard let next = try await body.next() else { throw Body.unlikeItsLength }
                    (piece, given) = (next, 0)
                }
                let end = min(piece.count, given + count - unit.count)
                unit += piece[given..<end]
                given = end
            }
            return unit
        }
        /// Nothing may follow what was declared.
        mutating func end() async throws(ServiceError) {
            guard given == piece.count else { throw Body.unlikeItsLength }
            while let piece = try await body.next() {
                guard piece.isEmpty else { throw Body.unlikeItsLength }
            }
        }
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
    init(bytes: [UInt8]) { self.bytes = bytes }
    /// One that no other content has: it is the salt of the content's key.
    init(at time: Timestamp, _ entropy: any Entropy) { bytes = entropy.uuid(at: time).bytes }
    func key(_ space: Space) -> SealingKey { SealingKey.derive(from: space.key.secret, salt: bytes, info: "content") }
    /// The key of what is sealed under another key too, a customer's or another domain's: it takes both to derive it.
    func key(_ space: Space, under other: Secret?) -> SealingKey {
        guard let other else { return key(space) }
        return SealingKey.derive(from: key(space), salt: other.reveal(), info: "customer key")
    }
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
