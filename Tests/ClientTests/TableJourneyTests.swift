// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct TableJourneys {
        @Test(arguments: ["key", "login"])
        func `tables and entities are made, found, changed and deleted`(mode: String) async throws {
            let account = "tables\(mode)4711"
            let session = try await Az.servicePrincipal()
            let names = ["account": account]
            try await session.walk(Self.preparation(account: account), values: names)
            let with = "--account-name \(account) --auth-mode \(mode)"
            try await session.walk(Self.tables(with) + Self.entities(with), values: names)
            if mode == "key" { try await session.walk(Self.policies(account), values: names) }
            try await session.walk(
                [
                    az("storage table delete -n people \(with) --query deleted", prints: "true"),
                    az("storage table exists -n people \(with) --query exists", prints: "false"),
                    az("group delete -n \(account) --yes"),
                ],
                values: names
            )
        }

        private static func preparation(account: String) -> [Step] {
            [
                az("group create -n \(account) -l francecentral"),
                az(
                    "storage account create -g \(account) -n \(account) -l francecentral --sku Standard_LRS --query id",
                    saves: "id"
                ),
                az(
                    "role assignment create --role 'Storage Table Data Contributor' --assignee-object-id <objectId> "
                        + "--assignee-principal-type ServicePrincipal --scope <id>"
                ),
            ]
        }
        private static func tables(_ with: String) -> [Step] {
            [
                az("storage table exists -n people \(with) --query exists", prints: "false"),
                az("storage table create -n people \(with) --query created", prints: "true"),
                az("storage table list \(with) --query [].name", prints: "people"),
            ]
        }
        private static func entities(_ with: String) -> [Step] {
            let of = "-t people \(with)"
            return [
                az("storage entity insert -e PartitionKey=a RowKey=1 Name=Ann Age=31 Age@odata.type=Edm.Int32 \(of)"),
                az("storage entity insert -e PartitionKey=a RowKey=2 Name=Bob Age=42 Age@odata.type=Edm.Int32 \(of)"),
                az("storage entity insert -e PartitionKey=b RowKey=1 Name=Cid \(of)"),
                az(
                    "storage entity insert -e PartitionKey=a RowKey=1 Name=Dan \(of)",
                    fails: "EntityAlreadyExists",
                    "already exists"
                ),
                az("storage entity show --partition-key a --row-key 1 \(of) --query Age", prints: "31"),
                az(
                    "storage entity query --filter \"PartitionKey eq 'a'\" \(of) --query items[].Name",
                    prints: "Ann Bob"
                ),
                az(
                    "storage entity query --filter \"Age gt 40\" --select Name \(of) --query items[].Name",
                    prints: "Bob"
                ),
                az("storage entity merge -e PartitionKey=a RowKey=1 City=Paris \(of)"),
                az("storage entity show --partition-key a --row-key 1 \(of) --query [Name,City]", prints: "Ann Paris"),
                az("storage entity replace -e PartitionKey=a RowKey=1 City=Lyon \(of)"),
                az("storage entity show --partition-key a --row-key 1 \(of) --query [Name,City]", prints: "None Lyon"),
                az("storage entity delete --partition-key a --row-key 1 \(of)"),
                az(
                    "storage entity show --partition-key a --row-key 1 \(of)",
                    fails: "ResourceNotFound",
                    "does not exist"
                ),
            ]
        }
        private static func policies(_ account: String) -> [Step] {
            let with = "--account-name \(account)"
            let by = "--account-name \(account) --sas-token <sas>"
            let until = "--expiry 2100-01-01T00:00Z"
            return [
                az(
                    "storage table policy create -t people -n readers --permissions r \(until) \(with)"
                ),
                az("storage table policy list -t people \(with)", contains: "readers"),
                az(
                    "storage table generate-sas -n people --policy-name readers --account-name \(account)",
                    saves: "sas"
                ),
                az(
                    "storage entity show --partition-key a --row-key 2 -t people \(by) --query Name",
                    prints: "Bob"
                ),
                az(
                    "storage entity delete --partition-key a --row-key 2 -t people \(by)",
                    fails: "AuthorizationPermissionMismatch",
                    "required permissions"
                ),
            ]
        }
    }
}
