// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import Testing

@Suite struct HostPlanTests {
    private let plan = HostPlan(
        domain: "lazuli.localhost",
        port: 8443,
        further: [NameSet(domain: "cloud.example")]
    )
    private func target(_ host: String, _ path: String = "/") -> String? {
        plan.target(of: ProbedRegion.request(.get, path, host: host)).map {
            "\($0.destination.surface.rawValue) \($0.destination.label ?? "-") \($0.path)"
        }
    }

    @Test(arguments: [
        ("management.lazuli.localhost", "management - /p"), ("login.lazuli.localhost", "login - /p"),
        ("graph.lazuli.localhost", "graph - /p"), ("shop.blob.core.lazuli.localhost", "blob shop /p"),
        ("shop.queue.core.lazuli.localhost", "queue shop /p"), ("management.cloud.example", "management - /p"),
        ("shop.dfs.core.cloud.example", "dfs shop /p"),
    ])
    func `a host leads to its surface`(host: String, found: String) { #expect(target(host, "/p") == found) }

    @Test(arguments: [
        "lazuli.example", "blob.core.lazuli.localhost", "a.b.blob.core.lazuli.localhost",
        "evilmanagement.lazuli.localhost",
        "shop.disk.core.lazuli.localhost", "shop.blob.lazuli.localhost", "management.lazuli.localhost.evil.example", "",
    ])
    func `a host that is none of the region's leads nowhere`(host: String) { #expect(target(host) == nil) }

    @Test(arguments: ["localhost", "127.0.0.1", "::1", "[::1]", "lazuli.localhost", "portal.lazuli.localhost"])
    func `without names of its own a service is found by path`(host: String) {
        #expect(target(host, "/") == "portal - /")
        #expect(target(host, "/subscriptions/1") == "management - /subscriptions/1")
        #expect(target(host, "/metadata/endpoints") == "management - /metadata/endpoints")
        #expect(target(host, "/v1.0/me") == "graph - /v1.0/me")
        #expect(target(host, "/common/discovery/instance") == "login - /common/discovery/instance")
        let tenant = "/deadbeef-dead-4eef-9eef-deadbeefdead/oauth2/v2.0/token"
        #expect(target(host, tenant) == "login - \(tenant)")
        #expect(target(host, "/Shop/box/a//b") == "blob shop /box/a//b")
        #expect(target(host, "/shop") == "blob shop /")
        #expect(target(host, "/shop-queue/jobs/messages") == "queue shop /jobs/messages")
        #expect(target(host, "/shop-table/Tables") == "table shop /Tables")
        #expect(target(host, "/shop-disk/x") == "blob shop-disk /x")
    }

    @Test func `every name of the plan is in the certificate`() {
        let names = Set(plan.primary.certificateNames)
        for name in ["management", "login", "graph", "portal"] { #expect(names.contains("\(name).lazuli.localhost")) }
        for service in ["blob", "queue", "table", "file", "dfs", "web"] {
            #expect(names.contains("*.\(service).core.lazuli.localhost"))
        }
    }

    @Test func `addresses name the port unless it is the usual one`() {
        #expect(plan.address("login.lazuli.localhost") == "https://login.lazuli.localhost:8443")
        #expect(HostPlan(domain: "d", port: nil).address("login.d") == "https://login.d")
    }
}
