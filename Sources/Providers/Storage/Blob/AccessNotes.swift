// SPDX-License-Identifier: Apache-2.0
package import Base
import FoundationEssentials
package import Kernel
import Store
import Synchronization

/// Reads of blobs that are still to be written down (docs/decisions/0022).
///
/// A read answers at once and leaves a note here, at most one a blob and a day; a loop beside the requests keeps the
/// notes in changes of their own. A note that finds no room, or is lost with the process, is made again by the next
/// read: until then the blob looks less used than it is, never more.
package final class AccessNotes: Sendable {
    /// Notes of one tenant.
    static let tenantMax = 2_000
    /// Notes of all tenants together.
    static let countMax = 20_000
    /// Notes of one change: one write each.
    static let batchMax = 100
    /// In this time only the first read counts ("Last access time tracking").
    static let every = Duration.seconds(24 * 3600)

    /// The state of a blob that was read.
    struct Spot: Hashable, Sendable {
        let account: UUID
        let place: BlobPlace
        let moment: Moment?
        /// The container's name.
        let container: String
        /// The blob's name there, or its path.
        let path: String
    }
    private struct Notes {
        var order: [TenantID] = []
        var spots: [TenantID: [Spot: Timestamp]] = [:]
        var count = 0
    }
    private let notes = Mutex(Notes())
    private let signal = Signal()

    init() {}

    /// Notes that a state of a blob was read, where its account wants to know.
    func note(
        _ record: Blob,
        at place: BlobPlace,
        named path: BlobName?,
        in container: ContainerName,
        of account: AccountPlace,
        _ now: Timestamp
    ) {
        guard account.history.tracksAccess, record.mayNoteAccess(at: now) else { return }
        let spot = Spot(
            account: account.id,
            place: place,
            moment: record.past?.moment,
            container: container.text,
            path: (path ?? place.name).text
        )
        let isFirst = notes.withLock { notes in
            let known = notes.spots[account.tenant]
            guard known?[spot] == nil, notes.count < Self.countMax, known?.count ?? 0 < Self.tenantMax else {
                return false
            }
            if known == nil { notes.order.append(account.tenant) }
            notes.spots[account.tenant, default: [:]][spot] = now
            notes.count += 1
            return true
        }
        if isFirst { signal.raise() }
    }
    /// Returns once there may be notes.
    package func wait() async { await signal.wait() }
    /// Some notes of the tenant whose turn it is; nil when there are none.
    package func take() -> AccessBatch? {
        notes.withLock { notes in
            guard let tenant = notes.order.first, var spots = notes.spots[tenant] else { return nil }
            notes.order.removeFirst()
            let taken = Array(spots.prefix(Self.batchMax))
            for (spot, _) in taken { spots[spot] = nil }
            notes.spots[tenant] = spots.isEmpty ? nil : spots
            if !spots.isEmpty { notes.order.append(tenant) }
            notes.count -= taken.count
            return AccessBatch(tenant: tenant, notes: taken.map { ($0.key, $0.value) })
        }
    }
}

extension StorageProvider {
    /// Notes that a call reads a state of a blob.
    func noteRead(of record: Blob, at place: BlobPlace, _ blob: BlobCall) throws(ServiceError) {
        let name = try blob.containerName
        accesses.note(record, at: place, named: blob.target.blob, in: name, of: blob.place, blob.now)
    }
}

/// Notes of one tenant's reads, to be kept in one change.
package struct AccessBatch: Sendable {
    /// Whose blobs were read.
    package let tenant: TenantID
    let notes: [(spot: AccessNotes.Spot, time: Timestamp)]

    /// The change's name in the ledger.
    package static let name = "blobs.noteAccess"
    /// The same notes, each for a change of its own: where one fails, the others need not.
    package var parts: [AccessBatch] { notes.map { AccessBatch(tenant: tenant, notes: [$0]) } }

    /// Writes the times down, of blobs that are still there and were not used later.
    ///
    /// A cool blob that a lifecycle rule wants hot again when it is read becomes so (`enableAutoTierToHotFromCool`).
    package func keep(_ scope: WriteScope) async throws(ServiceError) {
        var policies: [UUID: LifecyclePolicy?] = [:]
        for (spot, time) in notes {
            let data = AccountData(spot.account, scope, caller: .region("storage.accessTracking"))
            let key = spot.moment.map { StorageKey.past(spot.place, $0) } ?? StorageKey.blob(spot.place)
            guard let record = try await scope.get(Blob.self, in: data.domain, at: key),
                record.mayNoteAccess(at: time)
            else { continue }
            var used = record
            used.lastAccess = time
            if record.tier.current(at: scope.now) == .cool {
                if policies[spot.account] == nil {
                    policies[spot.account] = .some(try await scope.lifecycle(of: data.domain))
                }
                if let policy = policies[spot.account] ?? nil,
                    let subject = LifecycleSubject(record, spot.path, in: spot.container, tier: nil, at: scope.now),
                    policy.warms(subject)
                {
                    used.tier = BlobTier(explicit: .hot, changed: scope.now)
                }
            }
            if record.past == nil {
                try await data.put(used, at: spot.place, was: record)
            } else {
                try await data.put(past: used, at: spot.place, was: record)
            }
        }
    }
}

extension Blob {
    /// Whether a read at this time would be written down: of block blobs, once in a day.
    fileprivate func mayNoteAccess(at time: Timestamp) -> Bool {
        kind == .block && (lastAccess.map { $0 + AccessNotes.every <= time } ?? true)
    }
}
