// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Resources
import Testing

@Suite struct ActivityTests {
    private let made = Fixture.event("Microsoft.Storage/storageAccounts/write", at: Fixture.account)

    private func takes(_ condition: String) throws -> Bool {
        let start = Timestamp(seconds: Fixture.now.seconds - 3600).iso8601
        return try ActivityQuery("eventTimestamp ge '\(start)' and \(condition)", now: Fixture.now).takes(made)
    }

    @Test(
        "an event is found by what the service filters by",
        arguments: [
            ("resourceGroupName eq 'shop'", true), ("resourceGroupName eq 'other'", false),
            ("resourceProvider eq 'Microsoft.Storage'", true), ("resourceProvider eq Microsoft.Authorization", false),
            ("caller eq 'alice'", true), ("status eq 'Failed'", false), ("status eq 'Succeeded'", true),
            ("correlationId eq '\(Fixture.id)'", true), ("correlationId eq 'x'", false),
            ("resourceUri eq '\(Fixture.account.canonical)'", true), ("resourceId eq '\(Fixture.group)'", false),
            ("levels eq 'Critical,Error'", false),
        ]
    )
    func filters(condition: String, expected: Bool) throws { #expect(try takes(condition) == expected) }

    @Test func `the span is read as az writes it, without quotes and without a zone`() throws {
        let query = try ActivityQuery(
            "eventTimestamp ge 2026-11-18T10:00:00.5 and eventTimestamp le 2026-11-18T11:00:00",
            now: Fixture.now
        )
        #expect(query.from.iso8601 == "2026-11-18T10:00:00.5000000Z")
        #expect(query.to.iso8601Seconds == "2026-11-18T11:00:00Z")
    }
    @Test(
        "a span that cannot be answered is refused",
        arguments: [
            nil, "resourceGroupName eq 'a'", "eventTimestamp ge 'yesterday'",
            "eventTimestamp eq '2026-11-18T10:00:00Z'",
            "eventTimestamp ge '2026-01-01T00:00:00Z'", "eventTimestamp ge '2030-01-01T00:00:00Z'",
            "eventTimestamp ge '2026-11-18T10:00:00Z' or caller eq 'a'",
            "eventTimestamp ge '2026-11-18T10:00:00Z' and colour eq 'red'",
        ]
    )
    func refuses(filter: String?) {
        #expect { try ActivityQuery(filter, now: Fixture.now) } throws: { ($0 as? ServiceError)?.status == 400 }
    }

    @Test func `an event has the members of the reference`() {
        let json = ActivityWire.json(made, subscription: Fixture.subscription, tenant: Fixture.tenant, members: nil)
        #expect(json["operationName"]?["value"]?.string == "Microsoft.Storage/storageAccounts/write")
        #expect(json["resourceProviderName"]?["value"]?.string == "Microsoft.Storage")
        #expect(json["resourceType"]?["value"]?.string == "Microsoft.Storage/storageAccounts")
        #expect(json["resourceGroupName"]?.string == "Shop")
        #expect(json["status"]?["localizedValue"]?.string == "Succeeded")
        #expect(json["httpRequest"]?["method"]?.string == "PUT")
        #expect(json["level"]?.string == "Informational")
        #expect(json["eventDataId"]?.string == Fixture.id.lowercaseText)
        #expect(json["id"]?.string?.hasSuffix("/ticks/639305968000000000") == true, "\(json["id"]?.string ?? "")")
        let few = ActivityWire.json(
            made,
            subscription: Fixture.subscription,
            tenant: Fixture.tenant,
            members: ["caller", "status"]
        )
        #expect(few.object?.keys.sorted() == ["caller", "status"])
    }
}

@Suite struct ActivityLogTests {
    @Test func `who did what is read back from the ledger, by those who may know`() async throws {
        let region = try await RegionUnderTest.start()
        try await region.make(groups: ["g", "h"])
        try await region.make(widgets: ["w"], in: "g")
        _ = try await region.send(.get, region.group("g"))
        let start = Timestamp(seconds: Fixture.now.seconds - 60).iso8601Seconds
        let path = region.root + "/providers/microsoft.insights/eventtypes/management/values"
        let filter =
            "?api-version=2015-04-01&$filter=eventTimestamp%20ge%20\(start)%20and%20resourceGroupName%20eq%20'G'"
        let list = try await region.send(.get, path + filter)
        let events = list.body["value"]?.array ?? []
        #expect(
            Set(events.compactMap { $0["operationName"]?["value"]?.string }) == [
                "Microsoft.Resources/subscriptions/resourceGroups/write", "Contoso.Widgets/widgets/write",
            ]
        )
        #expect(events.allSatisfy { $0["caller"] == "owner@test.example" })
        for (caller, count) in [("Owner@test.example", 2), (RegionUnderTest.owner.text, 2), ("other@test.example", 0)] {
            let found = try await region.send(.get, path + filter + "%20and%20caller%20eq%20'\(caller)'")
            #expect(found.body["value"]?.array?.count == count, "\(caller)")
        }
        #expect(events.allSatisfy { $0["status"]?["value"] == "Succeeded" })
        #expect(try await region.send(.get, path + filter, as: .stranger).code == "SubscriptionNotFound")
        #expect(try await region.give(.stranger, "Reader", at: region.group("h")) == 201)
        #expect(try await region.send(.get, path + filter, as: .stranger).body["value"] == [])
        let selected = try await region.send(.get, path + filter + "&$select=caller,%20status")
        #expect(selected.body["value"]?.array?.first?.object?.keys.sorted() == ["caller", "status"])
        #expect(try await region.send(.get, path).status == 400)
    }
}

@Suite struct GroupDeletionStateTests {
    @Test func `what a deletion needs to go on survives being stored`() throws {
        let state = GroupDeletion.State(subscription: Fixture.subscription, group: "Shop")
        #expect(GroupDeletion.State(state.json) == state)
        #expect(GroupDeletion.State(["group": "Shop"]) == nil)
        #expect(GroupDeletion.State(nil) == nil)
    }
}
