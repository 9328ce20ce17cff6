// SPDX-License-Identifier: Apache-2.0
package import Base
import FoundationEssentials
import Synchronization

/// Decides by role assignments.
///
/// What it worked out is kept until the tenant's access epoch changes, so that a revoked right is gone with the next
/// request.
package final class Authorizer: AccessView {
    /// Groups within groups are followed this deep, and this many in all: Entra's own bounds are of that order.
    static let groupsMax = 2_000
    static let groupsPageMax = 1_000
    /// Most assignments of one principal or group that count.
    static let assignmentsMax = 4_000
    /// Principals whose assignments are kept; beyond it all are worked out anew.
    static let keptMax = 20_000

    private struct Kept: Sendable {
        let epoch: Int64
        let assignments: [RoleAssignment]
        /// The groups they were looked up for, besides the principal itself.
        let groups: Set<PrincipalID>
    }
    private struct Slot: Hashable { let tenant: TenantID, principal: PrincipalID }
    private let kept = Mutex<[Slot: Kept]>([:])

    package init() {}

    /// Whether the caller may run an operation on a resource.
    func allows(
        _ access: Access,
        operation: String,
        call: Call,
        at resource: ResourceID,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Bool {
        switch (call.caller, access) {
        case (_, .anyone), (.region, _): return true
        case (.principal(let principal), .member): return principal.tenant == call.tenant
        case (.principal, .control(let action)):
            return try await allows(action, at: resource, caller: call.caller, scope: scope)
        case (.principal, .data(let action)):
            return try await allowsData(action, at: resource, caller: call.caller, scope: scope)
        case (.principal, .dataBelow(let actions)):
            return try await allowsDataBelow(actions, at: resource, caller: call.caller, scope: scope)
        case (.holder(_, let grant), _):
            try grant.permit(operation: operation, access: access, call: call)
            return true
        case (.anonymous, _): return false
        }
    }
    package func allows(
        _ action: String,
        at resource: ResourceID,
        caller: Caller,
        scope: ReadScope
    ) async throws(ServiceError) -> Bool {
        try await assignments(of: caller, scope).contains { $0.covers(resource) && $0.allows(action, data: false) }
    }

    package func assignments(
        for principal: PrincipalID,
        _ scope: some Scope
    ) async throws(ServiceError) -> [RoleAssignment] { try await known(of: principal, scope).assignments }
    package func groups(
        of principal: PrincipalID,
        _ scope: some Scope
    ) async throws(ServiceError) -> Set<PrincipalID> { try await known(of: principal, scope).groups }

    private func known(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> Kept {
        let slot = Slot(tenant: scope.tenant, principal: principal)
        let epoch = try await scope.accessEpoch()
        if let known = kept.withLock({ $0[slot] }), known.epoch == epoch { return known }
        let holders = try await closure(of: principal, scope)
        var assignments: [RoleAssignment] = []
        for holder in holders {
            assignments += try await scope.assignments(of: holder, limit: Self.assignmentsMax).map(\.value)
        }
        let found = Kept(epoch: epoch, assignments: assignments, groups: Set(holders.dropFirst()))
        // A change that is not committed yet may have assignments of its own, which nobody else may go by.
        guard scope is ReadScope else { return found }
        kept.withLock { kept in
            if kept.count >= Self.keptMax { kept.removeAll() }
            kept[slot] = found
        }
        return found
    }
    /// The principal and every group it is in, directly or through other groups.
    private func closure(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> [PrincipalID] {
        var all = [principal]
        var known: Set<PrincipalID> = [principal]
        var next = 0
        while next < all.count, all.count < Self.groupsMax {
            for group in try await scope.groups(of: all[next], limit: Self.groupsPageMax)
            where known.insert(group).inserted {
                all.append(group)
            }
            next += 1
        }
        return all
    }
}
