// SPDX-License-Identifier: Apache-2.0
package import Base
import Bytes
import Cryptography
import Store
import Synchronization

/// The plain bytes of a short content.
struct InlineContent: Stored {
    let bytes: [UInt8]
    static let format: UInt8 = 1
    func storedBody() -> [UInt8] { bytes }
    init(_ bytes: [UInt8]) { self.bytes = bytes }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { bytes = Array(storedBody) }
}

extension ReadScope {
    /// A range of a content's plain bytes, opened block by block as it is taken.
    ///
    /// `key` is the one it was taken in under besides its domain's; with another one it does not open.
    package func read(
        _ content: Content,
        in domain: Domain,
        _ range: Range<Int64>,
        under key: Secret? = nil
    ) async throws(ServiceError) -> Reply.Stream {
        precondition(range.lowerBound >= 0 && range.upperBound <= content.length, "a range lies inside its content")
        let length = range.upperBound - range.lowerBound
        guard length > 0 else { return Reply.Stream(length: 0) { () throws(ServiceError) in nil } }
        let space = try await space(domain)
        let id = ContentID(bytes: content.id)
        if content.isInline {
            guard let inline = try await get(InlineContent.self, in: domain, at: id.inlineKey) else {
                throw .unavailable("content \(content.id.hex) is missing")
            }
            let plain = try key.map { key throws(ServiceError) in try InlineContent.open(inline.bytes, space, key) }
            let once = Once(Array((plain ?? inline.bytes)[Int(range.lowerBound)..<Int(range.upperBound)]))
            return Reply.Stream(length: length) { () throws(ServiceError) in once.take() }
        }
        let reader: any ExtentReader
        do throws(BytesError) { reader = try await frame.bytes.open(content.extents[0]) } catch {
            // Deleted since this version, which was held for too long: that is no damage.
            if case .released(let what) = error, mayBeReclaimed { throw .unavailable("deleted meanwhile: \(what)") }
            throw ServiceError(bytes: error)
        }
        let cursor = ContentCursor(
            reader,
            BlockSealing(id.key(space, under: key)),
            length: content.length,
            range: range,
            holding: self
        )
        return Reply.Stream(length: length) { () async throws(ServiceError) in try await cursor.next() }
    }
}

/// Walks through a sealed extent and opens what a range needs.
///
/// Used by one task at a time.
private final class ContentCursor: Sendable {
    private let reader: any ExtentReader
    private let sealing: BlockSealing
    private let length: Int64
    private let end: Int64
    private let position: Mutex<Int64>
    private let scope: ReadScope
    /// As many as are still in the processor's cache when they leave: each byte is touched several times on its way.
    private static let blocksAtOnce: Int64 = 4

    init(
        _ reader: any ExtentReader,
        _ sealing: BlockSealing,
        length: Int64,
        range: Range<Int64>,
        holding scope: ReadScope
    ) {
        self.reader = reader
        self.sealing = sealing
        self.length = length
        self.scope = scope
        end = range.upperBound
        position = Mutex(range.lowerBound)
    }

    func next() async throws(ServiceError) -> [UInt8]? {
        let from = position.withLock { $0 }
        guard from < end else { return nil }
        await scope.giveWay()
        let plain = Int64(BlockSealing.plainBytes)
        let first = from / plain
        let last = min(first + Self.blocksAtOnce, (end + plain - 1) / plain)
        let sealedEnd = min(last * Int64(BytesLayout.blockBytes), BlockSealing.sealedLength(length))
        let sealed: [UInt8]
        do throws(BytesError) {
            sealed = try await reader.read(first * Int64(BytesLayout.blockBytes)..<sealedEnd)
        } catch { throw ServiceError(bytes: error) }
        let to = min(last * plain, end)
        position.withLock { $0 = to }
        return try open(sealed, first: first, from: from, to: to)
    }
    private func open(_ sealed: [UInt8], first: Int64, from: Int64, to: Int64) throws(ServiceError) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Int(to - from) + BlockSealing.plainBytes)
        var number = first
        var at = 0
        while at < sealed.count {
            let next = min(at + BytesLayout.blockBytes, sealed.count)
            do throws(CryptographyError) {
                try sealing.open(sealed[at..<next], number: number, appendingTo: &out)
            } catch {
                throw ServiceError(bytes: .corrupt("block \(number) of a content does not open"))
            }
            number += 1
            at = next
        }
        let skip = Int(from - first * Int64(BlockSealing.plainBytes))
        let wanted = Int(to - from)
        guard skip > 0 || out.count > wanted else { return out }
        guard out.count >= skip + wanted else {
            throw ServiceError(bytes: .corrupt("a content is shorter than recorded"))
        }
        return Array(out[skip..<skip + wanted])
    }
}
