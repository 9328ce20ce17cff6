// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Resources
import Testing

@Suite struct PolicyTests {
    private let assignments = "/providers/Microsoft.Authorization/policyAssignments"
    private static let definition =
        "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c"

    private static func body(_ locations: [JSON], _ changes: [String: JSON] = [:]) -> JSON {
        let base: [String: JSON] = [
            "policyDefinitionId": .string(definition), "displayName": "Stay",
            "parameters": ["listOfAllowedLocations": ["value": .array(locations)]],
        ]
        return ["properties": .object(base.merging(changes) { $1 })]
    }

    @Test func `a subscription's resources go where its policies allow, and anywhere when they are gone`() async throws
    {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        func place(_ location: JSON) async throws -> RegionUnderTest.Exchange {
            try await region.send(.put, region.widget("w", in: "g"), ["location": location])
        }
        let path = region.root + assignments + "/Stay"
        let made = try await region.send(.put, path, Self.body(["France South", "francesouth"]))
        #expect(made.status == 201)
        #expect(made.body["properties"]?["parameters"]?["listOfAllowedLocations"]?["value"] == ["francesouth"])
        #expect(try await region.send(.get, path).body == made.body)
        #expect(try await region.send(.get, region.root + assignments).all("name") == ["Stay"])
        for filter in ["atScope()", "atExactScope()", "atScopeAndBelow()"] {
            let list = region.root + assignments + "?$filter=\(filter)"
            #expect(try await region.send(.get, list).all("name") == ["Stay"], "\(filter)")
        }
        #expect(try await region.send(.get, region.root + assignments + "?$filter=x()").status >= 400)
        let refused = try await place("francecentral")
        #expect(refused.status == 403 && refused.code == "RequestDisallowedByPolicy")
        #expect(try await place("francesouth").status == 201)
        // Several hold together.
        let other = region.root + assignments + "/other"
        #expect(try await region.send(.put, other, Self.body(["francecentral"])).status == 201)
        #expect(try await place("francesouth").code == "RequestDisallowedByPolicy")
        #expect(try await region.send(.put, other, Self.body(["francecentral", "francesouth"])).status == 201)
        #expect(try await place("francesouth").status == 201)
        #expect(try await region.send(.delete, region.root + assignments + "/STAY").status == 200)
        #expect(try await region.send(.delete, path).status == 204)
        #expect(try await region.send(.get, path).code == "PolicyAssignmentNotFound")
        #expect(try await place("francecentral").status == 201)
    }

    @Test(
        "what is not built, or no location, assigns nothing",
        arguments: [
            (["policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/x"], 501, "NotImplemented"),
            (["enforcementMode": "DoNotEnforce"], 501, "NotImplemented"),
            (["notScopes": ["/subscriptions/x"]], 501, "NotImplemented"),
            (["overrides": []], 501, "NotImplemented"), (["parameters": [:]], 400, "MissingPolicyParameter"),
            (["parameters": ["other": [:]]], 400, "UndefinedPolicyParameter"),
            (
                ["parameters": ["listOfAllowedLocations": ["value": ["eastus"]]]], 400, "PolicyParameterValueNotAllowed"
            ),
        ] as [([String: JSON], Int, String)]
    )
    func refuses(changes: [String: JSON], status: Int, code: String) async throws {
        let region = try await RegionUnderTest.start()
        let path = region.root + assignments + "/p"
        let answer = try await region.send(.put, path, Self.body(["francesouth"], changes))
        #expect(answer.status == status && answer.code == code)
        #expect(try await region.send(.get, path).status == 404)
    }

    @Test func `policies are an owner's to give, and of subscriptions alone`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        let body = Self.body(["francesouth"])
        #expect(try await region.give(.stranger, "Contributor", at: region.root) == 201)
        let path = region.root + assignments + "/p"
        #expect(try await region.send(.put, path, body, as: .stranger).code == "AuthorizationFailed")
        #expect(try await region.send(.put, region.group("g") + assignments + "/p", body).status == 501)
        #expect(try await region.send(.get, Self.definition).body["name"] == "e56962a6-4747-49cd-b67b-bf8b01975c4c")
        #expect(try await region.send(.get, region.root + Self.definition).body["id"]?.string == Self.definition)
    }
}
