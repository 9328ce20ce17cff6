// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// What one step of a lifecycle run does with one account's data.
struct LifecycleWork {
    private let data: AccountData
    private let place: AccountPlace
    private let home: TierHome
    private let policy: LifecyclePolicy
    /// The last use of blobs that nobody used yet.
    private let since: Timestamp
    private var scope: WriteScope { data.scope }
    private var domain: Domain { data.domain }
    /// Whether any rule is for snapshots or versions, which are gone over after what is current.
    let looksAtPast: Bool
    /// Whether any rule is for the snapshots of a hierarchical namespace, which come with their files.
    private let looksAtSnapshots: Bool

    /// Nil where nothing is left to do: the account or the policy is gone.
    init?(_ id: UUID, _ scope: WriteScope) async throws(ServiceError) {
        data = AccountData(id, scope, caller: .region(LifecycleRun.kind))
        guard try await scope.exists(data.domain),
            let account = try await scope.get(Account.self, at: StorageKey.account(id)),
            let place = try await scope.place(of: account),
            let record = try await scope.get(LifecyclePolicyRecord.self, in: data.domain, at: StorageKey.lifecycle)
        else { return nil }
        self.place = place
        policy = try checked { () throws(StorageFault) in try LifecyclePolicy(stored: record.rules) }
        guard policy.acts() else { return nil }
        looksAtSnapshots = place.isHierarchical && policy.acts(on: [.snapshot])
        looksAtPast = !place.isHierarchical && policy.acts(on: [.snapshot, .version])
        since = record.modified
        let resource = try await scope.resource(place.resourceID)
        home = TierHome(kind: resource?.kind ?? "StorageV2", sku: resource?.sku?["name"]?.string ?? "")
    }

    /// The container at hand; see `AccountWalk`.
    func container(at walk: inout AccountWalk) async throws(ServiceError) -> (name: String, container: Container?)? {
        try await walk.next(in: domain, scope.loose)
    }
    /// The next states that rules may mean.
    func page(
        of container: Container,
        _ name: String,
        _ walk: AccountWalk,
        limit: Int
    ) async throws(ServiceError) -> [BlobSpot] {
        let prefixes = policy.prefixes(in: name)
        guard place.isHierarchical else {
            return try await walk.page(of: container, prefixes, in: domain, limit: limit, scope.loose)
        }
        guard !walk.isHidden else { return [] }
        let tree = TreeWalk(
            container,
            after: walk.last,
            withSnapshots: looksAtSnapshots,
            limit: limit,
            in: domain
        )
        return try await tree.page(prefixes, scope.loose)
    }
    /// Does what is due with a state; nil where nothing is.
    func settle(
        _ spot: BlobSpot,
        in container: Container,
        _ name: String
    ) async throws(ServiceError) -> LifecycleOutcome? {
        guard let seen = spot.state else { return .unreadable }
        guard let subject = LifecycleSubject(seen, spot.path, in: name, tier: place.tier, at: scope.now),
            let action = policy.due(subject, since: since, at: scope.now)
        else { return nil }
        // A directory on the way may have got another name, which rules may not mean.
        if place.isHierarchical {
            let path = try checked { () throws(StorageFault) in try BlobName(spot.path) }
            guard try await scope.place(of: path, in: container, of: place) == spot.place else { return nil }
        }
        // Read as a change reads: whoever writes it meanwhile makes the step run again.
        guard let record = try await scope.get(Blob.self, in: domain, at: spot.key) else { return nil }
        guard record.copy?.status != .pending, !record.lease.state(at: scope.now).isLocked else { return .kept }
        if let tier = action.tier { return try await set(tier, on: record, spot.place) }
        return try await record.past == nil ? remove(record, spot.place) : removePast(record, spot.place)
    }

    private func set(
        _ tier: AccessTier,
        on record: Blob,
        _ place: BlobPlace
    ) async throws(ServiceError) -> LifecycleOutcome {
        guard record.customerKeyHash == nil else { return .kept }
        var tiered = record
        do throws(StorageFault) {
            try tier.check(for: record.kind, account: home, length: record.length)
            tiered.tier = try record.tier.setting(tier, priority: nil, at: scope.now).tier
        } catch { return .kept }
        if record.past == nil {
            try await data.put(tiered, at: place, was: record)
        } else {
            try await data.put(past: tiered, at: place, was: record)
        }
        return .tiered
    }
    /// Removes what is current, once no snapshot or version is left ("Lifecycle management", known limitations).
    private func remove(_ record: Blob, _ place: BlobPlace) async throws(ServiceError) -> LifecycleOutcome {
        let states = BlobStates(data, self.place.history, place)
        guard record.snapshots == 0, try await !hasLivingPast(place), try await states.mayRemove(record) else {
            return .kept
        }
        try await states.remove(record, atOnce: false)
        return .deleted
    }
    private func removePast(_ record: Blob, _ place: BlobPlace) async throws(ServiceError) -> LifecycleOutcome {
        guard try await data.mayRemove(record, at: place) else { return .kept }
        try await data.delete(record, at: place, self.place.pastDeletion(scope.now), atOnce: false)
        if record.past?.kind == .snapshot,
            let current = try await scope.get(Blob.self, in: domain, at: StorageKey.blob(place))
        {
            var left = current
            left.snapshots -= 1
            try await data.put(left, at: place, was: current)
        }
        return .deleted
    }
    /// Whether past states are left that soft delete is not about to end.
    ///
    /// New ones change what is current as well, so that this need not be a promise.
    private func hasLivingPast(_ place: BlobPlace) async throws(ServiceError) -> Bool {
        let past = try await scope.loose.list(
            Blob.self,
            in: domain,
            under: StorageKey.past(place),
            limit: Self.pastMax,
            reverse: true
        )
        return past.count == Self.pastMax || past.contains { !$0.value.isDeleted }
    }
    /// Past states looked at before a blob is removed; one with more waits until some are gone.
    private static let pastMax = 100
}

extension LifecycleSubject {
    /// What rules look at of a state; nil for what soft delete keeps.
    ///
    /// `tier` is the account's, for blobs without one of their own.
    init?(_ record: Blob, _ path: String, in container: String, tier: String?, at now: Timestamp) {
        guard !record.isDeleted, record.directory == nil else { return nil }
        let part: LifecycleRule.Part
        switch record.past?.kind {
        case nil: part = .base
        case .snapshot: part = .snapshot
        case .version: part = .version
        case .base: return nil
        }
        self.init(
            part: part,
            kind: record.kind,
            path: "\(container)/\(path)",
            created: record.past.map { Timestamp(microseconds: $0.moment.ticks / 10) } ?? record.created,
            modified: record.modified
        )
        lastAccess = record.lastAccess
        // On its way out of the archive it stays alone.
        if record.kind == .block, record.tier.pending(at: now) == nil {
            self.tier = record.tier.current(at: now) ?? tier.flatMap { AccessTier(named: $0) }
        }
        tierChanged = record.tier.changed(at: now)
        tags = record.tags
    }
}
