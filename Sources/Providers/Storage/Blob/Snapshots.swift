// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Snapshot Blob (`PUT /{container}/{blob}?comp=snapshot`).
    ///
    /// With versioning it also makes a new version (REST "Snapshot Blob", remarks).
    func snapshotBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        try blob.refusePast()
        let (site, record) = try await blob.existingBlob(scope)
        // A snapshot changes nothing, but a lease that is named must be the blob's.
        try blob.admitLease(record, .look)
        try blob.admitConditions(record, for: .write)
        _ = try await blob.admitSeal(record, in: site.container, scope)
        try record.refuseArchived(at: scope.now)
        let metadata = try checked { () throws(StorageFault) in try Metadata(blob.headers) }
        let states = BlobStates(blob, site.place, scope)
        let moment = try await states.freshMoment(after: record)
        var snapshot = record
        snapshot.body = try await states.data.share(record.body)
        snapshot.version = nil
        if !metadata.items.isEmpty {
            snapshot.metadata = metadata
            snapshot.touch(scope)
        }
        try await states.keep(snapshot, Blob.Past(kind: .snapshot, moment: moment))
        var current = record
        current.snapshots += 1
        let stored: Blob
        if blob.place.history.isVersioned {
            stored = try await states.change(record, to: current, as: .snapshot)
        } else {
            try await states.data.put(current, at: site.place, was: record, as: .snapshot)
            stored = current
        }
        // Only metadata that the request brought is encrypted for it (REST "Snapshot Blob", response headers).
        var reply = blob.changed(201, stored.etag, snapshot.modified)
        reply.set("x-ms-request-server-encrypted", metadata.items.isEmpty ? "false" : "true")
        reply.set("ETag", snapshot.etag.quoted)
        reply.set("x-ms-snapshot", moment.text)
        reply.set("x-ms-version-id", stored.version?.text)
        return reply
    }

    /// Undelete Blob (`PUT /{container}/{blob}?comp=undelete`).
    ///
    /// What was deleted last becomes current where nothing is; all else becomes snapshots and versions again.
    func undeleteBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        try blob.refusePast()
        if blob.place.isHierarchical { return try await undeletePath(blob, scope) }
        let site = try await blob.site(scope)
        let states = BlobStates(blob, site.place, scope)
        let sweep = PastSweep(states, .restore, from: Moment(ticks: 0), to: Moment(ticks: .max))
        let current = try await scope.get(Blob.self, in: blob.domain, at: StorageKey.blob(site.place))
        let seen = try await sweep.run()
        guard current != nil || seen else { throw ServiceError(.blobNotFound) }
        return blob.reply(200)
    }
}

/// Goes through the past states of a place, newest first: ends its snapshots, or restores what soft delete keeps.
///
/// What is too much for one change goes on as a saga.
struct PastSweep {
    enum Purpose {
        /// Ends snapshots; what soft delete keeps of them it keeps this long.
        case endSnapshots(Blob.Deletion?)
        case restore
    }
    private let states: BlobStates
    private let purpose: Purpose
    private let from: Moment
    private let to: Moment
    private var data: AccountData { states.data }

    /// States looked at, and changed, in one change: up to five writes each.
    private static let seenMax = 1000
    private static let changedMax = 100

    init(_ states: BlobStates, _ purpose: Purpose, from: Moment, to: Moment) {
        self.states = states
        self.purpose = purpose
        self.from = from
        self.to = to
    }
    /// Does it, or begins a saga that goes on; answers whether there were past states at all.
    func run() async throws(ServiceError) -> Bool {
        let (seen, next) = try await step()
        if let next {
            let state = PastSweepSaga.state(data.id, states.place, purpose, from: from, to: next)
            _ = try await data.scope.start(PastSweepSaga.self, state, caller: data.caller)
        }
        return seen
    }
    /// One change's share; `next` is where to go on below.
    func step() async throws(ServiceError) -> (seen: Bool, next: Moment?) {
        let prefix = StorageKey.past(states.place)
        let range = KeyRange(from: prefix.appending(from.ticks), to: prefix.appending(to.ticks))
        let found = try await data.scope.list(
            Blob.self,
            in: data.domain,
            keys: range,
            limit: Self.seenMax,
            reverse: true
        )
        var changed = 0
        for item in found {
            guard let past = item.value.past else { continue }
            guard changed < Self.changedMax else { return (true, past.moment.next) }
            if try await apply(item.value, past) { changed += 1 }
        }
        guard found.count == Self.seenMax, let last = found.last?.value.past else { return (!found.isEmpty, nil) }
        return (true, last.moment)
    }
    private func apply(_ state: Blob, _ past: Blob.Past) async throws(ServiceError) -> Bool {
        switch purpose {
        case .endSnapshots(let deletion):
            guard past.kind == .snapshot, past.deleted == nil else { return false }
            try await data.delete(state, at: states.place, deletion)
            return true
        case .restore:
            guard past.deleted != nil else { return false }
            try await restore(state, past)
            return true
        }
    }
    private func restore(_ state: Blob, _ past: Blob.Past) async throws(ServiceError) {
        try await data.forget(state, at: states.place)
        let key = StorageKey.blob(states.place)
        let current = try await data.scope.get(Blob.self, in: data.domain, at: key)
        var restored = state
        if past.kind == .version {
            restored.past?.deleted = nil
            return try await data.put(past: restored, at: states.place, was: state)
        }
        if past.kind == .base, current == nil {
            restored.past = nil
            try await data.scope.remove(in: data.domain, at: StorageKey.past(states.place, past.moment))
            return try await data.put(restored, at: states.place, was: nil)
        }
        // Without a base, a snapshot waits for one: the newest base comes first only where it was deleted last.
        restored.past = Blob.Past(kind: .snapshot, moment: past.moment)
        try await data.put(restored, at: states.place)
        if let current {
            var counted = current
            counted.snapshots += 1
            try await data.put(counted, at: states.place, was: current)
        }
    }
}

/// Goes on with a sweep that was too much for one change.
struct PastSweepSaga: Saga {
    static let kind = "storage.pastSweep"
    static let frees = true

    static func state(_ account: UUID, _ place: BlobPlace, _ purpose: PastSweep.Purpose, from: Moment, to: Moment)
        -> JSON
    {
        var state: [String: JSON] = [
            "account": .string(account.lowercaseText), "directory": .string(place.directory.lowercaseText),
            "name": .string(place.name.text), "from": .integer(from.ticks), "to": .integer(to.ticks),
        ]
        switch purpose {
        case .restore: state["restores"] = true
        case .endSnapshots(let deletion):
            if let deletion {
                state["deleted"] = .integer(deletion.at.microseconds)
                state["until"] = .integer(deletion.until.microseconds)
            }
        }
        return .object(state)
    }
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let directory = state.uuid("directory"),
            let name = state["name"]?.string.flatMap({ try? BlobName($0) }), let from = state["from"]?.integer,
            let to = state["to"]?.integer
        else { return .done(result: nil) }
        var purpose = PastSweep.Purpose.restore
        if state["restores"]?.bool != true {
            var deletion: Blob.Deletion?
            if let at = state["deleted"]?.integer, let until = state["until"]?.integer {
                deletion = Blob.Deletion(at: Timestamp(microseconds: at), until: Timestamp(microseconds: until))
            }
            purpose = .endSnapshots(deletion)
        }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        guard try await scope.exists(data.domain) else { return .done(result: nil) }
        let place = BlobPlace(directory, name)
        let states = BlobStates(data, BlobHistory(), place)
        let sweep = PastSweep(states, purpose, from: Moment(ticks: from), to: Moment(ticks: to))
        guard let next = try await sweep.step().next else { return .done(result: nil) }
        return .again(Self.state(account, place, purpose, from: Moment(ticks: from), to: next))
    }
}
