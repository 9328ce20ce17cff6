// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Leases and migrations of containers over Azure Resource Manager, and the list of the namespace's actions.
struct ContainerWorkTests {
    private static let container = "/blobServices/default/containers/docs"

    private func lease(_ client: StorageClient, _ body: JSON) async throws -> StorageAnswer {
        try await client.manage(.post, Self.container + "/lease", body)
    }

    @Test func `a lease is the same on both surfaces`() async throws {
        let client = try await StorageClient.ready()
        let own = "8698f513-fa75-44a1-b8eb-30ba336af27d"
        let taken = try await lease(
            client,
            ["action": "Acquire", "leaseDuration": -1, "proposedLeaseId": .string(own)]
        )
        #expect(taken.status == 200 && taken.json["leaseId"]?.string == own)
        let head = try await client.send(.head, "/docs", "restype=container")
        #expect(head["x-ms-lease-state"] == "leased" && head["x-ms-lease-duration"] == "infinite")
        #expect(try await client.send(.delete, "/docs", "restype=container").code == "LeaseIdMissing")
        #expect(try await client.manage(.delete, Self.container).status == 409)
        #expect(try await lease(client, ["action": "Acquire", "leaseDuration": 15]).code == "LeaseAlreadyPresent")
        let other = "00000000-0000-4000-8000-000000000001"
        let changed = try await lease(
            client,
            ["action": "Change", "leaseId": .string(own), "proposedLeaseId": .string(other)]
        )
        #expect(changed.status == 200 && changed.json["leaseId"]?.string == other)
        let stale = try await lease(client, ["action": "Renew", "leaseId": .string(own)])
        #expect(stale.code == "LeaseIdMismatchWithLeaseOperation")
        #expect(try await lease(client, ["action": "Renew", "leaseId": .string(other)]).status == 200)
        let broken = try await lease(client, ["action": "Break", "breakPeriod": 0])
        #expect(broken.status == 200 && broken.json["leaseTimeSeconds"] == "0")
        #expect(try await lease(client, ["action": "Release", "leaseId": .string(other)]).status == 200)
        #expect(try await client.send(.delete, "/docs", "restype=container").status == 202)
        #expect(try await lease(client, ["action": "Break"]).code == "ContainerNotFound")
    }

    @Test(
        arguments: [
            [:], ["action": "Take"], ["action": "Acquire"], ["action": "Acquire", "leaseDuration": 14],
            ["action": "Acquire", "leaseDuration": 61], ["action": "Renew"], ["action": "Release", "leaseId": "x"],
            ["action": "Change", "leaseId": "8698f513-fa75-44a1-b8eb-30ba336af27d"],
            ["action": "Break", "breakPeriod": 61],
            ["action": "Acquire", "leaseDuration": 15, "proposedLeaseId": "none"],
        ] as [JSON]
    )
    func `a lease request that is not one changes nothing`(_ body: JSON) async throws {
        let client = try await StorageClient.ready()
        #expect(try await lease(client, body).status == 400)
        #expect(try await client.send(.head, "/docs", "restype=container")["x-ms-lease-state"] == "available")
    }

    @Test func `a container is migrated by its policy, which is then one of its versions`() async throws {
        let client = try await StorageClient.ready()
        func migrate() async throws -> StorageAnswer { try await client.manage(.post, Self.container + "/migrate") }
        #expect(try await migrate().code == "FeatureNotEnabled")
        let versions: JSON = ["properties": ["isVersioningEnabled": true]]
        #expect(try await client.manage(.put, "/blobServices/default", versions).status == 200)
        #expect(try await migrate().code == "ContainerImmutabilityPolicyNotFound")
        let policy: JSON = ["properties": ["immutabilityPeriodSinceCreationInDays": 5]]
        let path = Self.container + "/immutabilityPolicies/default"
        #expect(try await client.manage(.put, path, policy).status == 200)
        #expect(try await client.upload("/docs/a", [1]).status == 201)
        #expect(try await client.upload("/docs/a", [2]).code == "BlobImmutableDueToPolicy")
        let until = [
            "x-ms-immutability-policy-until-date": (client.region.clock.now + .seconds(90 * 24 * 3600)).httpDate
        ]
        let own = "comp=immutabilityPolicies"
        #expect(try await client.send(.put, "/docs/a", own, headers: until).code == "FeatureNotEnabled")
        #expect(try await client.manage(.post, Self.container + "/setLegalHold", ["tags": ["case1"]]).status == 200)
        #expect(try await migrate().code == "ContainerOperationFailure")
        #expect(try await client.manage(.post, Self.container + "/clearLegalHold", ["tags": ["case1"]]).status == 200)
        #expect(try await migrate().status == 200)
        #expect(try await migrate().status == 200)
        let shown = try await client.manage(.get, Self.container).json["properties"]?["immutableStorageWithVersioning"]
        #expect(shown?["enabled"]?.bool == true && shown?["migrationState"] == "Completed")
        // What is there stays as a version; it is neither removed nor changed.
        let first = try #require(try await client.send(.head, "/docs/a")["x-ms-version-id"])
        #expect(try await client.upload("/docs/a", [2]).status == 201)
        #expect(try await client.send(.get, "/docs/a", "versionid=\(first)").body == [1])
        let gone = try await client.send(.delete, "/docs/a", "versionid=\(first)")
        #expect(gone.code == "BlobImmutableDueToPolicy")
        #expect(try await client.send(.put, "/docs/a", own, headers: until).status == 200)
    }

    @Test func `the namespace's actions are those of operations that are built`() async throws {
        let client = try await StorageClient.ready()
        let answer = try await client.region.manage(.get, "/providers/Microsoft.Storage/operations", nil)
        #expect(answer.status == 200)
        let actions = answer.json["value"]?.array ?? []
        let names = actions.compactMap { $0["name"]?.string }
        #expect(names.count == Set(names).count && names == names.sorted())
        #expect(names.contains("Microsoft.Storage/storageAccounts/listkeys/action"))
        #expect(names.allSatisfy { $0.hasPrefix("Microsoft.Storage/") })
        let read = actions.first {
            $0["name"] == "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
        }
        #expect(read?["isDataAction"]?.bool == true && read?["display"]?["operation"] == "read")
    }

    @Test func `only who may do so leases, migrates`() async throws {
        let client = try await StorageClient.ready()
        try await client.region.unassign("Owner")
        try await client.assign("Reader")
        #expect(try await lease(client, ["action": "Acquire", "leaseDuration": 15]).status == 403)
        #expect(try await client.manage(.post, Self.container + "/migrate").status == 403)
    }
}
