// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Resources
import Testing

@Suite struct MetadataTests {
    @Test func `the document carries every address az reads, with the port`() {
        let document = MetadataDocument.json(Fixture.plan.primary, Fixture.plan)
        #expect(document["name"]?.string == "Lazuli")
        #expect(document["resourceManager"]?.string == "https://management.lazuli.localhost:8443")
        let authentication = document["authentication"]
        #expect(authentication?["loginEndpoint"]?.string == "https://login.lazuli.localhost:8443/adfs")
        #expect(authentication?["audiences"] == ["https://management.lazuli.localhost:8443/"])
        #expect(document["microsoftGraphResourceId"]?.string == "https://graph.lazuli.localhost:8443/")
        let suffixes = document["suffixes"]
        #expect(suffixes?["storage"]?.string == "core.lazuli.localhost:8443")
        #expect(suffixes?["keyVaultDns"]?.string == "vault.lazuli.localhost:8443")
        #expect(suffixes?["acrLoginServer"]?.string == "azurecr.lazuli.localhost:8443")
        #expect(suffixes?["postgresqlServerEndpoint"]?.string == "postgres.database.lazuli.localhost:8443")
    }

    @Test func `a further set of names answers with its own`() {
        let document = MetadataDocument.json(NameSet(domain: "cloud.example"), HostPlan(domain: "d.example", port: nil))
        #expect(document["resourceManager"]?.string == "https://management.cloud.example")
        #expect(document["authentication"]?["loginEndpoint"]?.string == "https://login.cloud.example/adfs")
        #expect(document["suffixes"]?["storage"]?.string == "core.cloud.example")
        #expect(document["suffixes"]?["mhsmDns"]?.string == "managedhsm.cloud.example")
    }

    @Test func `az would find no key missing`() {
        let document = MetadataDocument.json(Fixture.plan.primary, Fixture.plan)
        for name in [
            "portal", "graphAudience", "graph", "media", "batch", "gallery", "sqlManagement", "activeDirectoryDataLake",
            "vmImageAliasDoc", "ossrdbmsResourceId", "logAnalyticsResourceId", "appInsightsResourceId",
        ] { #expect(document[name]?.string?.hasPrefix("https://") == true, "\(name)") }
        for name in [
            "mhsmDns", "sqlServerHostname", "mysqlServerEndpoint", "mariadbServerEndpoint", "storageSyncEndpointSuffix",
            "attestationEndpoint",
        ] { #expect(document["suffixes"]?[name]?.string?.hasSuffix(":8443") == true, "\(name)") }
    }
}

@Suite struct PageTests {
    @Test func `the link to the next page asks the same question under the names the client came by`() throws {
        let call = try Fixture.call("api-version=2024-11-01&$filter=tagName%20eq%20'a%26b'&$top=2&$skiptoken=b2xk")
        let link = Page.link(call, Fixture.plan, after: "groupe été")
        #expect(link.hasPrefix("https://management.lazuli.localhost:8443/subscriptions/"))
        let query = Query(String(link.drop { $0 != "?" }.dropFirst()))
        #expect(query["api-version"] == "2024-11-01")
        #expect(query["$filter"] == "tagName eq 'a&b'")
        #expect(query["$top"] == "2")
        #expect(query.items.count == 4)
        let next = try Page(Fixture.call(query.raw), max: 100)
        #expect(next.marker == "groupe été")
        #expect(next.size == 2)
        let other = try Fixture.call("a=b", host: "management.cloud.example")
        #expect(Page.link(other, Fixture.plan, after: "x").hasPrefix("https://management.cloud.example:8443/"))
    }

    @Test func `a page is never larger than the service's, nor empty`() throws {
        #expect(try Page(Fixture.call("$top=5000"), max: 1000).size == 1000)
        #expect(try Page(Fixture.call("$top="), max: 1000).size == 1000)
        for query in ["$top=0", "$top=-1", "$top=many", "$skiptoken=!", "$skiptoken=_w"] {
            #expect { try Page(Fixture.call(query), max: 1000) } throws: { ($0 as? ServiceError)?.status == 400 }
        }
    }
}
