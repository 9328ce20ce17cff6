// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Resources
import Testing

@Suite struct GroupTests {
    @Test func `a group is made once, keeps its spelling and its place, and is found in any case`() async throws {
        let region = try await RegionUnderTest.start()
        let path = region.root + "/resourcegroups/Shop"
        let made = try await region.send(.put, path, ["location": "France Centre", "tags": ["env": "test"]])
        #expect(made.status == 201)
        #expect(made.body["id"]?.string == region.group("Shop"))
        #expect(made.body["location"]?.string == "francecentral")
        #expect(made.body["properties"]?["provisioningState"]?.string == "Succeeded")
        #expect(made.headers[HTTPField.Name("x-lazuli-entry") ?? .age] != nil)
        let again = try await region.send(.put, region.group("SHOP"), ["location": "francecentral", "properties": [:]])
        #expect(again.status == 200)
        #expect(again.body["name"]?.string == "Shop")
        #expect(again.body["tags"] == nil)
        let moved = try await region.send(.put, path, ["location": "francesouth"])
        #expect(moved.status == 409)
        #expect(moved.code == "InvalidResourceGroupLocation")
        #expect(try await region.send(.head, region.group("shop")).status == 204)
        #expect(try await region.send(.patch, region.group("shop"), ["tags": ["a": "b"]]).body["tags"] == ["a": "b"])
        #expect(try await region.send(.get, region.group("sHop")).body["tags"] == ["a": "b"])
    }

    @Test func `what may not be is refused with the service's code`() async throws {
        let region = try await RegionUnderTest.start()
        #expect(try await region.send(.get, region.group("nowhere")).code == "ResourceGroupNotFound")
        #expect(try await region.send(.head, region.group("nowhere")).status == 404)
        #expect(try await region.send(.delete, region.group("nowhere")).code == "ResourceGroupNotFound")
        #expect(try await region.send(.put, region.group("g"), [:]).code == "LocationRequired")
        #expect(
            try await region.send(.put, region.group("g"), ["location": "eastus"]).code
                == "LocationNotAvailableForResourceGroup"
        )
        #expect(try await region.send(.put, region.group("g"), ["location": ""]).code == "LocationRequired")
        for body in [[], "francecentral", nil] as [JSON] {
            let answer = try await region.send(.put, region.group("g"), body)
            #expect(answer.status == 400)
            #expect(answer.code == "InvalidRequestContent")
        }
        let widget = try await region.send(.put, region.widget("w", in: "g"), ["location": "eastus"])
        #expect(widget.code == "LocationNotAvailableForResourceType")
        #expect(
            try await region.send(.put, region.group("g."), ["location": "francecentral"]).code
                == "InvalidResourceGroup"
        )
        let long = ["n": JSON.string(String(repeating: "v", count: 300))]
        let body: JSON = ["location": "francecentral", "tags": .object(long)]
        #expect(try await region.send(.put, region.group("g"), body).status == 400)
        #expect(try await region.send(.get, region.group("g")).status == 404)
        #expect(try await region.send(.get, "/subscriptions/none/resourceGroups").code == "InvalidSubscriptionId")
        let foreign = "/subscriptions/\(Fixture.otherID)/resourceGroups"
        #expect(try await region.send(.get, foreign).code == "SubscriptionNotFound")
        #expect(try await region.send(.get, region.root + "/resourceGroups", as: nil).status == 401)
    }

    @Test(
        "what a group cannot take is refused, by PUT and PATCH alike",
        arguments: [
            (["colour": "red"], 400, "InvalidRequestContent"), (["name": "other"], 400, "InvalidRequestContent"),
            (["properties": ["colour": "red"]], 400, "InvalidRequestContent"),
            (["properties": "none"], 400, "InvalidRequestContent"), (["managedBy": 1], 400, "InvalidRequestContent"),
            (["id": "/subscriptions/x"], 400, "InvalidRequestContent"),
            (["location": "francesouth"], 409, "InvalidResourceGroupLocation"),
        ] as [([String: JSON], Int, String)]
    )
    func untaken(changes: [String: JSON], status: Int, code: String) async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        let before = try await region.send(.get, region.group("g")).body
        let full = ["location": "francecentral"].merging(changes) { $1 }
        for (method, body) in [(HTTPRequest.Method.patch, changes), (.put, full)] {
            let answer = try await region.send(method, region.group("g"), .object(body))
            #expect(answer.status == status)
            #expect(answer.code == code)
        }
        #expect(try await region.send(.get, region.group("g")).body == before)
    }

    @Test func `a group is put back as it was read, and says who manages it`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g"])
        let read = try await region.send(.get, region.group("g")).body
        #expect(try await region.send(.put, region.group("g"), read).body == read)
        #expect(try await region.send(.patch, region.group("g"), read).body == read)
        let manager = JSON.string(region.widget("w", in: "g"))
        for method in [HTTPRequest.Method.put, .patch] {
            let body: JSON = ["location": "francecentral", "managedBy": manager]
            #expect(try await region.send(method, region.group("g"), body).body["managedBy"] == manager)
        }
        #expect(try await region.send(.get, region.group("g")).body["managedBy"] == manager)
    }

    @Test func `groups are listed page by page, each once, through filters`() async throws {
        let region = try await RegionUnderTest.start()
        let names = (0..<5).map { "g\($0)" }
        try await region.make(groups: names)
        let pages = try await region.walk(region.root + "/resourceGroups?$top=2", "name")
        #expect(pages == [["g0", "g1"], ["g2", "g3"], ["g4"]])
        _ = try await region.send(.patch, region.group("g3"), ["tags": ["env": "test"]])
        let filter = region.root + "/resourceGroups?$filter=tagname%20eq%20'env'%20and%20tagvalue%20eq%20'test'"
        #expect(try await region.send(.get, filter).all("name") == ["g3"])
        let unknown = region.root + "/resourceGroups?$filter=colour%20eq%20'red'"
        #expect(try await region.send(.get, unknown).code == "InvalidFilterInQueryString")
    }

    @Test func `a group goes with all that is in it, and its neighbours stay`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["shop", "shop2"])
        try await region.make(widgets: (0..<45).map { "w\($0)" }, in: "shop")
        try await region.make(widgets: ["other"], in: "shop2")
        for scope in [
            region.group("shop"), region.widget("w1", in: "shop"), region.widget("w1", in: "shop") + "/parts/p",
        ] {
            #expect(try await region.give(.stranger, "Reader", at: scope) == 201)
        }
        #expect(try await region.send(.delete, region.group("SHOP")).status == 200)
        #expect(try await region.send(.get, region.group("shop")).status == 404)
        #expect(try await region.send(.get, region.root + "/resources").all("name") == ["other"])
        let assignments = region.root + "/providers/Microsoft.Authorization/roleAssignments"
        #expect(try await region.send(.get, assignments).body["value"]?.array?.count == 1)
        #expect(try await region.send(.get, region.group("shop2")).status == 200)
    }

    @Test
    func `a group with more than a request's work goes on being deleted, takes nothing new, and can be asked after`()
        async throws
    {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["big"])
        try await region.make(widgets: (0..<1100).map { "w\($0)" }, in: "big")
        let begun = try await region.send(.delete, region.group("big"))
        #expect(begun.status == 202)
        #expect(begun.headers[.retryAfter] == "1")
        let location = try #require(begun.headers[.location]).dropFirst(RegionUnderTest.address.count)
        let status = try #require(begun.headers[HTTPField.Name("Azure-AsyncOperation") ?? .age])
            .dropFirst(RegionUnderTest.address.count)
        #expect(try await region.send(.get, region.group("big")).body["properties"]?["provisioningState"] == "Deleting")
        let refused = try await region.send(.put, region.group("big"), ["location": "francecentral"])
        #expect(refused.code == "ResourceGroupBeingDeleted")
        #expect(try await region.send(.put, region.widget("new", in: "big"), [:]).code == "ResourceGroupBeingDeleted")
        #expect(try await region.give(.stranger, "Reader", at: region.group("big")) == 409)
        let running = try await region.send(.get, String(status))
        #expect(running.body["status"] == "InProgress")
        #expect(running.headers[.retryAfter] == "1")
        let waiting = try await region.send(.get, String(location))
        #expect(waiting.status == 202)
        #expect(
            waiting.headers[.location].map { String($0.dropFirst(RegionUnderTest.address.count)) } == String(location)
        )
        #expect(try await region.send(.delete, region.group("big")).status == 200)
        #expect(try await region.send(.get, String(status)).body["status"] == "Succeeded")
        #expect(try await region.send(.get, String(location)).status == 204)
        #expect(
            try await region.send(.get, region.root + "/providers/Microsoft.Resources/operations/none").status == 404
        )
    }
}
