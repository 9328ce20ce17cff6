// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct ScopeJourneys {
        @Test func `an encryption scope is made, used, switched off and on again`() async throws {
            let session = try await Az.servicePrincipal()
            let file = try session.home.file("note.txt", Array("note".utf8))
            let of = "-g scopes4711 --account-name scopes4711"
            let with = "--account-name scopes4711 --auth-mode key"
            try await session.walk(
                [
                    az("group create -n scopes4711 -l francecentral"),
                    az("storage account create -g scopes4711 -n scopes4711 -l francecentral --sku Standard_LRS"),
                    az(
                        "storage account encryption-scope create -n one \(of) --query [name,state,source]",
                        prints: "one Enabled Microsoft.Storage"
                    ),
                    az(
                        "storage account encryption-scope create -n two \(of) --key-source Microsoft.Storage --query name",
                        prints: "two"
                    ),
                    az("storage account encryption-scope show -n one \(of) --query state", prints: "Enabled"),
                    az("storage account encryption-scope list \(of) --query [].name", prints: "one two"),
                    az(
                        "storage container create -n docs \(with) --default-encryption-scope one "
                            + "--prevent-encryption-scope-override true --query created",
                        prints: "true"
                    ),
                    az("storage blob upload -c docs -n note -f <file> \(with) --no-progress"),
                    az(
                        "storage blob upload -c docs -n other -f <file> \(with) --no-progress --encryption-scope two",
                        fails: "RequestForbiddenByContainerEncryptionPolicy",
                        "forbidden"
                    ),
                    az(
                        "storage account encryption-scope update -n one \(of) --state Disabled --query state",
                        prints: "Disabled"
                    ),
                    az(
                        "storage blob download -c docs -n note -f <file>.off \(with) --no-progress",
                        fails: "EncryptionScopeDisabled",
                        "disabled"
                    ),
                    az(
                        "storage account encryption-scope update -n one \(of) --state Enabled --query state",
                        prints: "Enabled"
                    ),
                    az("storage blob download -c docs -n note -f <file>.down \(with) --no-progress"),
                    az("group delete -n scopes4711 --yes"),
                ],
                values: ["file": file]
            )
        }
    }
}
