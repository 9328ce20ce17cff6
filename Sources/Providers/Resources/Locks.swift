// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension ResourcesProvider {
    /// Locks on a scope and, unless `$filter=atScope()`, below it.
    func listLocks(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope)
        let filter = try FilterParser.parse(call.query("$filter"))
        guard filter == nil || filter == .call("atscope", []) else {
            throw .badRequest("InvalidFilterInQueryString", "Locks are filtered by atScope() only.")
        }
        var locks = try await scope.locks(at: target.id, limit: ReadScope.locksPerScopeMax)
        if filter == nil { locks += try await scope.locks(below: target.id, limit: Limits.locksListedMax + 1) }
        guard locks.count <= Limits.locksListedMax else {
            throw .badRequest(
                "TooManyLocks",
                "There are more than \(Limits.locksListedMax) locks here. List those of one group at a time."
            )
        }
        return .json(200, ["value": .array(locks.map(AuthorizationWire.json))])
    }
    func showLock(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope)
        guard let lock = try await scope.lock(call["name"], at: target.id) else {
            throw .notFound("LockNotFound", "The lock '\(call["name"].prefix(100))' could not be found.")
        }
        return .json(200, AuthorizationWire.json(lock))
    }
    func putLock(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let target = try await changeableTarget(call.scope, scope)
        guard target.id != .root else { throw Self.noScope(.root) }
        let name = call["name"]
        guard (1...Limits.lockNameMax).contains(name.count), !name.contains(where: { "<>%&:\\?/".contains($0) }) else {
            throw .badRequest(
                "InvalidLockName",
                "A lock's name has 1 to \(Limits.lockNameMax) characters and none of <>%&:\\?/."
            )
        }
        let properties = try call.json()["properties"]
        let level = properties?["level"]?.string ?? ""
        guard
            let level = [Lock.Level.canNotDelete, .readOnly].first(where: {
                $0.rawValue.lowercased() == level.lowercased()
            })
        else {
            throw .badRequest("InvalidLockLevel", "The lock's level must be 'CanNotDelete' or 'ReadOnly'.")
        }
        let notes = properties?["notes"]?.string
        guard notes.map(\.count) ?? 0 <= Limits.lockNotesMax else {
            throw .badRequest("InvalidLockNotes", "A lock's notes have at most \(Limits.lockNotesMax) characters.")
        }
        guard properties?["owners"]?.array?.isEmpty ?? true else { throw .notImplemented("Owners of a lock") }
        let present = try await scope.locks(at: target.id, limit: WriteScope.locksPerScopeMax)
        let known = present.first { $0.name.lowercased() == name.lowercased() }
        guard known != nil || present.count < WriteScope.locksPerScopeMax else {
            throw ServiceError(
                409,
                "LockLimitExceeded",
                "The scope has \(WriteScope.locksPerScopeMax) locks, the most it can have."
            )
        }
        let lock = Lock(name: known?.name ?? name, scope: target.id, level: level, notes: notes)
        try await scope.put(lock)
        return .json(known == nil ? 201 : 200, AuthorizationWire.json(lock))
    }
    func deleteLock(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope)
        guard let lock = try await scope.lock(call["name"], at: target.id) else { return Reply(204) }
        try await scope.removeLock(lock.name, at: target.id)
        return Reply(200)
    }
}
