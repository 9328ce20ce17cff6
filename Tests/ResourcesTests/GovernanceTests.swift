// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Resources
import Testing

@Suite struct TagTests {
    private let tags = "/providers/Microsoft.Resources/tags/default"

    @Test func `tags are set, merged, replaced and deleted on subscription, group and resource`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        try await region.make(widgets: ["w"], in: "g")
        for scope in [region.root, region.group("g"), region.widget("w", in: "g")] {
            let path = scope + tags
            let set = try await region.send(.put, path, ["properties": ["tags": ["a": "1", "b": "2"]]])
            #expect(set.status == 200)
            #expect(set.body["id"]?.string == path)
            let merge: JSON = ["operation": "Merge", "properties": ["tags": ["b": "3", "c": "4"]]]
            let merged = try await region.send(.patch, path, merge)
            #expect(merged.body["properties"]?["tags"] == ["a": "1", "b": "3", "c": "4"])
            let delete: JSON = ["operation": "delete", "properties": ["tags": ["a": "1"]]]
            #expect(try await region.send(.patch, path, delete).body["properties"]?["tags"] == ["b": "3", "c": "4"])
            #expect(try await region.send(.patch, path, ["operation": "Twist"]).status == 400)
            #expect(try await region.send(.put, path, ["properties": [:]]).status == 400)
            #expect(try await region.send(.get, path).body["properties"]?["tags"]?.object?.count == 2)
        }
        #expect(try await region.send(.get, region.group("g")).body["tags"] == ["b": "3", "c": "4"])
        #expect(try await region.send(.get, region.root).body["tags"] == ["b": "3", "c": "4"])
        let found = try await region.send(.get, region.root + "/resources?$filter=tagName%20eq%20'c'")
        #expect(found.all("name") == ["w"])
        let names = try await region.send(.get, region.root + "/tagNames")
        #expect(names.all("tagName") == ["b", "c"])
        #expect(names.body["value"]?.array?[0]["count"]?["value"] == 3)
        #expect(try await region.send(.delete, region.group("g") + tags).status == 200)
        #expect(try await region.send(.get, region.group("g") + tags).body["properties"]?["tags"] == [:])
    }

    @Test func `what is not there has no tags`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        try await region.make(widgets: ["w"], in: "g")
        let body: JSON = ["properties": ["tags": ["a": "b"]]]
        for scope in [region.group("none"), region.widget("none", in: "g"), region.widget("w", in: "g") + "/parts/p"] {
            #expect(try await region.send(.put, scope + tags, body).status == 404, "\(scope)")
        }
    }
}

@Suite struct LockTests {
    private let locks = "/providers/Microsoft.Authorization/locks"

    @Test func `a lock refuses deletion of what it lies on, above and below, until it is taken off`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g", "h"])
        try await region.make(widgets: ["w"], in: "g")
        let widget = region.widget("w", in: "g")
        let lock = widget + locks + "/keep"
        #expect(
            try await region.send(.put, lock, ["properties": ["level": "cannotdelete", "notes": "n"]]).status == 201
        )
        #expect(try await region.send(.put, lock, ["properties": ["level": "CanNotDelete"]]).status == 200)
        #expect(try await region.send(.get, widget + locks + "/KEEP").body["properties"]?["level"] == "CanNotDelete")
        for scope in [region.root, region.group("g"), widget] {
            #expect(try await region.send(.get, scope + locks).all("name") == ["keep"])
        }
        #expect(try await region.send(.get, region.group("g") + locks + "?$filter=atScope()").all("name") == [])
        #expect(try await region.send(.get, region.group("h") + locks).all("name") == [])
        #expect(try await region.send(.delete, region.group("g")).code == "ScopeLocked")
        #expect(try await region.send(.patch, region.group("g"), ["tags": ["a": "b"]]).status == 200)
        #expect(try await region.send(.delete, lock).status == 200)
        #expect(try await region.send(.delete, lock).status == 204)
        #expect(try await region.send(.get, lock).code == "LockNotFound")
        #expect(try await region.send(.delete, region.group("g")).status == 200)
    }

    @Test func `a read-only lock refuses change, and can itself be taken off`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        let lock = region.group("g") + locks + "/still"
        #expect(try await region.send(.put, lock, ["properties": ["level": "ReadOnly"]]).status == 201)
        #expect(try await region.send(.patch, region.group("g"), ["tags": ["a": "b"]]).code == "ScopeLocked")
        let tags = region.group("g") + "/providers/Microsoft.Resources/tags/default"
        #expect(try await region.send(.put, tags, ["properties": ["tags": [:]]]).code == "ScopeLocked")
        #expect(try await region.send(.delete, lock).status == 200)
        #expect(try await region.send(.patch, region.group("g"), ["tags": ["a": "b"]]).status == 200)
    }

    @Test(arguments: ["subscription", "group", "widget"])
    func `a read-only lock refuses actions on what it lies on, one against deletion does not`(level: String)
        async throws
    {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g", "h"])
        try await region.make(widgets: ["w"], in: "g")
        try await region.make(widgets: ["w"], in: "h")
        let keys = region.widget("w", in: "g") + "/listKeys"
        let scope =
            switch level {
            case "subscription": region.root
            case "group": region.group("g")
            default: region.widget("w", in: "g")
            }
        let lock = scope + locks + "/still"
        #expect(try await region.send(.put, lock, ["properties": ["level": "CanNotDelete"]]).status == 201)
        #expect(try await region.send(.post, keys).status == 200)
        #expect(try await region.send(.put, lock, ["properties": ["level": "ReadOnly"]]).status == 200)
        let refused = try await region.send(.post, keys)
        #expect(refused.status == 409)
        #expect(refused.code == "ScopeLocked")
        let other = try await region.send(.post, region.widget("w", in: "h") + "/listKeys")
        #expect(other.status == (level == "subscription" ? 409 : 200))
        // What only looks goes on.
        #expect(try await region.send(.get, region.group("g")).status == 200)
        #expect(try await region.send(.delete, lock).status == 200)
        #expect(try await region.send(.post, keys).status == 200)
    }

    @Test func `a lock that cannot be is refused`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        let path = region.group("g") + locks
        #expect(try await region.send(.put, path + "/l", ["properties": ["level": "NotSpecified"]]).status == 400)
        #expect(try await region.send(.put, path + "/l", [:]).status == 400)
        #expect(
            try await region.send(.put, path + "/a:b", ["properties": ["level": "ReadOnly"]]).code == "InvalidLockName"
        )
        for number in 0..<20 {
            let body: JSON = ["properties": ["level": "CanNotDelete"]]
            #expect(try await region.send(.put, path + "/l\(number)", body).status == 201)
        }
        let body: JSON = ["properties": ["level": "CanNotDelete"]]
        #expect(try await region.send(.put, path + "/more", body).code == "LockLimitExceeded")
    }
}

@Suite struct CatalogueTests {
    @Test func `providers are listed with what az looks up, always registered`() async throws {
        let region = try await RegionUnderTest.start()
        let list = try await region.send(.get, region.root + "/providers")
        #expect(list.all("namespace").contains("Contoso.Widgets"))
        #expect(Set(list.all("registrationState")) == ["Registered"])
        let one = try await region.send(.get, region.root + "/providers/contoso.widgets")
        let type = one.body["resourceTypes"]?.array?.first
        #expect(type?["resourceType"] == "widgets")
        #expect(type?["locations"] == ["France Centre", "France Sud"])
        #expect(type?["apiVersions"] == ["2026-01-01"])
        let register = try await region.send(.post, region.root + "/providers/Contoso.Widgets/register")
        #expect(register.body["registrationState"] == "Registered")
        #expect(try await region.send(.get, region.root + "/providers/No.Such").code == "InvalidResourceNamespace")
        #expect(try await region.send(.get, "/providers/Contoso.Widgets").body["id"] == "/providers/Contoso.Widgets")
    }

    @Test func `tenant and places are told`() async throws {
        let region = try await RegionUnderTest.start()
        #expect(try await region.send(.get, "/tenants").all("defaultDomain") == ["test.example"])
        let places = try await region.send(.get, region.root + "/locations")
        #expect(places.all("name") == ["francecentral", "francesouth"])
        let metadata = places.body["value"]?.array?[0]["metadata"]
        #expect(metadata?["geography"] == "France")
        #expect(metadata?["pairedRegion"]?.array?[0]["name"] == "francesouth")
    }

    @Test func `resources are listed with what is asked for, page by page`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g", "h"])
        try await region.make(widgets: ["a", "b", "c"], in: "g")
        try await region.make(widgets: ["d"], in: "h")
        #expect(try await region.walk(region.root + "/resources?$top=3", "name") == [["a", "b", "c"], ["d"]])
        let typed = "?$filter=resourceType%20eq%20'contoso.widgets/WIDGETS'%20and%20name%20eq%20'b'"
        #expect(
            try await region.send(.get, region.root + "/resources" + typed).all("id") == [region.widget("b", in: "g")]
        )
        let inGroup = "?$filter=resourceGroup%20eq%20'H'&$expand=createdTime,changedTime,provisioningState"
        let found = try await region.send(.get, region.root + "/resources" + inGroup).body["value"]?.array ?? []
        #expect(found.map { $0["name"]?.string } == ["d"])
        #expect(found.first?["createdTime"]?.string == Fixture.now.iso8601)
        #expect(found.first?["provisioningState"] == "Succeeded")
        #expect(try await region.send(.get, region.group("g") + "/resources").all("name") == ["a", "b", "c"])
        #expect(try await region.send(.get, region.group("none") + "/resources").code == "ResourceGroupNotFound")
        #expect(try await region.send(.get, region.root + "/resources?$skiptoken=YWJj").code == "InvalidSkipToken")
    }

    @Test func `the metadata document needs no sign-in, and old versions are answered with an array`() async throws {
        let region = try await RegionUnderTest.start()
        let path = "//metadata/endpoints?api-version="
        #expect(try await region.send(.get, path + "2022-09-01", as: nil).body["name"] == "Lazuli")
        for version in ["2019-05-01", "2020-06-01"] {
            #expect(try await region.send(.get, path + version, as: nil).body.array?.count == 1)
        }
    }

    @Test(
        "an unknown namespace is told from an unknown type, each by the name the client wrote",
        arguments: [
            ("/providers/No.Such/things", "InvalidResourceNamespace", "'No.Such'"),
            ("/resourceGroups/g/providers/No.Such/things/x", "InvalidResourceNamespace", "'No.Such'"),
            ("/resourceGroups/g/providers/Contoso.Widgets/Wodgets/x", "InvalidResourceType", "'Wodgets'"),
            (
                "/resourceGroups/g/providers/Contoso.Widgets/widgets/x/Parts/p", "InvalidResourceType",
                "'widgets/Parts' could not be found in the namespace 'Contoso.Widgets'"
            ),
            ("/resourceGroups/g/wodgets", "NotFound", "/wodgets"),
        ]
    )
    func unknown(path: String, code: String, named: String) async throws {
        let region = try await RegionUnderTest.start()
        let answer = try await region.send(.get, region.root + path)
        #expect(answer.status == 404)
        #expect(answer.code == code)
        #expect(answer.message?.contains(named) == true, "\(answer.message ?? "")")
    }

    @Test(
        "what is not built says so",
        arguments: [
            (.put, "/resourceGroups/g/providers/Microsoft.Resources/deployments/d"),
            (.post, "/resourceGroups/g/providers/Microsoft.Resources/deployments/d/whatIf"),
            (.post, "/resourceGroups/g/exportTemplate"), (.post, "/resourceGroups/g/moveResources"),
            (.get, "/providers/Microsoft.Authorization/policyDefinitions"),
            (.get, "/providers/Microsoft.Authorization/policyDefinitions/other"),
            (.put, "/providers/Microsoft.Authorization/roleDefinitions/11111111-1111-4111-8111-111111111111"),
            (.post, "/providers/Contoso.Widgets/unregister"), (.put, "/tagNames/t"),
        ] as [(HTTPRequest.Method, String)]
    )
    func absent(method: HTTPRequest.Method, path: String) async throws {
        let region = try await RegionUnderTest.start()
        let answer = try await region.send(method, region.root + path, [:])
        #expect(answer.status == 501)
        #expect(answer.code == "NotImplemented")
    }
}
