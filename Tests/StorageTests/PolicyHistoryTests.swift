// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// The history of a container's immutability policy, and how often it may be extended.
struct PolicyHistoryTests {
    private static let container = RetentionJourneyTests.container
    private static let policy = RetentionJourneyTests.policy

    private static func extend(_ client: StorageClient, days: Int64) async throws -> StorageAnswer {
        let body: JSON = ["properties": ["immutabilityPeriodSinceCreationInDays": .integer(days)]]
        return try await client.manage(.post, policy + "/extend", body, headers: ["If-Match": "*"])
    }
    private static func history(_ client: StorageClient) async throws -> [JSON] {
        let shown = try await client.manage(.get, container).json["properties"]?["immutabilityPolicy"]
        return shown?["updateHistory"]?.array ?? []
    }
    private static func told(_ client: StorageClient) async throws -> [String] {
        try await history(client).map { command in
            "\(command["update"]?.string ?? "") \(command["immutabilityPeriodSinceCreationInDays"]?.integer ?? 0)"
        }
    }

    @Test func `a locked policy is extended five times, and tells who did what`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await Self.history(client).isEmpty)
        for days in [Int64(1), 2, 3] { #expect(try await RetentionJourneyTests.set(client, days: days).status == 200) }
        #expect(try await Self.told(client) == ["put 3"])
        client.region.clock.pass(.seconds(60))
        for _ in 0..<2 {
            let locked = try await client.manage(.post, Self.policy + "/lock", headers: ["If-Match": "*"])
            #expect(locked.status == 200)
        }
        #expect(try await Self.told(client) == ["put 3", "lock 3"])
        for days in Int64(4)...8 { #expect(try await Self.extend(client, days: days).status == 200, "\(days)") }
        let more = try await Self.extend(client, days: 9)
        #expect(more.status == 409 && more.code == "ContainerImmutabilityPolicyFailure")
        #expect(
            try await Self.told(client) == [
                "put 3", "lock 3", "extend 4", "extend 5", "extend 6", "extend 7", "extend 8",
            ]
        )
        let shown = try await client.manage(.get, Self.policy).json["properties"]
        #expect(shown?["immutabilityPeriodSinceCreationInDays"]?.integer == 8)
        let commands = try await Self.history(client)
        #expect(commands[0]["timestamp"]?.string != commands[1]["timestamp"]?.string)
        for command in commands {
            #expect(command["objectIdentifier"]?.string == client.region.principal.text)
            #expect(command["tenantId"]?.string?.count == 36)
        }
        let list = try await client.manage(.get, "/blobServices/default/containers")
        #expect(list.json["value"]?.array?.first?["properties"]?["hasImmutabilityPolicy"] == true)
    }
    @Test func `a history goes with its policy, and with its container`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        #expect(try await RetentionJourneyTests.set(client, days: 1).status == 200)
        #expect(try await client.manage(.delete, Self.policy, headers: ["If-Match": "*"]).status == 200)
        #expect(try await client.storedKeys() == before)
        #expect(try await RetentionJourneyTests.set(client, days: 2).status == 200)
        #expect(try await Self.told(client) == ["put 2"])
        #expect(try await client.manage(.delete, "/blobServices/default/containers/docs").status == 200)
        try await client.settle()
        #expect(try await client.send(.put, "/docs", "restype=container").status == 201)
        #expect(try await client.storedKeys() == before)
        #expect(try await Self.history(client).isEmpty)
        #expect(try await RetentionJourneyTests.set(client, days: 2).status == 200)
        #expect(try await client.manage(.delete, "").status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == 0)
    }
}
