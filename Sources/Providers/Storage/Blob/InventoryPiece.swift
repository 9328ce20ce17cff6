// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// The next lines of a report, and where the run stands behind them.
struct InventoryPiece {
    private let job: InventoryJob
    private(set) var order: InventoryOrder
    private(set) var bytes: [UInt8] = []
    private let inclusions: Set<ListQuery.Inclusion>
    private var rule: InventoryRule { job.rule }
    private var domain: Domain { .account(order.account) }

    /// States and containers looked at for one piece, which may be empty.
    private static let seenMax = 5_000
    /// A piece ends behind the line that makes it this long.
    private static let bytesMax = 4 << 20
    /// States read at once.
    private static let pageMax = 500

    init(_ job: InventoryJob, _ order: InventoryOrder) {
        self.job = job
        self.order = order
        inclusions = [.metadata, .tags, .copy, .immutabilityPolicy, .legalHold]
    }

    /// Takes in lines until a piece is long enough, enough was looked at, or the walk ends.
    mutating func fill(_ scope: ReadScope) async throws(ServiceError) {
        if order.list == nil { bytes += InventoryFields.line(rule.fields).utf8 }
        if rule.subject == .container { return try await fillContainers(scope) }
        var seen = 0
        while bytes.count < Self.bytesMax, seen < Self.seenMax {
            guard let (name, container) = try await order.walk.next(in: domain, scope) else {
                order.isAtEnd = true
                return
            }
            seen += 1
            guard let container else {
                order.unreadable += order.walk.takeUnreadable()
                continue
            }
            let prefixes = PathPrefixes.merged([rule.prefixes], in: name)
            let page = try await order.walk.page(of: container, prefixes, in: domain, limit: Self.pageMax, scope)
            for spot in page {
                order.walk.pass(spot)
                add(spot, in: name, at: scope.now)
                guard bytes.count < Self.bytesMax else { return }
            }
            seen += page.count
            if page.count < Self.pageMax { order.walk.endPart(hasPast: rule.looksAtPast) }
        }
    }
    private mutating func add(_ spot: BlobSpot, in container: String, at now: Timestamp) {
        guard let blob = spot.state else {
            order.unreadable += 1
            return
        }
        guard includes(blob), rule.kinds.contains(blob.kind), rule.means(created: blob.created, at: now),
            rule.means(path: "\(container)/\(spot.path)")
        else { return }
        let entry = BlobEntry(spot.place.name, blob, at: now, inferred: job.place.tier, inclusions)
        bytes +=
            InventoryFields.line(
                rule.fields.map { InventoryFields.value($0, of: entry, in: container) ?? "" }
            ).utf8
        order.objects += 1
        order.objectBytes += blob.length
    }
    /// Whether the rule lists a state of this kind.
    private func includes(_ blob: Blob) -> Bool {
        guard let past = blob.past else { return true }
        guard past.deleted == nil || rule.includesDeleted else { return false }
        switch past.kind {
        case .base: return true
        case .snapshot: return rule.includesSnapshots
        case .version: return rule.includesVersions
        }
    }

    /// Containers there are, then those soft delete keeps.
    private mutating func fillContainers(_ scope: ReadScope) async throws(ServiceError) {
        var seen = 0
        while bytes.count < Self.bytesMax, seen < Self.seenMax, !order.isAtEnd {
            let page = try await order.walk.containers(
                withDeleted: rule.includesDeleted,
                in: domain,
                limit: Self.pageMax,
                scope
            )
            seen += page.count
            order.isAtEnd = page.isEmpty
            for (name, container) in page {
                guard let container else {
                    order.unreadable += 1
                    continue
                }
                guard rule.means(path: name.text + "/"), rule.means(created: container.modified, at: scope.now) else {
                    continue
                }
                let entry = container.entry(name, at: scope.now, metadata: true)
                bytes += InventoryFields.line(rule.fields.map { InventoryFields.value($0, of: entry) ?? "" }).utf8
                order.objects += 1
            }
        }
    }
}
