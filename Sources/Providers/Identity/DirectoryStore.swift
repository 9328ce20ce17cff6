// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// Reading and writing directory objects with their indexes, the same way for every kind.
extension Scope {
    /// An object by its id; nil when there is none of that kind.
    func object<Object: DirectoryObject>(
        _ type: Object.Type,
        _ id: PrincipalID
    ) async throws(ServiceError) -> Object? {
        try await get(type, at: DirectoryKey.object(type.kind, id))
    }
    /// An object by one of its unique names.
    func object<Object: DirectoryObject>(
        _ type: Object.Type,
        named key: Key
    ) async throws(ServiceError) -> Object? {
        guard let pointer = try await get(Pointer.self, at: key) else { return nil }
        return try await object(type, pointer.id)
    }
    /// What is kept of any object, of whatever kind.
    func state(_ id: PrincipalID) async throws(ServiceError) -> ObjectState? {
        try await get(ObjectState.self, at: DirectoryKey.state(id))
    }
}

extension WriteScope {
    /// Adds an object; the caller made sure that its unique names are free.
    func insert(_ object: some DirectoryObject, isEnabled: Bool = true) async throws(ServiceError) {
        let kind = object.kind
        try await put(ObjectState(kind: kind, isEnabled: isEnabled), at: DirectoryKey.state(object.id))
        try await put(object, at: DirectoryKey.object(kind, object.id))
        try await index(object)
    }
    /// Replaces an object, moving its index entries where its names changed.
    func replace<Object: DirectoryObject>(_ old: Object, with new: Object) async throws(ServiceError) {
        try await unindex(old)
        try await put(new, at: DirectoryKey.object(Object.kind, new.id))
        try await index(new)
    }
    /// Removes an object and its index entries; what hangs on it is `removeEdges`' part.
    func erase(_ object: some DirectoryObject) async throws(ServiceError) {
        try await unindex(object)
        try await remove(at: DirectoryKey.object(object.kind, object.id))
        try await remove(at: DirectoryKey.state(object.id))
    }
    /// The error Graph gives when another object holds one of the names.
    func requireFree(_ keys: [Key], for id: PrincipalID? = nil, property: String) async throws(ServiceError) {
        for key in keys {
            if let holder = try await get(Pointer.self, at: key), holder.id != id {
                throw GraphFault.conflict(property)
            }
        }
    }
    /// Whether it may act, and that everything it was let in by before is void.
    func changeState(
        _ id: PrincipalID,
        isEnabled: Bool? = nil,
        voidsSessions: Bool
    ) async throws(ServiceError) {
        guard var state = try await state(id) else { return }
        let wasEnabled = state.isEnabled
        if let isEnabled { state.isEnabled = isEnabled }
        if voidsSessions || state.isEnabled != wasEnabled { state.credentialStamp += 1 }
        try await put(state, at: DirectoryKey.state(id))
        if state.isEnabled != wasEnabled { try await accessChanged() }
    }

    private func index(_ object: some DirectoryObject) async throws(ServiceError) {
        let pointer = Pointer(id: object.id)
        try await put(pointer, at: DirectoryKey.name(object.kind, object.displayName, object.id))
        for key in object.uniqueKeys { try await put(pointer, at: key) }
    }
    private func unindex(_ object: some DirectoryObject) async throws(ServiceError) {
        try await remove(at: DirectoryKey.name(object.kind, object.displayName, object.id))
        for key in object.uniqueKeys { try await remove(at: key) }
    }
}
