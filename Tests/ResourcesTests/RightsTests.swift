// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Resources
import Simulation
import Testing

extension PrincipalID {
    static var stranger: PrincipalID { RegionUnderTest.stranger }
}

extension RegionUnderTest {
    /// Gives a built-in role and returns the status.
    ///
    /// Assignments are named by the role and scope, so that a test may give many.
    func give(_ principal: PrincipalID, _ role: String, at scope: String) async throws -> Int {
        let seed = (scope + role).utf8.reduce(UInt64(5381)) { $0 &* 33 &+ UInt64($1) }
        let name = SimEntropy(seed: seed).uuid().lowercaseText
        return try await send(.put, assignment(name, at: scope), try body(principal, role)).status
    }
    func assignment(_ name: String, at scope: String) -> String {
        scope + "/providers/Microsoft.Authorization/roleAssignments/\(name)"
    }
    func body(_ principal: PrincipalID, _ role: String) throws -> JSON {
        let id = try #require(RoleDefinition.all.first { $0.name == role }).id
        return [
            "properties": [
                "roleDefinitionId": .string("\(root)/providers/Microsoft.Authorization/roleDefinitions/\(id)"),
                "principalId": .string(principal.text),
            ]
        ]
    }
}

@Suite struct RightsTests {
    @Test func `who has a role on one group sees that group and its subscription, and nothing else`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["mine", "other"])
        try await region.make(widgets: ["a"], in: "mine")
        try await region.make(widgets: ["b"], in: "other")
        let groups = region.root + "/resourceGroups"
        #expect(try await region.send(.get, "/subscriptions", as: .stranger).body["value"] == [])
        #expect(try await region.send(.get, region.root, as: .stranger).code == "SubscriptionNotFound")
        #expect(try await region.send(.get, groups, as: .stranger).code == "SubscriptionNotFound")
        #expect(try await region.send(.get, region.group("mine"), as: .stranger).code == "AuthorizationFailed")
        #expect(try await region.give(.stranger, "Reader", at: region.group("mine")) == 201)
        #expect(try await region.send(.get, "/subscriptions", as: .stranger).all("subscriptionId").count == 1)
        #expect(try await region.send(.get, region.root, as: .stranger).body["state"] == "Enabled")
        #expect(try await region.send(.get, groups, as: .stranger).all("name") == ["mine"])
        #expect(try await region.send(.get, region.root + "/resources", as: .stranger).all("name") == ["a"])
        #expect(try await region.send(.get, region.group("other"), as: .stranger).code == "AuthorizationFailed")
        let change = try await region.send(.patch, region.group("mine"), ["tags": ["a": "b"]], as: .stranger)
        #expect(change.code == "AuthorizationFailed")
        let permissions = region.group("mine") + "/providers/Microsoft.Authorization/permissions"
        let given = try await region.send(.get, permissions, as: .stranger)
        #expect(given.body["value"]?.array?.map { $0["actions"] } == [["*/read"]])
        #expect(try await region.give(.stranger, "Contributor", at: region.group("mine")) == 201)
        #expect(try await region.send(.patch, region.group("mine"), ["tags": ["a": "b"]], as: .stranger).status == 200)
        #expect(try await region.give(.stranger, "Owner", at: region.group("mine")) == 201)
    }

    @Test func `an assignment is made once, and only its description changes`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        let first = region.assignment("11111111-1111-4111-8111-111111111111", at: region.group("g"))
        var body = try region.body(.stranger, "Reader")
        let made = try await region.send(.put, first, body)
        #expect(made.status == 201)
        #expect(made.body["properties"]?["principalType"] == "User")
        #expect(made.body["properties"]?["scope"]?.string == region.group("g"))
        let second = region.assignment("22222222-2222-4222-8222-222222222222", at: region.group("g"))
        #expect(try await region.send(.put, second, body).code == "RoleAssignmentExists")
        let other = try await region.send(.put, first, try region.body(.stranger, "Owner"))
        #expect(other.code == "RoleAssignmentUpdateNotPermitted")
        if case .object(var members) = body, case .object(var properties)? = members["properties"] {
            properties["description"] = "why"
            members["properties"] = .object(properties)
            body = .object(members)
        }
        let described = try await region.send(.put, first, body)
        #expect(described.status == 200)
        #expect(described.body["properties"]?["description"] == "why")
        #expect(try await region.send(.delete, first).status == 200)
        #expect(try await region.send(.delete, first).status == 204)
        #expect(try await region.send(.get, first).code == "RoleAssignmentNotFound")
    }

    @Test func `an assignment that cannot be is refused`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        let body = try region.body(.stranger, "Reader")
        let id = "11111111-1111-4111-8111-111111111111"
        #expect(
            try await region.send(.put, region.assignment("x", at: region.group("g")), body).code
                == "InvalidRoleAssignmentId"
        )
        #expect(
            try await region.send(.put, region.assignment(id, at: region.group("none")), body).code
                == "ResourceGroupNotFound"
        )
        let widget = region.widget("none", in: "g")
        #expect(try await region.send(.put, region.assignment(id, at: widget), body).code == "ResourceNotFound")
        let unknown = try region.body(try #require(PrincipalID(text: "00000000-0000-4000-8000-000000000000")), "Reader")
        #expect(
            try await region.send(.put, region.assignment(id, at: region.root), unknown).code == "PrincipalNotFound"
        )
    }

    @Test(
        "a type that is not the principal's own gives nobody a role",
        arguments: [
            ("ServicePrincipal", RegionUnderTest.stranger.text, "UnmatchedPrincipalType"),
            ("Group", RegionUnderTest.stranger.text, "UnmatchedPrincipalType"),
            ("Group", "00000000-0000-4000-8000-000000000000", "PrincipalNotFound"),
            ("ServicePrincipal", "00000000-0000-4000-8000-000000000000", "PrincipalNotFound"),
            ("User", RegionUnderTest.stranger.text, nil),
        ] as [(String, String, String?)]
    )
    func typed(type: String, principal: String, code: String?) async throws {
        let region = try await RegionUnderTest.start()
        let id = try #require(PrincipalID(text: principal))
        var properties: [String: JSON] = [:]
        if case .object(let all)? = try region.body(id, "Owner")["properties"] { properties = all }
        properties["principalType"] = .string(type)
        let path = region.assignment("11111111-1111-4111-8111-111111111111", at: region.root)
        let answer = try await region.send(.put, path, ["properties": .object(properties)])
        #expect(answer.status == (code == nil ? 201 : 400))
        #expect(answer.code == code)
        #expect(try await region.send(.get, path).status == (code == nil ? 200 : 404))
        guard code == nil else { return }
        // Nor can a later change say otherwise.
        properties["principalType"] = "Group"
        #expect(try await region.send(.put, path, ["properties": .object(properties)]).code == "UnmatchedPrincipalType")
    }

    @Test func `assignments are listed from the tenant's root down, page by page`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g", "h"])
        for scope in [region.group("g"), region.group("h")] {
            #expect(try await region.give(.stranger, "Reader", at: scope) == 201)
        }
        func scopes(_ scope: String, _ query: String = "") async throws -> [String] {
            let list = try await region.send(.get, "\(scope)/providers/Microsoft.Authorization/roleAssignments\(query)")
            return list.body["value"]?.array?.compactMap { $0["properties"]?["scope"]?.string } ?? []
        }
        #expect(try await scopes("") == ["/", region.group("g"), region.group("h")])
        #expect(try await scopes(region.root) == ["/", region.group("g"), region.group("h")])
        #expect(try await scopes(region.group("g")) == ["/", region.group("g")])
        #expect(try await scopes(region.root, "?$filter=atScope()") == ["/"])
        let own = "?$filter=principalId%20eq%20'\(PrincipalID.stranger.text)'"
        #expect(try await scopes(region.root, own) == [region.group("g"), region.group("h")])
        let assigned = "?$filter=atScope()%20and%20assignedTo('\(PrincipalID.stranger.text)')"
        #expect(try await scopes(region.group("g"), assigned) == [region.group("g")])
        let path = region.root + "/providers/Microsoft.Authorization/roleAssignments"
        let pages = try await region.walk(path + "?$top=1", "name")
        #expect(pages.map(\.count) == [1, 1, 1])
        #expect(Set(pages.joined()).count == 3)
        #expect(try await region.send(.get, path + "?$skiptoken=YWJj").code == "InvalidSkipToken")
    }

    @Test func `the last owner at the tenant's root stays, whoever asks`() async throws {
        let region = try await RegionUnderTest.start()
        let list = "/providers/Microsoft.Authorization/roleAssignments"
        let last = try #require(try await region.send(.get, list).all("name").first)
        let path = region.assignment(last, at: "")
        func refused() async throws {
            let answer = try await region.send(.delete, path)
            #expect(answer.status == 412)
            #expect(answer.code == "CannotDeleteLastRbacAdminAssignment")
            #expect(try await region.send(.get, path).status == 200)
        }
        try await refused()
        // Neither another role, nor a right further down, nor a group that may be empty takes its place.
        #expect(try await region.give(.stranger, "Contributor", at: "") == 201)
        #expect(try await region.give(.stranger, "Owner", at: region.root) == 201)
        #expect(try await region.give(RegionUnderTest.crew, "Owner", at: "") == 201)
        try await refused()
        let second = region.assignment("11111111-1111-4111-8111-111111111111", at: "")
        #expect(try await region.send(.put, second, try region.body(.stranger, "Owner")).status == 201)
        #expect(try await region.send(.delete, path).status == 200)
        #expect(try await region.send(.delete, second, as: .stranger).status == 412)
    }

    @Test func `az can match an assignment's role with the roles it lists`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        #expect(try await region.give(.stranger, "Reader", at: region.group("g")) == 201)
        let base = region.group("g") + "/providers/Microsoft.Authorization"
        let roles = try await region.send(.get, base + "/roleDefinitions?$filter=roleName%20eq%20'Reader'")
        let id = try #require(roles.all("id").first)
        let list = try await region.send(.get, base + "/roleAssignments").body["value"]?.array ?? []
        #expect(list.contains { $0["properties"]?["roleDefinitionId"]?.string == id })
        #expect(try await region.send(.get, id).body["properties"]?["roleName"] == "Reader")
        #expect(
            try await region.send(.get, base + "/roleDefinitions?$filter=type%20eq%20'CustomRole'").body["value"] == []
        )
        #expect(try await region.send(.get, base + "/denyAssignments").body["value"] == [])
    }
}
