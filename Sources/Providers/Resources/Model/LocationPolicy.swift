// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// An assignment of Azure's built-in policy "Allowed locations" to a subscription: the one policy there is.
struct LocationPolicy: Stored, Codable, Hashable {
    /// As the client wrote it; unique on its subscription in any case.
    var name: String
    var displayName: String?
    var description: String?
    /// What the client keeps with it.
    var metadata: JSON?
    /// Names of locations of this region.
    var locations: [String]
    var created: Timestamp
    var createdBy: String

    /// The definition's name, and its id at the tenant root, where Azure's own policies lie.
    static let definition = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
    static let definitionID = ResourceID("/providers/Microsoft.Authorization/policyDefinitions/\(definition)")
    /// The name of its parameter.
    static let parameter = "listOfAllowedLocations"

    static func keys(_ subscription: SubscriptionID) -> Key { Key("location-policy", subscription) }
    static func key(_ subscription: SubscriptionID, _ name: String) -> Key {
        keys(subscription).appending(name.lowercased())
    }

    /// REST: Policy Assignments - Get.
    func json(of subscription: SubscriptionID) -> JSON {
        let scope = ResourceID.subscription(subscription)
        return [
            "id": .string(scope.appending("providers/Microsoft.Authorization/policyAssignments/\(name)").text),
            "name": .string(name), "type": "Microsoft.Authorization/policyAssignments",
            "properties": [
                "displayName": JSON(displayName), "description": JSON(description), "metadata": metadata ?? [:],
                "policyDefinitionId": .string(Self.definitionID.text), "scope": .string(scope.text), "notScopes": [],
                "enforcementMode": "Default",
                "parameters": .object([Self.parameter: ["value": .array(locations.map(JSON.string))]]),
            ],
            "systemData": ["createdAt": .string(created.iso8601), "createdBy": .string(createdBy)],
        ]
    }
    /// REST: Policy Definitions - Get Built In.
    static let definitionJSON: JSON = [
        "id": .string(definitionID.text), "name": .string(definition),
        "type": "Microsoft.Authorization/policyDefinitions",
        "properties": [
            "displayName": "Allowed locations", "policyType": "BuiltIn", "mode": "Indexed",
            "description":
                "Restricts the locations in which resources, and here their groups too, can be created. What is there stays.",
            "parameters": .object([
                parameter: [
                    "type": "Array",
                    "metadata": ["displayName": "Allowed locations", "strongType": "location"],
                ]
            ]),
            "policyRule": [
                "if": ["not": ["field": "location", "in": .string("[parameters('\(parameter)')]")]],
                "then": ["effect": "deny"],
            ],
        ],
    ]
}
