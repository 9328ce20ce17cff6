// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    /// A static website, made by az and visited by curl.
    @Suite struct Websites {
        @Test func `a site that az makes is shown to visitors without a key`() async throws {
            let session = try await Az.servicePrincipal()
            let name = "site4711"
            let with = "--account-name \(name) --auth-mode key"
            try await session.walk([
                az("group create -n site -l francecentral"),
                az("storage account create -g site -n \(name) -l francecentral --sku Standard_LRS"),
                az(
                    "storage blob service-properties update --static-website --index-document index.html "
                        + "--404-document lost.html \(with) --query staticWebsite.enabled",
                    prints: "true"
                ),
                az("storage blob upload -c '$web' -n index.html --data home --content-type text/html \(with)"),
                az("storage blob upload -c '$web' -n lost.html --data lost --content-type text/html \(with)"),
            ])
            let web = Web(session.home)
            let site = "https://\(name).web.\(session.region.credentials.storageSuffix)"
            let home = try await web.send("GET", site + "/")
            #expect(home.status == 200 && home.body == "home", "\(home)")
            #expect(home.headers["content-type"] == "text/html")
            let lost = try await web.send("GET", site + "/elsewhere")
            #expect(lost.status == 404 && lost.body == "lost", "\(lost)")
            let head = try await web.send("HEAD", site + "/index.html")
            #expect(head.status == 200 && head.headers["content-length"] == "4", "\(head)")
            let refused = try await web.send("DELETE", site + "/index.html")
            #expect(refused.status == 405 && refused.body.contains("n'est pas offerte"), "\(refused)")
            try await session.walk([
                az("storage blob service-properties update --static-website false \(with)"),
                az("group show -n site --query name", prints: "site"),
            ])
            let off = try await web.send("GET", site + "/")
            #expect(off.status == 404 && off.code == "WebContentNotFound", "\(off)")
            try await session.walk([az("group delete -n site --yes")])
        }
    }
}
