// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct Access {
        @Test func `the built-in roles carry Azure's ids`() async throws {
            try await Az.administrator().walk([
                az("role definition list -n Owner --query [0].name", prints: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
                az(
                    "role definition list -n Contributor --query [0].name",
                    prints: "b24988ac-6180-42a0-ab88-20f7382dd24c"
                ),
                az(
                    "role definition list -n Reader --query [0].[name,roleType]",
                    prints: "acdd72a7-3385-48ef-bd42-f606fba81ae7 BuiltInRole"
                ),
                az(
                    "role definition list -n 'Storage Blob Data Contributor' --query [0].name",
                    prints: "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
                ),
                az("role definition list -n 'No Such Role' --query length(@)", prints: "0"),
            ])
        }

        @Test func `a reader reads, writes only while it is a contributor, and sees no other group`() async throws {
            let admin = try await Az.administrator()
            let made = try await admin.walk([
                az("group create -n access -l francecentral --query id", saves: "group"),
                az(
                    "ad sp create-for-rbac -n access-reader --role Reader --scopes <group> "
                        + "--query \"join(' ', [appId, password])\"",
                    saves: "reader"
                ),
            ])
            let pair = try #require(made["reader"]).split(separator: " ").map(String.init)
            var values = made.merging(["appId": pair[0], "secret": pair[1]]) { $1 }
            let reader = try await Az.signedOut()
            try await reader.walk(
                [
                    az("login --service-principal -u <appId> --password=<secret> --tenant <tenantId>"),
                    az("group show -n access --query name", prints: "access"),
                    az("group list --query [].name", prints: "access"),
                    az("group update -n access --tags a=b", fails: "AuthorizationFailed"),
                    az("group create -n elsewhere -l francecentral", fails: "AuthorizationFailed"),
                    az("group delete -n access --yes", fails: "AuthorizationFailed"),
                    az(
                        "role assignment create --assignee-object-id <objectId> "
                            + "--assignee-principal-type ServicePrincipal --role Owner --scope <group>",
                        fails: "AuthorizationFailed"
                    ),
                ],
                values: values
            )
            values = try await admin.walk(
                [
                    az(
                        "role assignment list --assignee <appId> --scope <group> --query [].roleDefinitionName",
                        prints: "Reader"
                    ),
                    az(
                        "role assignment create --assignee <appId> --role Contributor --scope "
                            + "<group> --query principalType",
                        prints: "ServicePrincipal"
                    ),
                    az("role assignment list --assignee <appId> --scope <group> --query length(@)", prints: "2"),
                ],
                values: values
            )
            try await reader.walk([az("group update -n access --tags a=b --query tags.a", prints: "b")])
            try await replaceByCrew(values, admin, reader)
        }
        /// Takes the reader's own role away, gives it another by a group, and then removes all of it.
        private func replaceByCrew(_ given: [String: String], _ admin: Az, _ reader: Az) async throws {
            let values = try await admin.walk(
                [
                    az("role assignment delete --assignee <appId> --role Contributor --scope <group>"),
                    az(
                        "ad group create --display-name access-crew --mail-nickname access-crew --query id",
                        saves: "crew"
                    ),
                    az("ad sp show --id <appId> --query id", saves: "reader"),
                ],
                values: given
            )
            try await reader.walk([az("group update -n access --tags a=c", fails: "AuthorizationFailed")])
            try await admin.walk(
                [
                    az("ad group member add --group <crew> --member-id <reader>"),
                    az(
                        "role assignment create --assignee-object-id <crew> "
                            + "--assignee-principal-type Group --role Contributor --scope <group>"
                    ),
                ],
                values: values
            )
            try await reader.walk([az("group update -n access --tags a=d --query tags.a", prints: "d")])
            try await admin.walk(
                [
                    az("ad group delete --group <crew>"), az("ad sp delete --id <appId>"),
                    az("group delete -n access --yes"),
                ],
                values: values
            )
            try await reader.walk([
                az("group show -n access", fails: "AuthorizationFailed", "AADSTS", "InvalidAuthenticationToken")
            ])
        }

        @Test func `users are created, found, changed and deleted, and can sign in`() async throws {
            let admin = try await Az.administrator()
            let values = try await admin.walk([
                az(
                    "ad user create --display-name Zoé --user-principal-name zoe@<domain> "
                        + "--password Str0ng-Enough-4711 --query id",
                    saves: "user"
                ),
                az("ad user show --id zoe@<domain> --query [id,displayName]", prints: "<user> Zoé"),
                az("ad user show --id <user> --query userPrincipalName", prints: "zoe@<domain>"),
                az("ad user list --display-name Zoé --query [].id", prints: "<user>"),
                az("ad user list --upn zoe@<domain> --query [].id", prints: "<user>"),
                az("ad user update --id <user> --display-name Zoë"),
                az("ad user show --id <user> --query displayName", prints: "Zoë"),
                az(
                    "ad user create --display-name Zoé --user-principal-name zoe@<domain> "
                        + "--password Str0ng-Enough-4711",
                    fails: "ObjectConflict",
                    "already exists"
                ),
            ])
            let zoe = try await Az.signedOut()
            try await zoe.walk(
                [
                    az("login -u zoe@<domain> -p Str0ng-Enough-4711 --allow-no-subscriptions"),
                    az("ad signed-in-user show --query id", prints: "<user>"),
                ],
                values: values
            )
            try await admin.walk(
                [
                    az("ad user delete --id <user>"),
                    az("ad user show --id <user>", fails: "Request_ResourceNotFound", "does not exist"),
                ],
                values: values
            )
        }

        @Test func `groups are created, joined, left and deleted`() async throws {
            try await Az.administrator().walk([
                az("ad group create --display-name crew --mail-nickname crew --query id", saves: "group"),
                az("ad group show --group crew --query id", prints: "<group>"),
                az("ad group list --display-name crew --query [].id", prints: "<group>"),
                az("ad group member add --group crew --member-id <objectId>"),
                az("ad group member list --group crew --query [].id", prints: "<objectId>"),
                az("ad group member check --group crew --member-id <objectId> --query value", prints: "true"),
                az("ad group member remove --group crew --member-id <objectId>"),
                az("ad group member list --group crew --query length(@)", prints: "0"),
                az("ad group delete --group crew"),
                az("ad group show --group <group>", fails: "Request_ResourceNotFound", "does not exist"),
            ])
        }

        @Test func `an application gets a service principal and a secret`() async throws {
            let values = try await Az.administrator().walk([
                az("ad app create --display-name ledger-reader --query appId", saves: "appId"),
                az("ad app show --id <appId> --query displayName", prints: "ledger-reader"),
                az("ad app list --display-name ledger-reader --query [].appId", prints: "<appId>"),
                az("ad sp create --id <appId> --query appId", prints: "<appId>"),
                az("ad sp show --id <appId> --query displayName", prints: "ledger-reader"),
                az("ad sp list --display-name ledger-reader --query [].appId", prints: "<appId>"),
                az("ad app credential reset --id <appId> --query password", saves: "secret"),
            ])
            try await Az.signedOut().walk(
                [
                    az(
                        "login --service-principal -u <appId> --password=<secret> --tenant "
                            + "<tenantId> --allow-no-subscriptions"
                    )
                ],
                values: values
            )
            try await Az.administrator().walk(
                [
                    az("ad sp delete --id <appId>"), az("ad app delete --id <appId>"),
                    az("ad app show --id <appId>", fails: "Request_ResourceNotFound", "does not exist"),
                ],
                values: values
            )
            try await Az.signedOut().walk(
                [
                    az(
                        "login --service-principal -u <appId> --password=<secret> --tenant "
                            + "<tenantId> --allow-no-subscriptions",
                        fails: "AADSTS700016"
                    )
                ],
                values: values
            )
        }
    }
}
