// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// Tags given to a subscription itself; those of groups and resources lie in their own records.
struct SubscriptionTags: Stored, Codable {
    var tags: [String: String]
    static func key(_ subscription: SubscriptionID) -> Key { Key("subscription-tags", subscription) }
}

extension ResourcesProvider {
    /// The caller's own tenant: a token is of one tenant.
    func listTenants(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let profile = try await directory.profile(asking: scope)
        return .json(200, ["value": [SubscriptionWire.json(call.tenant, profile)]])
    }
    /// The subscriptions in which the caller has any role.
    func listSubscriptions(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        var shown: [JSON] = []
        for subscription in try await scope.subscriptions(limit: Limits.subscriptionsMax)
        where try await access.reaches(.subscription(subscription.id), caller: call.caller, scope: scope) {
            shown.append(SubscriptionWire.json(subscription, tags: try await tags(of: subscription.id, scope)))
        }
        let count = JSON.integer(Int64(shown.count))
        return .json(200, ["value": .array(shown), "count": ["type": "Total", "value": count]])
    }
    func showSubscription(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope)
        return .json(200, SubscriptionWire.json(subscription, tags: try await tags(of: subscription.id, scope)))
    }
    func listLocations(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope)
        return .json(200, ["value": .array(Location.all.map { SubscriptionWire.json($0, of: subscription.id) })])
    }

    /// The route's subscription, when the caller has any role in it; otherwise it is not there.
    func visibleSubscription(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Subscription {
        let found = try await subscription(call, scope)
        guard try await access.reaches(.subscription(found.id), caller: call.caller, scope: scope) else {
            throw .notFound("SubscriptionNotFound", "The subscription '\(found.id.text)' could not be found.")
        }
        return found
    }
    func tags(of subscription: SubscriptionID, _ scope: some Scope) async throws(ServiceError) -> [String: String] {
        try await scope.get(SubscriptionTags.self, at: SubscriptionTags.key(subscription))?.tags ?? [:]
    }
}
