// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct PolicyJourneys {
        private static let rules = """
            {"rules": [{"enabled": true, "name": "old", "type": "Lifecycle", "definition": {
              "actions": {
                "baseBlob": {
                  "tierToCool": {"daysAfterModificationGreaterThan": 30},
                  "delete": {"daysAfterLastAccessTimeGreaterThan": 365}},
                "snapshot": {"delete": {"daysAfterCreationGreaterThan": 30}}},
              "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["docs/log"]}}}]}
            """

        @Test func `an account's lifecycle policy and access tracking are set, shown and removed`() async throws {
            let session = try await Az.servicePrincipal()
            let file = try session.home.file("policy.json", Array(Self.rules.utf8))
            let account = "-g policies4711 --account-name policies4711"
            try await session.walk(
                [
                    az("group create -n policies4711 -l francecentral"),
                    az("storage account create -g policies4711 -n policies4711 -l francecentral --sku Standard_LRS"),
                    az("storage account management-policy show \(account)", fails: "ManagementPolicyNotFound"),
                    az(
                        "storage account management-policy create \(account) --policy @<file>",
                        fails: "MissingLastAccessTimeBasedTrackingPolicy"
                    ),
                    az(
                        "storage account blob-service-properties update -g policies4711 -n policies4711 "
                            + "--enable-last-access-tracking true --query lastAccessTimeTrackingPolicy.enable",
                        prints: "true"
                    ),
                    az(
                        "storage account management-policy create \(account) --policy @<file> "
                            + "--query policy.rules[].name",
                        prints: "old"
                    ),
                    az(
                        "storage account management-policy show \(account) --query "
                            + "policy.rules[0].definition.actions.baseBlob.tierToCool.daysAfterModificationGreaterThan",
                        prints: "30.0"
                    ),
                    az(
                        "storage account management-policy update \(account) --set policy.rules[0].name=older "
                            + "--query policy.rules[].name",
                        prints: "older"
                    ),
                    az("storage account management-policy delete \(account)"),
                    az("storage account management-policy show \(account)", fails: "ManagementPolicyNotFound"),
                    az("group delete -n policies4711 --yes"),
                ],
                values: ["file": file]
            )
        }

        private static let report = """
            {"enabled": true, "type": "Inventory", "rules": [{"enabled": true, "name": "all", "destination": "reports",
              "definition": {"format": "Csv", "schedule": "Daily", "objectType": "Blob",
                "schemaFields": ["Name", "Content-Length"], "filters": {"blobTypes": ["blockBlob"]}}}]}
            """

        @Test func `an account's inventory policy is set, shown and removed`() async throws {
            let session = try await Az.servicePrincipal()
            let file = try session.home.file("inventory.json", Array(Self.report.utf8))
            let account = "-g inventory4711 --account-name inventory4711"
            try await session.walk(
                [
                    az("group create -n inventory4711 -l francecentral"),
                    az("storage account create -g inventory4711 -n inventory4711 -l francecentral --sku Standard_LRS"),
                    az("storage account blob-inventory-policy show \(account)", fails: "BlobInventoryPolicyNotFound"),
                    az("storage container create -n reports --account-name inventory4711 --auth-mode key"),
                    az(
                        "storage account blob-inventory-policy create \(account) --policy @<file> "
                            + "--query policy.rules[].destination",
                        prints: "reports"
                    ),
                    az(
                        "storage account blob-inventory-policy show \(account) --query policy.rules[].name",
                        prints: "all"
                    ),
                    az("storage account blob-inventory-policy delete \(account) --yes"),
                    az("storage account blob-inventory-policy show \(account)", fails: "BlobInventoryPolicyNotFound"),
                    az("group delete -n inventory4711 --yes"),
                ],
                values: ["file": file]
            )
        }
    }
}
