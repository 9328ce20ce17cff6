// SPDX-License-Identifier: Apache-2.0
package import Base
import Bytes
import Cryptography
import Custody
import HTTPTypes
package import Store

/// What a scope stands on.
///
/// Made by the kernel for one call; providers never see it. One object, for scopes are handed on often: a copy of it
/// would count references that all cores count too.
package final class ScopeFrame: Sendable {
    let namespace: String
    let tenant: TenantID
    let keyRing: KeyRing
    let bytes: any BytesEngine
    let world: World
    let now: Timestamp
    /// The turns that the call is served in.
    let turn: (any TurnTaking)?

    init(
        namespace: String,
        tenant: TenantID,
        keyRing: KeyRing,
        bytes: any BytesEngine,
        world: World,
        now: Timestamp,
        turn: (any TurnTaking)? = Turn.current
    ) {
        self.namespace = namespace
        self.tenant = tenant
        self.keyRing = keyRing
        self.bytes = bytes
        self.world = world
        self.now = now
        self.turn = turn
    }
    /// The same call, seen by another provider or for another tenant.
    func narrowed(to namespace: String? = nil, tenant: TenantID? = nil) -> ScopeFrame {
        ScopeFrame(
            namespace: namespace ?? self.namespace,
            tenant: tenant ?? self.tenant,
            keyRing: keyRing,
            bytes: bytes,
            world: world,
            now: now,
            turn: turn
        )
    }
}

/// A provider's view of the store: its own keys, for one tenant and the region, sealed and opened on the way.
package protocol Scope {
    /// Made by the kernel.
    var frame: ScopeFrame { get }
    /// The store's version that is read. For the kernel.
    var version: Version { get }
    /// A stored value, as it lies in the engine; `isReadOften` as of `Stored`. For the kernel.
    func sealedValue(_ key: Key, isReadOften: Bool) async throws(ServiceError) -> [UInt8]?
    /// Stored pairs, as they lie in the engine. For the kernel.
    func sealedPairs(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(ServiceError) -> [Pair]
    /// A data key made in this very transaction; nil otherwise. For the kernel.
    func freshKey(_ domain: Domain) -> DataKey?
    /// The domains that were made ready at this version. For the kernel.
    var spaces: Spaces { get }
}

/// One element of a list.
package struct Item<Value: Sendable>: Sendable {
    /// Where it lies, seen from the domain.
    package let key: Key
    package let value: Value
}

extension Scope {
    /// Whose data this is.
    package var tenant: TenantID { frame.tenant }
    /// The time of the call, the same throughout.
    package var now: Timestamp { frame.now }
    /// Fresh random bytes and ids.
    package var entropy: any Entropy { frame.world.entropy }

    /// The value under a key of a domain; nil when there is none.
    package func get<Value: Stored>(
        _ type: Value.Type,
        in domain: Domain = .tenant,
        at key: Key
    ) async throws(ServiceError) -> Value? {
        guard let space = try await spaceIfAny(domain) else { return nil }
        // Asked first without a call that may wait, which costs more: every request reads several rows.
        if frame.turn?.isLate == true { await giveWay() }
        let full = Key(bytes: space.prefix.bytes + key.bytes)
        guard let sealed = try await sealedValue(full, isReadOften: Value.isReadOften) else { return nil }
        let rows = frame.keyRing.rows
        if let known = rows.value(type, at: full, sealed: sealed) { return known }
        let value = try Self.open(type, sealed, at: full, space)
        rows.keep(value, at: full, sealed: sealed)
        return value
    }
    /// At most `limit` values whose keys have `prefix` and more, from behind `after` (a key as an item gave it).
    package func list<Value: Stored>(
        _ type: Value.Type,
        in domain: Domain = .tenant,
        under prefix: Key,
        after: Key? = nil,
        limit: Int,
        reverse: Bool = false
    ) async throws(ServiceError) -> [Item<Value>] {
        var keys = prefix.children
        if let after {
            if reverse { keys.to = min(keys.to, after) } else { keys.from = max(keys.from, after.next) }
        }
        return try await list(type, in: domain, keys: keys, limit: limit, reverse: reverse)
    }
    /// At most `limit` values of a range of a domain's keys.
    package func list<Value: Stored>(
        _ type: Value.Type,
        in domain: Domain,
        keys: KeyRange,
        limit: Int,
        reverse: Bool = false
    ) async throws(ServiceError) -> [Item<Value>] {
        guard keys.from < keys.to, let space = try await spaceIfAny(domain) else { return [] }
        let prefix = space.prefix.bytes
        let range = KeyRange(from: Key(bytes: prefix + keys.from.bytes), to: Key(bytes: prefix + keys.to.bytes))
        let pairs = try await sealedPairs(range, limit: limit, reverse: reverse)
        var items: [Item<Value>] = []
        items.reserveCapacity(pairs.count)
        for (number, pair) in pairs.enumerated() {
            if number.isMultiple(of: Self.rowsAtOnce) { await giveWay() }
            let value = try Self.open(type, pair.value, at: pair.key, space)
            items.append(Item(key: Key(bytes: Array(pair.key.bytes.dropFirst(prefix.count))), value: value))
        }
        return items
    }
    /// Rows that are opened before others may go first: some tenth of a millisecond.
    private static var rowsAtOnce: Int { 16 }

    /// At most `limit` keys that have `prefix` and more, from behind `after`: found even where a value does not open.
    package func keys(
        in domain: Domain,
        under prefix: Key,
        after: Key? = nil,
        limit: Int
    ) async throws(ServiceError) -> [Key] {
        var keys = prefix.children
        if let after { keys.from = max(keys.from, after.next) }
        return try await self.keys(in: domain, keys, limit: limit)
    }
    /// At most `limit` keys of a range of a domain's keys: found even where a value does not open.
    package func keys(in domain: Domain, _ keys: KeyRange, limit: Int) async throws(ServiceError) -> [Key] {
        guard keys.from < keys.to, let space = try await spaceIfAny(domain) else { return [] }
        let prefix = space.prefix.bytes
        let range = KeyRange(from: Key(bytes: prefix + keys.from.bytes), to: Key(bytes: prefix + keys.to.bytes))
        return try await sealedPairs(range, limit: limit, reverse: false)
            .map { Key(bytes: Array($0.key.bytes.dropFirst(prefix.count))) }
    }
    /// Whether a domain was made and not forgotten.
    package func exists(_ domain: Domain) async throws(ServiceError) -> Bool { try await spaceIfAny(domain) != nil }

    func spaceIfAny(_ domain: Domain) async throws(ServiceError) -> Space? {
        if let known = spaces.space(of: domain, frame) { return known }
        let dataKey: DataKey
        if let fresh = freshKey(domain) {
            dataKey = fresh
        } else {
            let slot = KeyRing.slot(domain, frame.tenant)
            if let opened = frame.keyRing.opened(slot, at: version) {
                dataKey = opened
            } else {
                let read = try await frame.keyRing.dataKey(
                    slot,
                    at: version,
                    get: { key async throws(ServiceError) in try await sealedValue(key, isReadOften: false) }
                )
                guard let read else { return nil }
                dataKey = read
            }
        }
        let prefix =
            domain == .region
            ? Key("data", frame.namespace, KeyRing.regionTenant, domain.label)
            : Key("data", frame.namespace, frame.tenant, domain.label)
        let space = Space(prefix: prefix, key: dataKey)
        spaces.keep(space, of: domain, frame)
        return space
    }
    func space(_ domain: Domain) async throws(ServiceError) -> Space {
        guard let space = try await spaceIfAny(domain) else {
            throw .unavailable("domain \(domain.label) of tenant \(tenant.text) has no key")
        }
        return space
    }
    private static func open<Value: Stored>(
        _ type: Value.Type,
        _ sealed: [UInt8],
        at key: Key,
        _ space: Space
    ) throws(ServiceError) -> Value {
        do {
            return try Value.decoded(try SealedValue.open(sealed, at: key.bytes, with: space.key.sealing))
        } catch {
            throw ServiceError(
                500,
                "InternalError",
                "A stored value cannot be read. The region's operator was told.",
                detail: "\(type) at \(key): \(error)"
            )
        }
    }
}

/// A scope that looks, at one version.
///
/// It may outlive its call while an answer streams.
package final class ReadScope: Scope, Sendable {
    package let frame: ScopeFrame
    package var version: Version { snapshot.version }
    let snapshot: any StoreSnapshot
    package let spaces: Spaces
    /// Held so that bytes this version refers to are not reclaimed while the scope lives.
    private let lease: ReaderLease?

    init(_ frame: ScopeFrame, _ snapshot: any StoreSnapshot, lease: ReaderLease? = nil, spaces: Spaces = Spaces()) {
        self.frame = frame
        self.snapshot = snapshot
        self.lease = lease
        self.spaces = spaces
    }
    /// Whether it is read for so long that bytes deleted since it began may be gone.
    var mayBeReclaimed: Bool { lease?.isOver(at: frame.world.clock.now) ?? false }
    /// The same version, for another tenant or provider.
    ///
    /// For doorkeepers and the kernel's own tables.
    func narrowed(to namespace: String? = nil, tenant: TenantID? = nil) -> ReadScope {
        ReadScope(frame.narrowed(to: namespace, tenant: tenant), snapshot, lease: lease, spaces: spaces)
    }
    /// The same version, for the tenant a doorkeeper found out.
    package func of(_ tenant: TenantID) -> ReadScope { narrowed(tenant: tenant) }

    package func sealedValue(_ key: Key, isReadOften: Bool) async throws(ServiceError) -> [UInt8]? {
        do throws(StoreError) {
            return isReadOften ? try await snapshot.getOften(key) : try await snapshot.get(key)
        } catch { throw ServiceError(store: error) }
    }
    package func sealedPairs(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(ServiceError) -> [Pair] {
        do throws(StoreError) { return try await snapshot.range(keys, limit: limit, reverse: reverse) } catch {
            throw ServiceError(store: error)
        }
    }
    package func freshKey(_ domain: Domain) -> DataKey? { nil }
}

extension ServiceError {
    /// The engine's failure as the client hears it.
    init(store error: StoreError) {
        switch error {
        case .conflict:
            self = ServiceError(
                503,
                "ServerBusy",
                "Others kept changing the same thing. Nothing was changed; try again.",
                detail: "in conflict with others each time",
                headers: [.retryAfter: "1"]
            )
        case .unknownResult:
            self = ServiceError(
                503,
                "ServerBusy",
                "The region lost sight of this change: it may or may not stand. Look, then try again.",
                detail: "unknown result",
                headers: [.retryAfter: "1"]
            )
        case .unavailable(let why): self = .unavailable(why)
        case .corrupt(let what):
            self = ServiceError(
                500,
                "InternalError",
                "Stored data is damaged. The region's operator was told.",
                detail: what
            )
        }
    }
}
