// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// A state of a blob as a walk comes by it.
struct BlobSpot {
    let place: BlobPlace
    /// Its name in its container: with a hierarchical namespace, all of its path.
    let path: String
    /// Of a past state.
    let ticks: Int64?
    /// Nil where the record does not open.
    let state: Blob?
    var key: Key { ticks.map { StorageKey.past(place, Moment(ticks: $0)) } ?? StorageKey.blob(place) }
}

/// Where a walk over all blobs of an account stands: container by container in the order of their names, in each first
/// what is current, then past states.
struct AccountWalk: Equatable {
    /// Where it stands in a container.
    struct Last: Equatable {
        let name: String
        let ticks: Int64?
    }
    /// The container at hand; nil between two.
    private(set) var container: String?
    /// The last container that is done.
    private(set) var done = ""
    /// Whether its past states are looked at; its current ones come first.
    private(set) var isPast = false
    /// The last state looked at in the container; nil at its beginning.
    private(set) var last: Last?
    /// Containers that were passed by because their records do not open, until they are taken note of.
    private var unreadable: Int64 = 0

    init() {}
    /// A walk as a saga's state keeps it.
    init(_ state: JSON) {
        container = state["container"]?.string
        done = state["done"]?.string ?? ""
        isPast = state["past"]?.bool ?? false
        if let name = state["name"]?.string { last = Last(name: name, ticks: state["ticks"]?.integer) }
    }
    var json: [String: JSON] {
        var state: [String: JSON] = ["done": .string(done), "past": .bool(isPast)]
        state["container"] = container.map { .string($0) }
        state["name"] = last.map { .string($0.name) }
        state["ticks"] = last?.ticks.map { .integer($0) }
        return state
    }
    /// Whether the container at hand is one the region keeps for itself: what is in it goes by rules of its own.
    var isHidden: Bool { container.flatMap { try? ContainerName($0) }?.isHidden != false }
    /// Notes that a state was dealt with.
    mutating func pass(_ spot: BlobSpot) { last = Last(name: spot.path, ticks: spot.ticks) }
    /// How many containers were passed by since this was asked last, because their records do not open.
    mutating func takeUnreadable() -> Int64 {
        defer { unreadable = 0 }
        return unreadable
    }
    /// Goes on to the container's past states where they are looked at too, else behind it.
    mutating func endPart(hasPast: Bool) {
        last = nil
        if hasPast, !isPast {
            isPast = true
        } else {
            done = container ?? done
            container = nil
            isPast = false
        }
    }

    /// The container at hand, or the next one; nil at the end, and without a container where it is gone meanwhile or does
    /// not open.
    mutating func next(
        in domain: Domain,
        _ scope: some Scope
    ) async throws(ServiceError) -> (name: String, container: Container?)? {
        if container == nil {
            let all = StorageKey.containers
            let range = KeyRange(from: all.appending(done).next, to: all.afterChildren)
            guard let key = try await scope.keys(in: domain, range, limit: 1).first else { return nil }
            var reader = KeyReader(key, after: all)
            guard let name = reader.string() else { throw .unavailable("a container's key does not hold its name") }
            container = name
        }
        guard let name = container else { return nil }
        if let known = try? ContainerName(name) {
            let key = StorageKey.container(known)
            let row = KeyRange(from: key, to: key.next)
            let found = try await scope.readable(Container.self, row, in: domain, limit: 1).first
            if let container = found?.1 { return (name, container) }
            if found != nil { unreadable += 1 }
        }
        isPast = true
        endPart(hasPast: true)
        return (name, nil)
    }
    /// The next containers, after them those soft delete keeps where `withDeleted` says so; none at the end, and nil in
    /// place of what does not open.
    mutating func containers(
        withDeleted: Bool,
        in domain: Domain,
        limit: Int,
        _ scope: some Scope
    ) async throws(ServiceError) -> [(name: ContainerName, container: Container?)] {
        if !isPast {
            let all = StorageKey.containers
            let range = KeyRange(from: all.appending(done).next, to: all.afterChildren)
            let page = try await named(range, under: all, in: domain, limit, scope)
            done = page.last?.last.name ?? done
            isPast = page.count < limit
            if !page.isEmpty { return page.map { ($0.name, $0.container) } }
        }
        guard withDeleted else { return [] }
        let all = StorageKey.deletedContainers
        let from = last.map { all.appending($0.name, $0.ticks ?? 0).next } ?? all.children.from
        let page = try await named(KeyRange(from: from, to: all.afterChildren), under: all, in: domain, limit, scope)
        last = page.last?.last ?? last
        return page.map { ($0.name, $0.container) }
    }
    private func named(
        _ range: KeyRange,
        under base: Key,
        in domain: Domain,
        _ limit: Int,
        _ scope: some Scope
    ) async throws(ServiceError) -> [(name: ContainerName, last: Last, container: Container?)] {
        var found: [(name: ContainerName, last: Last, container: Container?)] = []
        for (key, container) in try await scope.readable(Container.self, range, in: domain, limit: limit) {
            var reader = KeyReader(key, after: base)
            guard let text = reader.string(), let name = try? ContainerName(text) else {
                throw .unavailable("a container's key does not hold its name")
            }
            found.append((name, Last(name: text, ticks: reader.integer()), container))
        }
        return found
    }
    /// The next states of a container whose names begin with one of some prefixes, which are in order and none within
    /// another; at most `limit`, and fewer only at the end.
    func page(
        of container: Container,
        _ prefixes: [String],
        in domain: Domain,
        limit: Int,
        _ scope: some Scope
    ) async throws(ServiceError) -> [BlobSpot] {
        guard !isHidden else { return [] }
        let base = isPast ? StorageKey.past(container.root) : StorageKey.blobs(container.root)
        let after = last.map { last in
            (last.ticks.map { base.appending(last.name, $0) } ?? base.appending(last.name)).next
        }
        var spots: [BlobSpot] = []
        for prefix in prefixes where spots.count < limit {
            var range = KeyRange(
                from: StorageKey.start(of: prefix, under: base),
                to: StorageKey.end(of: prefix, under: base)
            )
            if let after { range.from = max(range.from, after) }
            for (key, state) in try await scope.readable(Blob.self, range, in: domain, limit: limit - spots.count) {
                var reader = KeyReader(key, after: base)
                guard let text = reader.string(), let blob = try? BlobName(text) else {
                    throw .unavailable("a blob's key does not hold its name")
                }
                let place = BlobPlace(container.root, blob)
                spots.append(BlobSpot(place: place, path: text, ticks: reader.integer(), state: state))
            }
        }
        return spots
    }
}

extension Scope {
    /// At most `limit` values of a range of keys; nil in place of those that do not open.
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
