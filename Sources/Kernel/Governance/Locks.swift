// SPDX-License-Identifier: Apache-2.0
import Base
import Store

/// A management lock on a scope and everything below it.
package struct Lock: Stored, Codable {
    /// What a lock refuses.
    package enum Level: String, Codable, Sendable {
        /// Deletion.
        case canNotDelete = "CanNotDelete"
        /// Deletion and change.
        case readOnly = "ReadOnly"
    }
    package var name: String
    package var scope: String
    package var level: Level
    package var notes: String?
    package init(name: String, scope: ResourceID, level: Level, notes: String?) {
        self.name = name
        self.scope = scope.text
        self.level = level
        self.notes = notes
    }
}

extension Scope {
    /// A lock by scope and name; nil when there is none.
    package func lock(_ name: String, at scope: ResourceID) async throws(ServiceError) -> Lock? {
        try await kernelView.get(Lock.self, at: Key("lock", scope.canonical, name.lowercased()))
    }
    /// Locks set on the scope itself, at most `limit`.
    package func locks(at scope: ResourceID, limit: Int) async throws(ServiceError) -> [Lock] {
        try await kernelView.list(Lock.self, under: Key("lock", scope.canonical), limit: limit).map(\.value)
    }
    /// Locks set below the scope, at most `limit`.
    package func locks(below scope: ResourceID, limit: Int) async throws(ServiceError) -> [Lock] {
        let prefix = Key("lock").bytes
        func bound(_ text: String) -> Key { Key(bytes: prefix + Key(text).bytes.dropLast()) }
        return try await kernelView.list(
            Lock.self,
            in: .tenant,
            keys: KeyRange(from: bound(scope.canonical + "/"), to: bound(scope.canonical + "0")),
            limit: limit
        ).map(\.value)
    }
    /// The first lock that refuses to change (or delete) the resource; nil when it is free.
    func lock(against resource: ResourceID, deleting: Bool) async throws(ServiceError) -> Lock? {
        let parts = resource.canonical.split(separator: "/")
        for count in stride(from: 2, through: parts.count, by: 2) {
            let ancestor = ResourceID(parts.prefix(count).joined(separator: "/"))
            let locks = try await locks(at: ancestor, limit: Self.locksPerScopeMax)
            if let lock = locks.first(where: { deleting || $0.level == .readOnly }) { return lock }
        }
        guard deleting else { return nil }
        return try await locks(below: resource, limit: 1).first
    }
    /// Azure allows twenty locks on one scope.
    package static var locksPerScopeMax: Int { 20 }
}

extension WriteScope {
    /// Sets a lock.
    package func put(_ lock: Lock) async throws(ServiceError) {
        try await kernel.put(lock, at: Key("lock", ResourceID(lock.scope).canonical, lock.name.lowercased()))
    }
    /// Removes a lock.
    package func removeLock(_ name: String, at scope: ResourceID) async throws(ServiceError) {
        try await kernel.remove(at: Key("lock", scope.canonical, name.lowercased()))
    }
}
