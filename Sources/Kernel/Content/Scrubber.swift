// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import Store

/// Reads every extent that a record refers to, slowly and again and again, so that a disk's silent damage is heard of
/// while a backup still has the bytes.
///
/// Takes no input (invariant 9).
package struct Scrubber: Sendable {
    /// Rows looked up at once.
    static let pageMax = 100
    /// Rest between two extents: a region with 1,000,000 of them is gone through in about three days.
    static let rest = Duration.milliseconds(250)
    /// Rest between two rounds.
    static let period = Duration.seconds(24 * 3600)
    private let journal: Journal

    package init(_ journal: Journal) { self.journal = journal }

    /// Works until the task is cancelled.
    package func run(report: @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            do { try await round(report: report) } catch {
                if !Task.isCancelled { report("scrub: \(error)") }
            }
            try? await journal.world.clock.sleep(for: Self.period)
        }
    }
    /// One round; `report` hears of every extent that is not as it was written.
    package func round(report: @Sendable (String) -> Void) async throws {
        var after: Key?
        while true {
            // A new scope for each page: a long round must not keep garbage from being reclaimed.
            let scope = try await journal.reader(kernelNamespace, KeyRing.regionTenant)
            let page = try await scope.list(
                ExtentCount.self,
                in: .region,
                under: Key("extent"),
                after: after,
                limit: Self.pageMax
            )
            for item in page {
                var reader = KeyReader(item.key, after: Key("extent"))
                guard let segment = reader.integer(), let offset = reader.integer() else { continue }
                let extent = Extent(segment: segment, offset: offset, length: item.value.length)
                do throws(BytesError) { try await journal.bytes.verify(extent) } catch {
                    // Released since the page was read: no record refers to it any more.
                    if case .released = error { continue }
                    report("scrub: \(error)")
                }
                try await journal.world.clock.sleep(for: Self.rest)
            }
            guard page.count == Self.pageMax else { return }
            after = page.last?.key
        }
    }
}
