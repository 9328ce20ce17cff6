// SPDX-License-Identifier: Apache-2.0
package import Base
import Store

/// What providers may ask about rights, beyond the check the dispatcher makes before every operation: lists show only
/// what the caller may read.
package protocol AccessView: Sendable {
    /// Whether role assignments let the caller do a control-plane action on a resource.
    func allows(
        _ action: String,
        at resource: ResourceID,
        caller: Caller,
        scope: ReadScope
    ) async throws(ServiceError) -> Bool
    /// Every assignment that counts for a principal of the scope's tenant: its own and those of the groups it is in,
    /// directly or through other groups.
    func assignments(
        for principal: PrincipalID,
        _ scope: some Scope
    ) async throws(ServiceError) -> [RoleAssignment]
    /// Every group a principal of the scope's tenant is in, directly or through other groups.
    func groups(
        of principal: PrincipalID,
        _ scope: some Scope
    ) async throws(ServiceError) -> Set<PrincipalID>
}

extension AccessView {
    /// The assignments that count for a caller; none for who is no principal of the scope's tenant.
    func assignments(of caller: Caller, _ scope: some Scope) async throws(ServiceError) -> [RoleAssignment] {
        guard let principal = caller.principal, principal.tenant == scope.tenant else { return [] }
        return try await assignments(for: principal.id, scope)
    }
    /// Whether role assignments let the caller do a data-plane action on a resource.
    package func allowsData(
        _ action: String,
        at resource: ResourceID,
        caller: Caller,
        scope: some Scope
    ) async throws(ServiceError) -> Bool {
        try await assignments(of: caller, scope).contains { $0.covers(resource) && $0.allows(action, data: true) }
    }
    /// Whether they let the caller do one of some data-plane actions on a resource, or on something below it.
    ///
    /// It opens nothing by itself: whoever goes by it asks again for each part of what is done.
    package func allowsDataBelow(
        _ actions: [String],
        at resource: ResourceID,
        caller: Caller,
        scope: some Scope
    ) async throws(ServiceError) -> Bool {
        try await assignments(of: caller, scope).contains { assignment in
            assignment.touches(resource) && actions.contains { assignment.allows($0, data: true) }
        }
    }
    /// Whether the caller has any role at, above or below a scope: enough to know that the scope exists.
    package func reaches(
        _ resource: ResourceID,
        caller: Caller,
        scope: ReadScope
    ) async throws(ServiceError) -> Bool {
        try await assignments(of: caller, scope).contains { $0.touches(resource) }
    }
}

extension RoleAssignment {
    /// Whether it holds for a resource: it was given there or above.
    func covers(_ resource: ResourceID) -> Bool { ResourceID(scope).contains(resource) }
    /// Whether it holds for a resource or for something below it.
    func touches(_ resource: ResourceID) -> Bool {
        let given = ResourceID(scope)
        return given.contains(resource) || resource.contains(given)
    }
    /// Whether its role has an action.
    func allows(_ action: String, data: Bool) -> Bool { RoleDefinition.of(role)?.allows(action, data: data) == true }
}

/// Where a page of assignments goes on: behind this one.
package struct AssignmentMarker: Sendable, Hashable {
    package let scope: ResourceID
    package let name: String
    package init(scope: ResourceID, name: String) {
        self.scope = scope
        self.name = name
    }
}

extension Scope {
    /// Assignments that concern a scope: when asked for, those above it, from the tenant root down; those on it; when
    /// asked for, those below; at most `limit`, from behind `after`.
    package func assignments(
        around scope: ResourceID,
        above: Bool = true,
        below: Bool,
        after: AssignmentMarker? = nil,
        limit: Int
    ) async throws(ServiceError) -> [RoleAssignment] {
        let prefix = Key("assignment-at")
        var ranges = (above ? scope.lineage : [scope]).map { prefix.appending($0.canonical).children }
        if below {
            // All scopes whose text goes on behind this one's and a slash; "0" is the character after "/".
            let text = scope == .root ? "/" : scope.canonical + "/"
            let open = prefix.bytes + Key(text).bytes.dropLast()
            let end = prefix.bytes + Key(String(text.dropLast()) + "0").bytes.dropLast()
            ranges.append(KeyRange(from: Key(bytes: open + [1]), to: Key(bytes: end)))
        }
        if let after {
            let marker = prefix.appending(after.scope.canonical, after.name.lowercased())
            let start = ranges.firstIndex { $0.contains(marker) } ?? ranges.endIndex
            ranges.removeFirst(start)
            if !ranges.isEmpty { ranges[0].from = marker.next }
        }
        var found: [RoleAssignment] = []
        for range in ranges where found.count < limit {
            let pointers = try await kernelView.list(
                AssignmentPointer.self,
                in: .tenant,
                keys: range,
                limit: limit - found.count
            )
            for pointer in pointers {
                var reader = KeyReader(pointer.key, after: prefix)
                guard let at = reader.string(), let name = reader.string() else { continue }
                let key = Key("assignment", pointer.value.principal, at, name)
                if let assignment = try await kernelView.get(RoleAssignment.self, at: key) { found.append(assignment) }
            }
        }
        return found
    }
}

extension ResourceID {
    /// The scopes rights and locks come down from to this one, itself included, from the tenant root down.
    package var lineage: [ResourceID] {
        let parts = segments
        var scopes: [ResourceID] = [.root]
        for count in stride(from: 2, through: parts.count, by: 2) {
            scopes.append(ResourceID(parts.prefix(count).joined(separator: "/")))
        }
        if !parts.count.isMultiple(of: 2) { scopes.append(self) }
        return scopes
    }
}
