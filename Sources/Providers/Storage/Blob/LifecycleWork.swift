// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// A state of a blob as a run comes by it.
struct LifecycleSpot {
    let place: BlobPlace
    /// Of a past state.
    let ticks: Int64?
    /// Nil where the record does not open.
    let state: Blob?
}

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
    /// Whether any rule is for snapshots or versions.
    let looksAtPast: Bool

    /// Nil where nothing is left to do: the account or the policy is gone.
    init?(_ id: UUID, _ scope: WriteScope) async throws(ServiceError) {
        data = AccountData(id, scope, caller: .region(LifecycleRun.kind))
        guard try await scope.exists(data.domain),
            let account = try await scope.get(Account.self, at: StorageKey.account(id)),
            let name = AccountName(account.name),
            let place = try await scope.get(AccountPlace.self, in: .region, at: StorageKey.place(name)), place.id == id,
            let record = try await scope.get(LifecyclePolicyRecord.self, in: data.domain, at: StorageKey.lifecycle)
        else { return nil }
        self.place = place
        policy = try checked { () throws(StorageFault) in try LifecyclePolicy(stored: record.rules) }
        guard policy.acts() else { return nil }
        looksAtPast = policy.acts(on: [.snapshot, .version])
        since = record.modified
        let resource = try await scope.resource(place.resourceID)
        home = TierHome(kind: resource?.kind ?? "StorageV2", sku: resource?.sku?["name"]?.string ?? "")
    }

    /// The container at hand, or the next one; nil at the end, and without a container where it is gone meanwhile.
    func container(
        at cursor: inout LifecycleCursor
    ) async throws(ServiceError) -> (name: String, container: Container?)? {
        if let name = cursor.container {
            let known = try? ContainerName(name)
            if let known,
                let container = try await scope.get(
                    Container.self,
                    in: domain,
                    at: StorageKey.container(known)
                )
            {
                return (name, container)
            }
            cursor.isPast = true
            cursor.endPart(hasPast: true)
            return (name, nil)
        }
        let all = StorageKey.containers
        let range = KeyRange(from: all.appending(cursor.done).next, to: all.afterChildren)
        guard let key = try await scope.loose.keys(in: domain, range, limit: 1).first else { return nil }
        var reader = KeyReader(key, after: all)
        guard let name = reader.string() else { throw .unavailable("a container's key does not hold its name") }
        cursor.container = name
        return (name, nil)
    }
    /// The next states of a container that rules may mean, at most `limit`; fewer at the end.
    func page(
        of container: Container,
        _ name: String,
        _ cursor: LifecycleCursor,
        limit: Int
    ) async throws(ServiceError) -> [LifecycleSpot] {
        // What the region keeps in containers of its own goes by rules of its own.
        guard (try? ContainerName(name))?.isHidden == false else { return [] }
        let base = cursor.isPast ? StorageKey.past(container.root) : StorageKey.blobs(container.root)
        let after = cursor.last.map { last in
            (last.ticks.map { base.appending(last.name, $0) } ?? base.appending(last.name)).next
        }
        var spots: [LifecycleSpot] = []
        for prefix in policy.prefixes(in: name) where spots.count < limit {
            var range = KeyRange(
                from: StorageKey.start(of: prefix, under: base),
                to: StorageKey.end(of: prefix, under: base)
            )
            if let after { range.from = max(range.from, after) }
            for (key, state) in try await scope.loose.readable(Blob.self, range, in: domain, limit: limit - spots.count)
            {
                var reader = KeyReader(key, after: base)
                guard let text = reader.string(), let blob = try? BlobName(text) else { continue }
                let place = BlobPlace(container.root, blob)
                spots.append(LifecycleSpot(place: place, ticks: reader.integer(), state: state))
            }
        }
        return spots
    }
    /// Does what is due with a state; nil where nothing is.
    func settle(_ spot: LifecycleSpot, in container: String) async throws(ServiceError) -> LifecycleOutcome? {
        guard let seen = spot.state else { return .unreadable }
        guard let subject = LifecycleSubject(seen, spot.place, in: container, tier: place.tier, at: scope.now),
            let action = policy.due(subject, since: since, at: scope.now)
        else { return nil }
        // Read as a change reads: whoever writes it meanwhile makes the step run again.
        let key = BlobSite.key(of: spot)
        guard let record = try await scope.get(Blob.self, in: domain, at: key) else { return nil }
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
        try await data.delete(record, at: place, self.place.history.deletion(scope.now), atOnce: false)
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

extension BlobSite {
    /// Where a state lies that a run came by.
    static func key(of spot: LifecycleSpot) -> Key {
        spot.ticks.map { StorageKey.past(spot.place, Moment(ticks: $0)) } ?? StorageKey.blob(spot.place)
    }
}

extension LifecycleSubject {
    /// What rules look at of a state; nil for what soft delete keeps.
    ///
    /// `tier` is the account's, for blobs without one of their own.
    init?(_ record: Blob, _ place: BlobPlace, in container: String, tier: String?, at now: Timestamp) {
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
            path: "\(container)/\(place.name.text)",
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

extension Scope {
    /// At most `limit` values of a range of keys, without those that do not open.
    func readable<Value: Stored>(
        _ type: Value.Type,
        _ keys: KeyRange,
        in domain: Domain,
        limit: Int
    ) async throws(ServiceError) -> [(Key, Value?)] {
        guard keys.from < keys.to else { return [] }
        do throws(ServiceError) {
            return try await list(type, in: domain, keys: keys, limit: limit).map { ($0.key, $0.value) }
        } catch {
            guard error.status == 500 else { throw error }
        }
        var found: [(Key, Value?)] = []
        for key in try await self.keys(in: domain, keys, limit: limit) {
            do throws(ServiceError) { found.append((key, try await get(type, in: domain, at: key))) } catch {
                guard error.status == 500 else { throw error }
                found.append((key, nil))
            }
        }
        return found
    }
}
