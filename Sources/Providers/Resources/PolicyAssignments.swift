// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// Azure Policy, as far as residency goes: where a subscription's resources may lie.
extension ResourcesProvider {
    func listPolicyAssignments(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await policyTarget(call, scope)
        let filter = try FilterParser.parse(call.query("$filter"))
        // Nothing is assigned above or below a subscription, so all three mean the same; az sends the latter two.
        let scopes = ["atscope", "atexactscope", "atscopeandbelow"]
        guard filter.map({ filter in scopes.contains { filter == .call($0, []) } }) ?? true else {
            throw .notImplemented("Filtering policy assignments by anything but their scope")
        }
        let policies = try await policies(of: subscription.id, scope)
        return .json(200, ["value": .array(policies.map { $0.json(of: subscription.id) })])
    }
    func showPolicyAssignment(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await policyTarget(call, scope)
        let key = LocationPolicy.key(subscription.id, call["name"])
        guard let policy = try await scope.get(LocationPolicy.self, at: key) else {
            throw .notFound(
                "PolicyAssignmentNotFound",
                "The policy assignment '\(call["name"].prefix(100))' is not found."
            )
        }
        return .json(200, policy.json(of: subscription.id))
    }
    /// Assigns the policy, or changes an assignment; 201 in both cases, as Azure answers.
    func putPolicyAssignment(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let subscription = try await policyTarget(call, scope)
        let name = call["name"]
        guard (1...Limits.policyNameMax).contains(name.count), !name.contains(where: { "<>%&:\\?/#".contains($0) }),
            name.last != " ", name.last != "."
        else {
            throw .badRequest(
                "InvalidPolicyAssignmentName",
                "The name of a policy assignment has 1 to \(Limits.policyNameMax) characters and none of <>%&:\\?/#."
            )
        }
        let request = try PolicyRequest(try call.json())
        let known = try await policies(of: subscription.id, scope)
        let old = known.first { $0.name.lowercased() == name.lowercased() }
        guard old != nil || known.count < Limits.policiesMax else {
            throw .badRequest(
                "PolicyAssignmentQuotaExceeded",
                "The subscription has \(Limits.policiesMax) policy assignments, the most it can have."
            )
        }
        let policy = LocationPolicy(
            name: old?.name ?? name,
            displayName: request.displayName,
            description: request.description,
            metadata: request.metadata,
            locations: request.locations,
            created: old?.created ?? scope.now,
            createdBy: old?.createdBy ?? call.caller.name
        )
        try await scope.put(policy, at: LocationPolicy.key(subscription.id, name))
        try await enforce(on: subscription, known.filter { $0.name != old?.name } + [policy], scope)
        return .json(201, policy.json(of: subscription.id))
    }
    func deletePolicyAssignment(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let subscription = try await policyTarget(call, scope)
        let known = try await policies(of: subscription.id, scope)
        guard let policy = known.first(where: { $0.name.lowercased() == call["name"].lowercased() }) else {
            return Reply(204)
        }
        try await scope.remove(at: LocationPolicy.key(subscription.id, policy.name))
        try await enforce(on: subscription, known.filter { $0 != policy }, scope)
        return .json(200, policy.json(of: subscription.id))
    }
    /// The one definition there is, under the tenant root and under any scope.
    func showPolicyDefinition(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard call["name"].lowercased() == LocationPolicy.definition else {
            throw .notImplemented("Any policy but 'Allowed locations' (\(LocationPolicy.definition))")
        }
        return .json(200, LocationPolicy.definitionJSON)
    }

    /// What a subscription's resources are held to: the places that every assignment allows.
    private func enforce(
        on subscription: Subscription,
        _ policies: [LocationPolicy],
        _ scope: WriteScope
    ) async throws(ServiceError) {
        var subscription = subscription
        subscription.allowedLocations = Location.all.map(\.name).filter { name in
            policies.allSatisfy { $0.locations.contains(name) }
        }
        try await scope.put(subscription)
    }
    private func policies(
        of subscription: SubscriptionID,
        _ scope: some Scope
    ) async throws(ServiceError) -> [LocationPolicy] {
        try await scope.list(
            LocationPolicy.self,
            under: LocationPolicy.keys(subscription),
            limit: Limits.policiesMax
        ).map(\.value)
    }
    /// The subscription a policy is assigned to; other scopes are not built.
    private func policyTarget(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> Subscription {
        guard case .subscription(let subscription) = try await target(call.scope, scope) else {
            throw .notImplemented("A policy assignment at any scope but a subscription")
        }
        return subscription
    }
}
