// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import Store

/// Gives back the room of bytes that no record refers to, and settles what a crash left behind.
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
                if !settled {
                    try await settle()
                    settled = true
                }
                while try await reclaim() {}
            } catch {
                if !Task.isCancelled { report("reclaimer: \(error)") }
            }
            try? await journal.world.clock.sleep(for: Self.period)
        }
    }

    /// Releases one batch of garbage that no reader can still come for; true when there may be more.
    package func reclaim() async throws -> Bool {
        let scope = try await journal.reader(kernelNamespace, KeyRing.regionTenant)
        let garbage = try await scope.list(Garbage.self, in: .region, under: Key("garbage"), limit: Self.batchMax)
        guard !garbage.isEmpty, try await isUnread(before: scope.snapshot.version) else { return false }
        for item in garbage { try await journal.bytes.release(item.value.extent) }
        // A crash here releases again: positions are never used twice, so that does no harm.
        let note = ChangeNote(actor: "region:reclaimer", action: "content.reclaim", operation: "content.reclaim")
        _ = try await journal.change(note, kernelNamespace, KeyRing.regionTenant) { scope async throws(ServiceError) in
            for item in garbage { try await scope.remove(in: .region, at: item.key) }
        }
        return garbage.count == Self.batchMax
    }

    /// Waits until nobody reads an older version any more, who may still refer to garbage seen at this one.
    ///
    /// A busy region always has readers, so it is these that are waited for, not a moment without any. False when some
    /// take very long: the next round finds the same garbage.
    private func isUnread(before version: Version) async throws -> Bool {
        for _ in 0..<Self.looksMax {
            if (journal.readers.oldest ?? .max) >= version { return true }
            try await journal.world.clock.sleep(for: Self.period)
        }
        return false
    }

    /// Segments that were open when a former life ended may hold bytes that no commit ever named.
    ///
    /// Garbage is kept as well: a reader of an older version may still come for it, and its own time will come.
    package func settle() async throws {
        for segment in await journal.bytes.unsettledSegments() {
            let scope = try await journal.reader(kernelNamespace, KeyRing.regionTenant)
            let counted = try await all(ExtentCount.self, under: Key("extent", segment), scope) { key, count in
                var reader = KeyReader(key, after: Key("extent", segment))
                return reader.integer().map { Extent(segment: segment, offset: $0, length: count.length) }
            }
            let garbage = try await all(Garbage.self, under: Key("garbage", segment), scope) { $1.extent }
            try await journal.bytes.settle(segment, keeping: counted + garbage)
        }
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
