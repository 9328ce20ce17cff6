// SPDX-License-Identifier: Apache-2.0
import Identity
import Kernel
import Testing

@Suite struct RequestedScopeTests {
    @Test(arguments: [
        ("https://management.lazuli.localhost//.default", "https://management.lazuli.localhost/"),
        ("https://management.lazuli.localhost:8443//.default", "https://management.lazuli.localhost:8443/"),
        ("https://storage.azure.com/.default", "https://storage.azure.com"),
        ("https://graph.lazuli.localhost//User.Read", "https://graph.lazuli.localhost/"),
        ("https://vault.lazuli.localhost/user_impersonation openid profile", "https://vault.lazuli.localhost"),
        ("api://11111111-2222-3333-4444-555555555555/.default", "api://11111111-2222-3333-4444-555555555555"),
        ("11111111-2222-3333-4444-555555555555/.default", "11111111-2222-3333-4444-555555555555"),
    ])
    func `the resource is the scope without its last part and keeps its own slash`(_ scope: String, _ resource: String)
        throws
    {
        #expect(try RequestedScope(scope: scope).resource == resource)
    }

    @Test func `bare permissions and the OpenID words belong to Graph`() throws {
        let scope = try RequestedScope(scope: "openid offline_access profile User.Read")
        #expect(scope.resource == nil)
        #expect(scope.words == ["User.Read"])
        #expect(scope.openID)
        #expect(scope.offline)
    }

    @Test(arguments: [
        "https://a.example/.default https://b.example/.default", "https://management.lazuli.localhost", "/.default",
        "User.Read https://storage.azure.com/.default",
    ])
    func `scopes of several resources or of none are refused`(_ scope: String) {
        let error = #expect(throws: ServiceError.self) { try RequestedScope(scope: scope) }
        #expect(error?.code == "invalid_scope")
        #expect(error?.number == 70_011)
    }

    @Test func `scopes of one resource written with and without a slash go together`() throws {
        let scope = try RequestedScope(
            scope: "https://management.example//.default https://management.example/user_impersonation"
        )
        #expect(scope.words.count == 2)
    }
}

@Suite struct AudienceTests {
    private let plain = Audiences(HostPlan(domain: "lazuli.localhost", port: nil))
    private let ported = Audiences(
        HostPlan(domain: "lazuli.localhost", port: 8443, further: [NameSet(domain: "azure.example")])
    )

    @Test(arguments: [
        "https://management.lazuli.localhost/", "https://management.lazuli.localhost",
        "https://graph.lazuli.localhost/",
        "https://storage.azure.com", "https://storage.azure.com/", "https://containerregistry.azure.net",
        "https://management.azure.com", "https://management.core.windows.net/", "https://vault.lazuli.localhost",
        "https://kv1.vault.lazuli.localhost", "https://acct1.blob.core.lazuli.localhost",
        "https://registry1.azurecr.lazuli.localhost", "https://localhost", "https://Management.Lazuli.localhost",
    ])
    func `the region's own endpoints and those that clients have built in are known`(_ resource: String) {
        #expect(plain.knows(resource))
    }

    @Test(arguments: [
        "https://management.example.org", "http://management.lazuli.localhost",
        "https://evil.example/management.lazuli.localhost",
        "https://management.lazuli.localhost.evil.example", "https://", "management.lazuli.localhost",
        "https://management.lazuli.localhost:9999/", "https://evilvault.lazuli.localhost",
    ])
    func `anything else is not`(_ resource: String) { #expect(!plain.knows(resource)) }

    @Test func `the region's port and its further names count`() {
        #expect(ported.knows("https://management.lazuli.localhost:8443/"))
        #expect(ported.knows("https://vault.azure.example:8443"))
        #expect(!ported.knows("https://management.lazuli.localhost:443/"))
        #expect(!plain.knows("https://vault.azure.example"))
    }
}
