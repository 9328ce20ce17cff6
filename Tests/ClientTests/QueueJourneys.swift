// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct QueueJourneys {
        @Test(arguments: ["key", "login"])
        func `queues and messages are made, read, changed and deleted`(mode: String) async throws {
            let account = "queues\(mode)4711"
            let session = try await Az.servicePrincipal()
            try await session.walk([
                az("group create -n \(account) -l francecentral"),
                az(
                    "storage account create -g \(account) -n \(account) -l francecentral --sku Standard_LRS --query id",
                    saves: "id"
                ),
                az(
                    "role assignment create --role 'Storage Queue Data Contributor' --assignee-object-id <objectId> "
                        + "--assignee-principal-type ServicePrincipal --scope <id>"
                ),
                az(
                    "storage account show -n \(account) --query primaryEndpoints.queue",
                    prints: "https://\(account).queue.<storageSuffix>/"
                ),
            ])
            let with = "--account-name \(account) --auth-mode \(mode)"
            try await session.walk(Self.queues(with))
            try await session.walk(Self.messages(with))
            try await session.walk([
                az("storage queue delete -n jobs \(with) --query deleted", prints: "true"),
                az("storage queue exists -n jobs \(with) --query exists", prints: "false"),
                az("group delete -n \(account) --yes"),
            ])
        }

        private static func queues(_ with: String) -> [Step] {
            [
                az("storage queue create -n jobs --metadata a=1 \(with) --query created", prints: "true"),
                az("storage queue create -n jobs --metadata a=2 \(with) --query created", prints: "false"),
                az("storage queue create -n Bad--Name \(with)", fails: "InvalidResourceName", "invalid characters"),
                az("storage queue exists -n jobs \(with) --query exists", prints: "true"),
                az("storage queue list \(with) --query [].name", prints: "jobs"),
                az("storage queue metadata update -n jobs --metadata owner=me \(with)"),
                az("storage queue metadata show -n jobs \(with) --query owner", prints: "me"),
            ]
        }
        private static func messages(_ with: String) -> [Step] {
            [
                az("storage message put -q jobs --content first \(with) --query content", prints: "first"),
                az("storage message put -q jobs --content second --time-to-live 600 \(with)"),
                az(
                    "storage message peek -q jobs --num-messages 5 \(with) --query [].content",
                    prints: "first second"
                ),
                az("storage message get -q jobs --visibility-timeout 60 \(with) --query [].content", prints: "first"),
                az("storage message peek -q jobs --num-messages 5 \(with) --query [].content", prints: "second"),
                az("storage message clear -q jobs \(with)"),
                az("storage message peek -q jobs \(with) --query length(@)", prints: "0"),
                az("storage message get -q nowhere \(with)", fails: "QueueNotFound"),
            ]
        }

        @Test func `a message that was got is changed and deleted, and a policy opens its queue`() async throws {
            let session = try await Az.servicePrincipal()
            let with = "--account-name pops4711 --auth-mode key"
            var values = try await session.walk([
                az("group create -n pops4711 -l francecentral"),
                az("storage account create -g pops4711 -n pops4711 -l francecentral --sku Standard_LRS"),
                az("storage queue create -n jobs \(with)"),
                az("storage message put -q jobs --content first \(with)"),
                az(
                    "storage message get -q jobs \(with) --query \"join(' ', [[0].id, [0].popReceipt])\"",
                    saves: "pair"
                ),
            ])
            let pair = try #require(values["pair"]).split(separator: " ").map(String.init)
            try #require(pair.count == 2)
            (values["id"], values["receipt"]) = (pair[0], pair[1])
            values = try await session.walk(
                [
                    az(
                        "storage message update -q jobs --id <id> --pop-receipt=<receipt> --visibility-timeout 30 "
                            + "--content changed \(with) --query popReceipt",
                        saves: "next"
                    ),
                    az(
                        "storage message delete -q jobs --id <id> --pop-receipt=<receipt> \(with)",
                        fails: "PopReceiptMismatch",
                        "pop receipt"
                    ),
                    az("storage message delete -q jobs --id <id> --pop-receipt=<next> \(with)"),
                    az(
                        "storage queue policy create -q jobs -n readers --permissions r --expiry 2100-01-01T00:00Z --account-name pops4711"
                    ),
                    az(
                        "storage queue policy list -q jobs --account-name pops4711 --query readers.permission",
                        prints: "r"
                    ),
                    az("storage queue generate-sas -n jobs --policy-name readers \(with)", saves: "sas"),
                    az(
                        "storage message peek -q jobs --account-name pops4711 --sas-token <sas> --query length(@)",
                        prints: "0"
                    ),
                    az(
                        "storage message put -q jobs --content no --account-name pops4711 --sas-token <sas>",
                        fails: "AuthorizationPermissionMismatch",
                        "required permissions",
                        "not authorized"
                    ),
                    az("group delete -n pops4711 --yes"),
                ],
                values: values
            )
        }
    }
}
