// SPDX-License-Identifier: Apache-2.0
import Base
import Clients
import Testing

extension AzTests {
    /// What is the region's own, and what az does to an account's services.
    @Suite struct OperatorJourneys {
        @Test func `a change has a receipt, and the tenant's key is changed without losing anything`() async throws {
            let version = "api-version=2026-01-01"
            let ledger = "<management>/providers/Lazuli.Ledger"
            let values = try await Az.servicePrincipal().walk([
                az("group create -n receipts4711 -l francecentral"),
                az(
                    "monitor activity-log list --resource-group receipts4711 --offset 1h --query [0].eventDataId",
                    saves: "entry"
                ),
                az(
                    "rest --method get --url '\(ledger)/entries/<entry>/receipt?\(version)' --query checkpoint",
                    saves: "note"
                ),
                az(
                    "rest --method get --url '\(ledger)/entries/00000000-0000-4000-8000-000000000000/receipt?\(version)'",
                    fails: "Not Found",
                    "NotFound"
                ),
                az(
                    "rest --method post --url '<management>/providers/Lazuli.Custody/rotateTenantKey?\(version)'"
                        + " --query generation",
                    saves: "first"
                ),
                az(
                    "rest --method post --url '<management>/providers/Lazuli.Custody/rotateTenantKey?\(version)'"
                        + " --query generation",
                    saves: "second"
                ),
                az("group show -n receipts4711 --query name", prints: "receipts4711"),
                az("group delete -n receipts4711 --yes"),
            ])
            let first = try #require(values["first"].flatMap { Int($0) })
            #expect(values["second"] == "\(first + 1)")
            let note = try #require(values["note"])
            let session = try await Az.signedOut()
            let url = "https://management.\(session.authority)/providers/Lazuli.Ledger/checkpoint?\(version)"
            let published = try await Web(session.home).send("GET", url)
            #expect(published.status == 200, "\(published)")
            let origin = note.split(whereSeparator: \.isNewline).first.map(String.init) ?? "no note"
            #expect(published.body.contains(origin), "\(published) is no checkpoint of \(origin)")
        }

        @Test func `a container's policies are kept, and revoke the signatures made by them`() async throws {
            let account = "--account-name policies4711 --auth-mode key"
            let policy = "storage container policy"
            let session = try await Az.servicePrincipal()
            try await session.walk([
                az("group create -n policies4711 -l francecentral"),
                az(
                    "storage account create -g policies4711 -n policies4711 -l francecentral",
                    fails: "SkuNotAvailable"
                ),
                az("storage account create -g policies4711 -n policies4711 -l francecentral --sku Standard_LRS"),
                az(
                    "storage sku list --query \"[?name=='Standard_LRS'] | [0].resourceType\"",
                    prints: "storageAccounts"
                ),
                az("storage container create -n docs \(account)"),
                az(
                    "storage container policy create -c docs -n readers --permissions rl --expiry 2100-01-01 \(account)"
                ),
                az("storage container policy list -c docs \(account) --query keys(@)", prints: "readers"),
                az("\(policy) show -c docs -n readers \(account) --query permission", prints: "rl"),
                az("\(policy) update -c docs -n readers --permissions r \(account)"),
                az("\(policy) show -c docs -n readers \(account) --query permission", prints: "r"),
            ])
            let made = try await session.walk([
                az("storage container generate-sas -n docs --policy-name readers \(account)", saves: "sas")
            ])
            try await session.walk(
                [
                    az(
                        "storage blob show -c docs -n none --account-name policies4711 --sas-token <sas>",
                        fails: "BlobNotFound",
                        "does not exist"
                    ),
                    az("\(policy) delete -c docs -n readers \(account)"),
                    az(
                        "storage blob show -c docs -n none --account-name policies4711 --sas-token <sas>",
                        fails: "AuthenticationFailed",
                        "Authentication failure",
                        "Forbidden"
                    ),
                    az("group delete -n policies4711 --yes"),
                ],
                values: made
            )
        }

        @Test func `an account's services are set from the command line`() async throws {
            let account = "--account-name services4711 --auth-mode key"
            try await Az.servicePrincipal().walk([
                az("group create -n services4711 -l francecentral"),
                az("storage account create -g services4711 -n services4711 -l francecentral --sku Standard_LRS"),
                az("storage container create -n docs \(account)"),
                az("storage blob upload -c docs -n note --data hello \(account) --no-progress"),
                az(
                    "storage blob copy cancel --destination-container docs --destination-blob note "
                        + "--copy-id 00000000-0000-4000-8000-000000000000 \(account)",
                    fails: "NoPendingCopyOperation",
                    "no pending copy operation"
                ),
                az(
                    "storage container-rm update --storage-account services4711 -g services4711 -n docs "
                        + "--metadata owner=me --query metadata.owner",
                    prints: "me"
                ),
                az(
                    "storage account blob-service-properties update -g services4711 -n services4711 "
                        + "--default-service-version 2021-12-02 --query defaultServiceVersion",
                    prints: "2021-12-02"
                ),
                az("group delete -n services4711 --yes"),
            ])
        }

        @Test func `pages of allowed origins are let in, and others are not`() async throws {
            let account = "--account-name cors4711 --auth-mode key"
            let session = try await Az.servicePrincipal()
            let values = try await session.walk([
                az("group create -n cors4711 -l francecentral"),
                az("storage account create -g cors4711 -n cors4711 -l francecentral --sku Standard_LRS"),
                az("storage container create -n docs \(account)"),
                az("storage blob upload -c docs -n note --data hello --metadata kind=x \(account) --no-progress"),
                az(
                    "storage blob generate-sas -c docs -n note --permissions r --expiry 2100-01-01T00:00Z --full-uri "
                        + account,
                    saves: "url"
                ),
                az("storage account keys list -g cors4711 -n cors4711 --query [0].value", saves: "key"),
            ])
            let url = try #require(values["url"])
            let web = Web(session.home)
            let asks = ["Origin: https://shop.example", "Access-Control-Request-Method: GET"]
            #expect(try await web.send("OPTIONS", url, headers: asks).code == "CorsPreflightFailure")
            let by = "--account-name cors4711 --account-key <key>"
            try await session.walk(
                [
                    az(
                        "storage cors add --services b --methods GET PUT --origins https://shop.example "
                            + "--allowed-headers x-ms-meta-* --exposed-headers x-ms-meta-* --max-age 60 \(by)"
                    ),
                    az(
                        "storage cors list --services b \(by) --query [].AllowedOrigins",
                        prints: "https://shop.example"
                    ),
                ],
                values: values
            )
            try await checkOrigins(url, asks, web)
            try await session.walk(
                [
                    az("storage cors clear --services b \(by)"),
                    az("storage cors list --services b \(by) --query length(@)", prints: "0"),
                    az("group delete -n cors4711 --yes"),
                ],
                values: values
            )
        }

        private func checkOrigins(_ url: String, _ asks: [String], _ web: Web) async throws {
            let wanted = ["Access-Control-Request-Headers: x-ms-meta-kind"]
            let may = try await web.send("OPTIONS", url, headers: asks + wanted)
            #expect(may.status == 200 && may.headers["access-control-allow-origin"] == "https://shop.example", "\(may)")
            #expect(
                may.headers["access-control-allow-methods"] == "GET" && may.headers["access-control-max-age"] == "60"
            )
            #expect(may.headers["access-control-allow-headers"] == "x-ms-meta-kind")
            for refused in [
                [asks[0], "Access-Control-Request-Method: DELETE"], asks + ["Access-Control-Request-Headers: x-other"],
                ["Origin: https://evil.example", asks[1]],
            ] {
                let reply = try await web.send("OPTIONS", url, headers: refused)
                #expect(reply.status == 403 && reply.code == "CorsPreflightFailure", "\(refused): \(reply)")
            }
            #expect(try await web.send("OPTIONS", url, headers: [asks[1]]).code == "InvalidHeaderValue")
            let own = try await web.send("GET", url, headers: [asks[0]])
            #expect(
                own.body == "hello" && own.headers["access-control-allow-origin"] == "https://shop.example",
                "\(own)"
            )
            #expect(own.headers["vary"] == "Origin" && own.headers["access-control-expose-headers"] == "x-ms-meta-kind")
            let other = try await web.send("GET", url, headers: ["Origin: https://evil.example"])
            #expect(other.body == "hello" && other.headers["access-control-allow-origin"] == nil, "\(other)")
            #expect(other.headers["vary"] == "Origin")
        }
    }
}

@Suite struct OtherHostTests {
    @Test func `the portal's name shows a page, and names of services that are not built say so`() async throws {
        let session = try await Az.signedOut()
        let web = Web(session.home)
        let portal = "https://portal.\(session.authority)/"
        let page = try await web.send("GET", portal)
        #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8", "\(page)")
        let (french, english) = (page.body.firstRange(of: "en marche"), page.body.firstRange(of: "is running"))
        #expect(try #require(french).lowerBound < #require(english).lowerBound)
        let vault = try await web.send("GET", "https://safe.vault.\(session.authority)/secrets/a?api-version=7.5")
        #expect(vault.status == 501 && vault.code == "NotImplemented", "\(vault)")
        let registry = try await web.send("GET", "https://images.azurecr.\(session.authority)/v2/")
        #expect(registry.status == 501, "\(registry)")
        #expect(try JSON(parsing: Array(registry.body.utf8))["errors"]?.array?.count == 1, "\(registry)")
    }
}

extension Az {
    /// Domain and port, as the region's addresses end.
    var authority: String { "\(Credentials.domain):\(region.port)" }
}
