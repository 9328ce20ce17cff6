// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct LakeJourneys {
        @Test func `directories and files of a lake are made, moved, guarded and removed`() async throws {
            let session = try await Az.servicePrincipal()
            let file = try session.home.file("in/hello.txt", Array("Grüße aus Paris\n".utf8))
            let names = ["file": file, "folder": session.home.folder]
            try await session.walk(Self.preparation, values: names)
            let with = "-f docs --account-name lake4711 --auth-mode login"
            try await session.walk(Self.files(with), values: names)
            try await session.walk(Self.access(with), values: names)
            let fetched = try await session.run("storage fs file show -p moved/b/hello.txt \(with) --query size -o tsv")
            #expect(fetched.text == "22", "\(fetched.report)")
            try await session.walk(Self.removal(with), values: names)
        }

        private static let preparation: [Step] = [
            az("group create -n lake4711 -l francecentral"),
            az(
                "storage account create -g lake4711 -n lake4711 -l francecentral --sku Standard_LRS --hns true --query id",
                saves: "id"
            ),
            az(
                "role assignment create --role 'Storage Blob Data Owner' --assignee-object-id <objectId> "
                    + "--assignee-principal-type ServicePrincipal --scope <id>"
            ),
            az("storage fs create -n docs --account-name lake4711 --auth-mode login"),
            az("storage fs list --account-name lake4711 --auth-mode login --query [].name", prints: "docs"),
        ]
        private static func files(_ with: String) -> [Step] {
            [
                az("storage fs directory create -n a/b \(with)"),
                az("storage fs directory exists -n a \(with) --query exists", prints: "true"),
                az("storage fs file upload -s <file> -p a/b/hello.txt \(with)"),
                az("storage fs file append -p a/b/hello.txt --content more \(with)"),
                az("storage fs file list \(with) --query [].name", prints: "a a/b a/b/hello.txt"),
                az("storage fs directory move -n a --new-directory docs/moved \(with)"),
                az("storage fs directory exists -n a \(with) --query exists", prints: "false"),
                az("storage fs file download -p moved/b/hello.txt -d <folder>/out.txt \(with)"),
                az("storage fs file show -p none \(with)", fails: "PathNotFound", "BlobNotFound", "not exist"),
            ]
        }
        private static func access(_ with: String) -> [Step] {
            let list = "user::rwx,group::r-x,other::---"
            return [
                az("storage fs access set -p moved --acl \(list) \(with)"),
                az("storage fs access show -p moved \(with) --query acl", prints: list),
                az("storage fs access set -p moved --acl nonsense \(with)", fails: "InvaldAccessControlList"),
                az(
                    "storage fs access set-recursive -p moved --acl \(list) \(with) --query counters.filesSuccessful",
                    prints: "1"
                ),
                az("storage fs access show -p moved/b/hello.txt \(with) --query permissions", prints: "rwxr-x---"),
            ]
        }
        private static func removal(_ with: String) -> [Step] {
            [
                az("storage fs file move -p moved/b/hello.txt --new-path docs/hello.txt \(with)"),
                az("storage fs directory delete -n moved --yes \(with)"),
                az("storage fs file list \(with) --query [].name", prints: "hello.txt"),
                az("storage fs file delete -p hello.txt --yes \(with)"),
                az("storage fs delete -n docs --yes --account-name lake4711 --auth-mode login"),
                az("group delete -n lake4711 --yes"),
            ]
        }
    }
}
