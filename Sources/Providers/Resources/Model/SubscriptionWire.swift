// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// Tenants, subscriptions and places as the subscription API shows them (REST: Subscriptions, Tenants; 2022-12-01).
enum SubscriptionWire {
    static func json(_ subscription: Subscription, tags: [String: String]) -> JSON {
        var body: [String: JSON] = [
            "id": .string(ResourceID.subscription(subscription.id).text),
            "subscriptionId": .string(subscription.id.text),
            "tenantId": .string(subscription.tenant.text),
            "displayName": .string(subscription.displayName),
            "state": "Enabled",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionPolicies": [
                "locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off",
            ],
        ]
        if !tags.isEmpty { body["tags"] = JSON(tags) }
        return .object(body)
    }
    static func json(_ tenant: TenantID, _ profile: TenantProfile) -> JSON {
        [
            "id": .string("/tenants/\(tenant.text)"),
            "tenantId": .string(tenant.text),
            "displayName": .string(profile.displayName),
            "defaultDomain": JSON(profile.domains.first),
            "domains": .array(profile.domains.map(JSON.string)),
            "countryCode": "FR",
            "tenantType": "AAD",
            "tenantCategory": "Home",
        ]
    }
    static func json(_ location: Location, of subscription: SubscriptionID) -> JSON {
        let base = "\(ResourceID.subscription(subscription).text)/locations/"
        return [
            "id": .string(base + location.name),
            "name": .string(location.name),
            "type": "Region",
            "displayName": .string(location.displayName),
            "regionalDisplayName": .string(location.regionalDisplayName),
            "metadata": [
                "regionType": "Physical",
                "regionCategory": "Recommended",
                "geography": "France",
                "geographyGroup": "Europe",
                "latitude": .string(location.latitude),
                "longitude": .string(location.longitude),
                "physicalLocation": .string(location.physicalLocation),
                "pairedRegion": [["name": .string(location.paired), "id": .string(base + location.paired)]],
            ],
        ]
    }
}
