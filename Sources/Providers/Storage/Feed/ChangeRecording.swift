// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Tells the change feed, in the commit that makes the change: called where states are written (`BlobWrites`,
/// `BlobStates`), never by an operation.
extension AccountData {
    /// The change of the current state of a place.
    func tell(_ place: BlobPlace, from old: Blob?, to new: Blob?) async throws(ServiceError) {
        guard let feed = try await feed(for: place) else { return }
        try await tell(ToldChange.between(old, new, at: scope.now), place, feed, of: new ?? old)
        try await plan(place, from: old, to: new)
    }
    /// The change of a past state that stays one.
    func tellPast(_ place: BlobPlace, from old: Blob, to new: Blob) async throws(ServiceError) {
        guard let feed = try await feed(for: place) else { return }
        try await tell(ToldChange.ofPast(old, new, at: scope.now), place, feed, of: new)
        try await plan(place, from: old, to: new)
    }
    /// A new snapshot, or the end of a past state.
    func tell(_ kind: ChangeEvent.Kind, ofPast state: Blob, at place: BlobPlace) async throws(ServiceError) {
        guard let feed = try await feed(for: place) else { return }
        try await tell([ToldChange(kind)], place, feed, of: state)
        if kind == .deleted { try await plan(place, from: state, to: nil) }
    }

    /// The feed that hears of a place; nil while it is off, and for its own blobs.
    private func feed(for place: BlobPlace) async throws(ServiceError) -> ChangeFeed? {
        let feed = try await scope.get(ChangeFeed.self, in: domain, at: StorageKey.changeFeed)
        guard let feed, feed.isTelling, place.directory != feed.container else { return nil }
        return feed
    }
    private func tell(
        _ changes: [ToldChange],
        _ place: BlobPlace,
        _ feed: ChangeFeed,
        of state: Blob?
    ) async throws(ServiceError) {
        guard let state else { return }
        for change in changes { try await write(try await event(change, place, of: state)) }
    }
    /// Puts an event behind those of the same commit.
    private func write(_ event: ChangeEvent) async throws(ServiceError) {
        let own = StorageKey.changeEvents(of: scope)
        let last = try await scope.list(ChangeEvent.self, in: domain, under: own, limit: 1, reverse: true).first
        var number: Int64 = 0
        if let last {
            var reader = KeyReader(last.key, after: own)
            number = (reader.integer() ?? 0) + 1
        }
        var event = event
        event.sequencer = Self.sequencer(scope.version, number)
        try await scope.put(event, in: domain, at: own.appending(number))
    }
    private static func sequencer(_ version: Version, _ number: Int64) -> String {
        [version, 0, UInt64(bitPattern: number)].map { part in
            let digits = String(part, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
    private func event(_ change: ToldChange, _ place: BlobPlace, of state: Blob) async throws(ServiceError)
        -> ChangeEvent
    {
        let key = StorageKey.containerPlace(place.directory)
        let container = try await scope.get(ContainerPlace.self, in: domain, at: key)?.name
        let past = state.past
        var event = ChangeEvent(
            id: scope.entropy.uuid(),
            kind: change.kind,
            time: scope.now,
            container: container ?? place.directory.lowercaseText,
            blob: place.name.text,
            api: ChangeOperation.name(scope.note, caller, change.kind, state),
            request: scope.note.request ?? scope.entry.raw,
            clientRequest: scope.note.clientRequest,
            etag: state.etag.text,
            contentType: state.headers.type ?? ContentHeaders.defaultType,
            contentLength: state.length,
            blobType: state.kind.rawValue,
            sequencer: ""
        )
        event.version = state.version?.text
        event.tier = state.tier.current(at: scope.now)?.rawValue
        if let past, past.kind == .snapshot { event.snapshot = past.moment.text }
        if !change.previousInfo.isEmpty { event.previousInfo = change.previousInfo }
        if !change.properties.isEmpty { event.propertiesUpdated = change.properties }
        if !change.asyncOperation.isEmpty { event.asyncOperation = change.asyncOperation }
        event.tagsUpdated = change.tags
        return event
    }

    // MARK: Rehydrations

    /// Keeps the event of a rehydration's end, which comes without any commit, until its time, and takes it back where
    /// something else comes before.
    private func plan(_ place: BlobPlace, from old: Blob?, to new: Blob?) async throws(ServiceError) {
        let (before, after) = (old?.tier.pending(at: scope.now), new?.tier.pending(at: scope.now))
        guard before != after else { return }
        if let before {
            let key = StorageKey.plannedEvent(before.ready, place, old?.past?.moment)
            try await scope.remove(in: domain, at: key)
        }
        guard let after, let new else { return }
        var change = ToldChange(.tierChanged)
        change.previousInfo["PreviousTier"] = new.tier.explicit?.rawValue
        change.asyncOperation = ["DestinationTier": after.tier.rawValue, "WasAsyncOperation": "true"]
        var event = try await event(change, place, of: new)
        event.tier = after.tier.rawValue
        event.time = after.ready
        let key = StorageKey.plannedEvent(after.ready, place, new.past?.moment)
        try await scope.put(event, in: domain, at: key)
    }
    /// Takes back what was planned for a state whose container is gone.
    func unplan(_ state: Blob, at place: BlobPlace) async throws(ServiceError) {
        guard let way = state.tier.pending(at: scope.now) else { return }
        try await scope.remove(in: domain, at: StorageKey.plannedEvent(way.ready, place, state.past?.moment))
    }
    /// Tells what was planned for until now, up to a bound; false when there was nothing.
    func tellPlanned() async throws(ServiceError) -> Bool {
        let due = try await scope.plannedEvents(in: domain, limit: Self.plannedAtOnce)
        for item in due {
            try await write(item.value)
            try await scope.remove(in: domain, at: item.key)
        }
        return !due.isEmpty
    }
    private static let plannedAtOnce = 100
}

extension Scope {
    /// Planned events whose time has come.
    func plannedEvents(in domain: Domain, limit: Int) async throws(ServiceError) -> [Item<ChangeEvent>] {
        let range = KeyRange(
            from: StorageKey.plannedEvents.children.from,
            to: StorageKey.plannedEvents.appending(now).afterChildren
        )
        return try await list(ChangeEvent.self, in: domain, keys: range, limit: limit)
    }
}
