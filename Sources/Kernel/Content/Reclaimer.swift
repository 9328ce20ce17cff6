// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import Store

/// Gives back the room of bytes that no record refers to, and settles what the last life left behind.
///
/// Takes no input: it goes by what the store says (invariant 9).
package struct Reclaimer: Sendable {
    /// Extents released in one commit.
    static let batchMax = 200
    /// Rows read at once while settling.
    static let pageMax = 1000
    /// How often it looks.
    static let period = Duration.seconds(2)
    /// How often it looks whether older readers are gone before it begins anew: five minutes.
    static let looksMax = 150
    private let journal: Journal

    package init(_ journal: Journal) { self.journal = journal }

    /// Works until the task is cancelled.
    package func run(report: @Sendable (String) -> Void) async {
        var settled = false
        while !Task.isCancelled {
            do {
                if !settled { try await settle() }
                settled = true
            } catch {
                if !Task.isCancelled { report("reclaimer: a segment is not settled: \(error)") }
            }
            do { while try await reclaim() {} } catch {
                if !Task.isCancelled { report("reclaimer: \(error)") }
            }
            try? await journal.world.clock.sleep(for: Self.period)
        }
    }

    /// Releases all garbage that no reader can still come for, batch after batch; true when it released any.
    ///
    /// What cannot be released stops nothing else: it stays garbage, and the first failure is thrown at the end.
    package func reclaim() async throws -> Bool {
        var after: Key?
        var failure: (any Error)?
        var hasReleased = false
        while !Task.isCancelled {
            let scope = try await journal.reader(kernelNamespace, KeyRing.regionTenant)
            let keys = try await scope.keys(in: .region, under: Key("garbage"), after: after, limit: Self.batchMax)
            guard !keys.isEmpty, try await isUnread(before: scope.snapshot.version) else { break }
            var released: [Key] = []
            for key in keys {
                do {
                    guard let garbage = try await scope.get(Garbage.self, in: .region, at: key) else { continue }
                    try await journal.bytes.release(garbage.extent)
                    released.append(key)
                } catch { failure = failure ?? error }
            }
            // A crash here releases again: positions are never used twice, so that does no harm.
            try await forget(released)
            hasReleased = hasReleased || !released.isEmpty
            after = keys.last
            guard keys.count == Self.batchMax else { break }
        }
        if let failure { throw failure }
        return hasReleased
    }
    private func forget(_ garbage: [Key]) async throws {
        guard !garbage.isEmpty else { return }
        var note = ChangeNote(actor: "region:reclaimer", action: "content.reclaim", operation: "content.reclaim")
        note.frees = true
        _ = try await journal.change(note, kernelNamespace, KeyRing.regionTenant) { scope async throws(ServiceError) in
            for key in garbage { try await scope.remove(in: .region, at: key) }
        }
    }

    /// Waits until nobody reads an older version any more, who may still refer to garbage seen at this one.
    ///
    /// A busy region always has readers, so it is these that are waited for, not a moment without any. False when some
    /// take very long: the next round finds the same garbage.
    private func isUnread(before version: Version) async throws -> Bool {
        for _ in 0..<Self.looksMax {
            if (journal.readers.oldest(at: journal.world.clock.now) ?? .max) >= version { return true }
            try await journal.world.clock.sleep(for: Self.period)
        }
        return false
    }

    /// Segments that were open when a former life ended may hold bytes that no commit ever named: it crashed before the
    /// commit, or was stopped before what failed could be given back.
    ///
    /// Garbage is kept as well: a reader of an older version may still come for it, and its own time will come. A segment
    /// that cannot be settled stops no other; the first failure is thrown at the end.
    package func settle() async throws {
        var failure: (any Error)?
        for segment in await journal.bytes.unsettledSegments() {
            do { try await settle(segment) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
    private func settle(_ segment: Int64) async throws {
        let scope = try await journal.reader(kernelNamespace, KeyRing.regionTenant)
        let counted = try await all(ExtentCount.self, under: Key("extent", segment), scope) { key, count in
            var reader = KeyReader(key, after: Key("extent", segment))
            return reader.integer().map { Extent(segment: segment, offset: $0, length: count.length) }
        }
        let garbage = try await all(Garbage.self, under: Key("garbage", segment), scope) { $1.extent }
        try await journal.bytes.settle(segment, keeping: counted + garbage)
    }
    /// Every extent that rows tell of; a segment has a bounded number of them.
    private func all<Value: Stored>(
        _ type: Value.Type,
        under prefix: Key,
        _ scope: ReadScope,
        _ extent: (Key, Value) -> Extent?
    ) async throws -> [Extent] {
        var extents: [Extent] = []
        var after: Key?
        while true {
            let page = try await scope.list(type, in: .region, under: prefix, after: after, limit: Self.pageMax)
            extents += page.compactMap { extent($0.key, $0.value) }
            guard page.count == Self.pageMax else { return extents }
            after = page.last?.key
        }
    }
}
