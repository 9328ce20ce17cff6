// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension StorageProvider {
    /// An account as Azure Resource Manager shows it.
    func shown(_ view: AccountView, _ call: Call) -> JSON {
        let (account, record) = (view.account, view.record)
        var properties = account.options.object ?? [:]
        let bypass = properties.removeValue(forKey: "bypass") ?? "AzureServices"
        func shown(_ family: NetworkRules.Family) -> JSON {
            .array(account.network.addresses(family).map { ["value": .string($0), "action": "Allow"] })
        }
        let created = JSON.string(record.created.iso8601)
        func service(_ keyType: JSON) -> JSON { ["enabled": true, "keyType": keyType, "lastEnabledTime": created] }
        var services: [String: JSON] = ["blob": service("Account"), "file": service("Account")]
        for name in EncryptionRequest.choosing {
            let keyType = properties.removeValue(forKey: AccountRequest.keyTypeOption(name))
            services[name] = keyType.map(service)
        }
        let further: [String: JSON] = [
            "provisioningState": "Succeeded", "creationTime": created,
            "primaryLocation": .string(record.location), "statusOfPrimary": "available",
            "primaryEndpoints": endpoints(account.name, call),
            "supportsHttpsTrafficOnly": true, "allowSharedKeyAccess": .bool(account.allowsSharedKey),
            "allowBlobPublicAccess": .bool(account.allowsPublicAccess),
            "publicNetworkAccess": account.allowsPublicNetwork ? "Enabled" : "Disabled",
            "networkAcls": [
                "bypass": bypass, "virtualNetworkRules": [], "resourceAccessRules": [],
                "ipRules": shown(.four), "ipv6Rules": shown(.six),
                "defaultAction": account.network.deniesByDefault ? "Deny" : "Allow",
            ],
            "encryption": ["keySource": "Microsoft.Storage", "services": .object(services)],
            "keyCreationTime": .object(
                Dictionary(
                    zip(Account.keyNames, account.keys.map { JSON.string($0.created.iso8601) }),
                    uniquingKeysWith: { first, _ in first }
                )
            ),
            "privateEndpointConnections": [], "dnsEndpointType": "Standard",
            "isHnsEnabled": .bool(view.place.isHierarchical),
        ]
        properties.merge(further) { _, new in new }
        return [
            "id": .string(record.id), "name": .string(record.name), "type": "Microsoft.Storage/storageAccounts",
            "location": .string(record.location), "tags": JSON(record.tags), "kind": JSON(record.kind),
            "sku": record.sku ?? .null, "properties": .object(properties),
        ]
    }
    /// With a slash at the end: connection strings copy them.
    private func endpoints(_ name: String, _ call: Call) -> JSON {
        let services = ["blob", "queue", "table", "file", "dfs", "web"]
        return .object(
            Dictionary(
                services.map { service in
                    let host = "\(name).\(service).\(call.destination.names.storage)"
                    return (service, .string(hostPlan.address(host) + "/"))
                },
                uniquingKeysWith: { first, _ in first }
            )
        )
    }
}
