// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// A resource group as Azure Resource Manager shows it (REST: Resource Groups).
enum GroupWire {
    static func json(_ group: ResourceGroup, of subscription: SubscriptionID) -> JSON {
        var body: [String: JSON] = [
            "id": .string(ResourceID.group(subscription, group.name).text),
            "name": .string(group.name),
            "type": "Microsoft.Resources/resourceGroups",
            "location": .string(group.location),
            "properties": ["provisioningState": group.deletion == nil ? "Succeeded" : "Deleting"],
        ]
        if !group.tags.isEmpty { body["tags"] = JSON(group.tags) }
        body["managedBy"] = group.managedBy.map(JSON.string)
        return .object(body)
    }
}
