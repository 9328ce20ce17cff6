// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct StorageJourneys {
        @Test func `an account is created, found, changed, re-keyed and deleted`() async throws {
            let values = try await Az.servicePrincipal().walk([
                az("group create -n accounts -l francecentral"),
                az("storage account check-name -n accounts4711 --query nameAvailable", prints: "true"),
                az(
                    "storage account check-name -n Not-A-Name --query [nameAvailable,reason]",
                    prints: "false AccountNameInvalid"
                ),
                az(
                    "storage account create -g accounts -n accounts4711 -l francecentral --sku "
                        + "Standard_LRS --tags a=1 --query provisioningState",
                    prints: "Succeeded"
                ),
                az(
                    "storage account check-name -n accounts4711 --query [nameAvailable,reason]",
                    prints: "false AlreadyExists"
                ),
                az(
                    "storage account show -g accounts -n accounts4711 --query primaryEndpoints.blob",
                    prints: "https://accounts4711.blob.<storageSuffix>/"
                ),
                az(
                    "storage account show -n accounts4711 --query [kind,sku.name,statusOfPrimary]",
                    prints: "StorageV2 Standard_LRS available"
                ),
                az("storage account list -g accounts --query [].name", prints: "accounts4711"),
                az("storage account update -g accounts -n accounts4711 --tags a=2 --query tags.a", prints: "2"),
                az("storage account keys list -g accounts -n accounts4711 --query [].keyName", prints: "key1 key2"),
                az("storage account keys list -g accounts -n accounts4711 --query [0].value", saves: "old"),
                az(
                    "storage account show-connection-string -g accounts -n accounts4711 --query connectionString",
                    contains: "AccountName=accounts4711",
                    "AccountKey=<old>"
                ),
                az(
                    "storage container list --account-name accounts4711 --account-key <old> --query length(@)",
                    prints: "0"
                ),
                az(
                    "storage account keys renew -g accounts -n accounts4711 --key primary --query [0].value",
                    saves: "new"
                ),
                az(
                    "storage container list --account-name accounts4711 --account-key <old>",
                    fails: "AuthenticationFailed",
                    "Authentication failure"
                ),
                az(
                    "storage container list --account-name accounts4711 --account-key <new> --query length(@)",
                    prints: "0"
                ),
                az("storage account delete -g accounts -n accounts4711 --yes"),
                az("storage account show -g accounts -n accounts4711", fails: "ResourceNotFound"),
                az("group delete -n accounts --yes"),
            ])
            #expect(values["old"] != values["new"])
        }

        @Test(arguments: ["key", "login"])
        func `blobs are stored, described, copied, listed and deleted`(mode: String) async throws {
            let account = "blobs\(mode)4711"
            let session = try await Az.servicePrincipal()
            let file = try session.home.file("in/hello.txt", Array("Grüße aus Paris\n".utf8))
            let empty = try session.home.file("in/empty.bin", [])
            let names = ["account": account, "file": file, "empty": empty, "folder": session.home.folder]
            try await session.walk(Self.preparation(account: account), values: names)
            let with = "--account-name \(account) --auth-mode \(mode)"
            try await session.walk(Self.containers(with), values: names)
            try await session.walk(Self.blobs(with), values: names)
            #expect(try await sha256(file, session) == sha256("\(session.home.folder)/out.txt", session))
            try await session.walk(
                [az("storage container delete -n docs \(with)"), az("group delete -n \(account) --yes")],
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
                    "role assignment create --role 'Storage Blob Data Contributor' --assignee-object-id <objectId> "
                        + "--assignee-principal-type ServicePrincipal --scope <id>"
                ),
            ]
        }

        private static func containers(_ with: String) -> [Step] {
            [
                az("storage container exists -n docs \(with) --query exists", prints: "false"),
                az("storage container create -n docs \(with) --query created", prints: "true"),
                az("storage container create -n docs \(with) --query created", prints: "false"),
                az("storage container create -n Bad--Name \(with)", fails: "InvalidResourceName", "invalid characters"),
                az("storage container exists -n docs \(with) --query exists", prints: "true"),
                az("storage container list \(with) --query [].name", prints: "docs"),
                az("storage container metadata update -n docs --metadata owner=me \(with)"),
                az("storage container metadata show -n docs \(with) --query owner", prints: "me"),
                az("storage container show -n docs \(with) --query name", prints: "docs"),
            ]
        }

        private static func blobs(_ with: String) -> [Step] {
            let blob = "-c docs -n dir/hello.txt \(with)"
            return [
                az("storage blob upload -c docs -n dir/hello.txt -f <file> \(with) --metadata lang=de --no-progress"),
                az(
                    "storage blob upload -c docs -n dir/hello.txt -f <file> \(with) --no-progress",
                    fails: "BlobAlreadyExists"
                ),
                az(
                    "storage blob upload -c docs -n dir/hello.txt -f <file> \(with) --overwrite "
                        + "--content-type text/plain --no-progress"
                ),
                az("storage blob upload -c docs -n empty.bin -f <empty> \(with) --no-progress"),
                az("storage blob exists \(blob) --query exists", prints: "true"),
                az(
                    "storage blob show \(blob) --query properties.[contentLength,contentSettings.contentType,blobType]",
                    prints: "18 text/plain BlockBlob"
                ),
                az("storage blob list -c docs --prefix dir/ \(with) --query [].name", prints: "dir/hello.txt"),
                az("storage blob list -c docs --delimiter / \(with) --query [].name", prints: "dir/ empty.bin"),
                az("storage blob metadata update \(blob) --metadata lang=fr kind=note"),
                az("storage blob metadata show \(blob) --query [lang,kind]", prints: "fr note"),
                az("storage blob update \(blob) --content-language fr"),
                az("storage blob show \(blob) --query properties.contentSettings.contentLanguage", prints: "fr"),
                az("storage blob download \(blob) -f <folder>/out.txt --no-progress"),
                az("storage blob download -c docs -n empty.bin \(with) -f <folder>/out.bin --no-progress"),
                az(
                    "storage blob copy start \(with) -b copied.txt -c docs --source-container "
                        + "docs --source-blob dir/hello.txt --query copy_status",
                    prints: "success"
                ),
                az("storage blob show -c docs -n copied.txt \(with) --query properties.contentLength", prints: "18"),
                az("storage blob upload-batch -d docs -s <folder>/in --destination-path batch \(with) --no-progress"),
                az(
                    "storage blob list -c docs --prefix batch/ \(with) --query [].name",
                    prints: "batch/empty.bin batch/hello.txt"
                ),
                az("storage blob delete \(blob)"),
                az("storage blob exists \(blob) --query exists", prints: "false"),
                az("storage blob show \(blob)", fails: "BlobNotFound", "does not exist"),
                az("storage blob list -c nowhere \(with)", fails: "ContainerNotFound"),
            ]
        }

        @Test func `100 MiB go up and come down unchanged`() async throws {
            let session = try await Az.servicePrincipal()
            let big = "\(session.home.folder)/big"
            try await session.home.must("dd", ["if=/dev/urandom", "of=\(big)", "bs=1M", "count=100", "status=none"])
            let with = "-c files -n big --account-name big4711 --auth-mode key --no-progress"
            try await session.walk(Self.preparation(account: "big4711"))
            try await session.walk([
                az("storage container create -n files --account-name big4711 --auth-mode key"),
                az("storage blob upload \(with) -f \(big)"),
                az("storage blob download \(with) -f \(big).down"),
                az("group delete -n big4711 --yes"),
            ])
            #expect(try await sha256(big, session) == sha256("\(big).down", session))
        }

        @Test func `shared access signatures open what they name, for as long as they say`() async throws {
            let session = try await Az.servicePrincipal()
            let file = try session.home.file("note.txt", Array("note".utf8))
            let account = "--account-name sas4711 --auth-mode key"
            let until = "--expiry 2100-01-01T00:00Z"
            try await session.walk(Self.preparation(account: "sas4711"))
            let values = try await session.walk(
                [
                    az("storage container create -n docs \(account)"),
                    az("storage blob upload -c docs -n note.txt -f <file> \(account) --no-progress"),
                    az(
                        "storage container generate-sas -n docs --permissions rl \(until) \(account)",
                        saves: "container"
                    ),
                    az(
                        "storage blob generate-sas -c docs -n note.txt --permissions r \(until) --full-uri \(account)",
                        saves: "blob"
                    ),
                    az(
                        "storage blob generate-sas -c docs -n note.txt --permissions r --expiry "
                            + "2020-01-01T00:00Z --full-uri \(account)",
                        saves: "expired"
                    ),
                    az("storage account keys list -g sas4711 -n sas4711 --query [0].value", saves: "key"),
                    az(
                        "storage account generate-sas --account-name sas4711 --account-key "
                            + "<key> --permissions rwdlac --services b --resource-types sco \(until)",
                        saves: "account"
                    ),
                ],
                values: ["file": file]
            )
            let by = "--account-name sas4711 --sas-token"
            try await session.walk(
                [
                    az("storage blob list -c docs \(by) <container> --query [].name", prints: "note.txt"),
                    az(
                        "storage blob upload -c docs -n other -f <file> \(by) <container> --no-progress",
                        fails: "AuthorizationPermissionMismatch",
                        "required permissions",
                        "not authorized"
                    ),
                    az("storage container create -n made \(by) <account> --query created", prints: "true"),
                    az("storage blob upload -c made -n other -f <file> \(by) <account> --no-progress"),
                ],
                values: values.merging(["file": file]) { $1 }
            )
            try await checkAddresses(
                of: try #require(values["blob"]),
                expired: try #require(values["expired"]),
                Web(session.home)
            )
            try await session.must("group delete -n sas4711 --yes")
        }

        /// The address that was signed is open; one that was changed, or has expired, is not.
        private func checkAddresses(of blob: String, expired: String, _ web: Web) async throws {
            #expect(try await web.send("GET", blob).body == "note")
            for (url, why) in [
                (expired, "expired"), (blob.replacing("note.txt?", with: "nota.txt?"), "another blob"),
                (blob.replacing("sp=r", with: "sp=rw"), "more rights"),
                (blob.replacing("2100-", with: "2101-"), "a longer time"),
            ] {
                let reply = try await web.send("GET", url)
                #expect(reply.status == 403 && reply.code == "AuthenticationFailed", "\(why): \(reply)")
            }
        }

        @Test func `without a data role a signed-in owner reads no blob`() async throws {
            let admin = try await Az.administrator()
            let made = try await admin.walk([
                az("group create -n nodata4711 -l francecentral --query id", saves: "group"),
                az("storage account create -g nodata4711 -n nodata4711 -l francecentral --sku Standard_LRS"),
                az("storage container create -n docs --account-name nodata4711 --auth-mode key"),
                az(
                    "ad sp create-for-rbac -n nodata --role Owner --scopes <group> --query "
                        + "\"join(' ', [appId, password])\"",
                    saves: "pair"
                ),
            ])
            let pair = try #require(made["pair"]).split(separator: " ").map(String.init)
            let owner = try await Az.signedOut()
            try await owner.walk(
                [
                    az("login --service-principal -u <appId> --password=<secret> --tenant <tenantId>"),
                    az(
                        "storage blob list -c docs --account-name nodata4711 --auth-mode login",
                        fails: "AuthorizationPermissionMismatch",
                        "required permissions"
                    ),
                    az(
                        "storage blob list -c docs --account-name nodata4711 --auth-mode key --query length(@)",
                        prints: "0"
                    ),
                ],
                values: ["appId": pair[0], "secret": pair[1]]
            )
            try await admin.must("group delete -n nodata4711 --yes")
        }

        private func sha256(_ path: String, _ session: Az) async throws -> Substring? {
            try await session.home.must("sha256sum", [path]).text.split(separator: " ").first
        }
    }
}
