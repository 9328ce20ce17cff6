// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel
import Store

/// Goes on removing what hangs on a deleted principal when one commit was not enough: memberships, role assignments,
/// owners.
///
/// The principal itself is gone with the first commit, so nothing it leaves gives anybody a right meanwhile.
package struct PrincipalRemoval: Saga {
    package static let kind = "Microsoft.Directory/principalRemoval"
    package init() {}

    package func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let id = state["principal"]?.string.flatMap({ PrincipalID(text: $0) }) else {
            throw ServiceError(500, "InternalError", "The removal of a principal lost its name.", detail: "\(state)")
        }
        return try await Self.removeSome(of: id, scope) ? .again(state) : .done(result: nil)
    }

    /// Removes a bounded number of edges; true when there may be more.
    static func removeSome(of id: PrincipalID, _ scope: WriteScope) async throws(ServiceError) -> Bool {
        let limit = Limits.edgesPerStep
        let groups = try await scope.groups(of: id, limit: limit)
        for group in groups { try await scope.leave(id, from: group) }
        let members = try await scope.members(of: id, limit: limit)
        for member in members { try await scope.leave(member, from: id) }
        let assignments = try await scope.assignments(of: id, limit: limit)
        for assignment in assignments { try await scope.remove(assignment.value) }
        let owners = try await scope.list(Pointer.self, under: Key("owner", id), limit: limit)
        for owner in owners { try await disown(id, owner.value.id, scope) }
        let owned = try await scope.list(Pointer.self, under: Key("owned", id), limit: limit)
        for object in owned { try await disown(object.value.id, id, scope) }
        return [groups.count, members.count, assignments.count, owners.count, owned.count].contains(limit)
    }
    private static func disown(
        _ object: PrincipalID,
        _ owner: PrincipalID,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        try await scope.remove(at: DirectoryKey.owner(of: object, owner))
        try await scope.remove(at: DirectoryKey.owned(by: owner, object))
    }
}

extension IdentityProvider {
    /// Refuses what would leave the tenant without an administrator: nobody could let anyone in again.
    func keepAdministered(without id: PrincipalID, _ scope: WriteScope) async throws(ServiceError) {
        guard try await isLastAdministrator(id, asking: scope) else { return }
        throw GraphFault.invalid(
            "'\(id.text)' is the last administrator of the organization and can be neither deleted nor disabled. Make "
                + "another user or service principal an owner at the scope '/' first."
        )
    }
    /// Removes what hangs on a principal that is being deleted, in this commit as far as it goes, the rest in a saga.
    func removeEdges(of id: PrincipalID, _ scope: WriteScope, caller: Caller) async throws(ServiceError) {
        if try await PrincipalRemoval.removeSome(of: id, scope) {
            _ = try await scope.start(PrincipalRemoval.self, ["principal": .string(id.text)], caller: caller)
        }
        try await scope.accessChanged()
    }
}
