// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Leases against a region.
struct LeaseJourneyTests {
    static let a = "aaaaaaaa-0000-4000-8000-000000000001"
    static let b = "bbbbbbbb-0000-4000-8000-000000000002"

    static func lease(
        _ client: StorageClient,
        _ action: String,
        _ headers: [String: String] = [:],
        at path: String = "/docs/x",
        container: Bool = false
    ) async throws -> StorageAnswer {
        let all = headers.merging(["x-ms-lease-action": action]) { own, _ in own }
        return try await client.send(
            .put,
            path,
            container ? "restype=container&comp=lease" : "comp=lease",
            headers: all
        )
    }
    static func acquire(_ id: String, _ seconds: Int = -1) -> [String: String] {
        ["x-ms-proposed-lease-id": id, "x-ms-lease-duration": String(seconds)]
    }
    static func with(_ id: String) -> [String: String] { ["x-ms-lease-id": id] }

    @Test func `a lease lives through all its states and changes nothing else`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let before = try await client.send(.head, "/docs/x")
        let acquired = try await Self.lease(client, "acquire", Self.acquire(Self.a, 15))
        #expect(acquired.status == 201 && acquired["x-ms-lease-id"] == Self.a && acquired["ETag"] == before["ETag"])
        var shown = try await client.send(.head, "/docs/x")
        #expect(shown["x-ms-lease-state"] == "leased" && shown["x-ms-lease-status"] == "locked")
        #expect(shown["x-ms-lease-duration"] == "fixed" && shown["ETag"] == before["ETag"])
        #expect(try await Self.lease(client, "acquire", Self.acquire(Self.b)).code == "LeaseAlreadyPresent")
        client.region.clock.pass(.seconds(15))
        #expect(try await client.send(.head, "/docs/x")["x-ms-lease-state"] == "expired")
        #expect(try await client.upload("/docs/x", [2], Self.with(Self.a)).code == "LeaseLost")
        #expect(try await Self.lease(client, "renew", Self.with(Self.a)).status == 200)
        let change = Self.with(Self.a).merging(["x-ms-proposed-lease-id": Self.b]) { own, _ in own }
        let changed = try await Self.lease(client, "change", change)
        #expect(changed.status == 200 && changed["x-ms-lease-id"] == Self.b)
        let broken = try await Self.lease(client, "break", ["x-ms-lease-break-period": "5"])
        #expect(broken.status == 202 && broken["x-ms-lease-time"] == "5" && broken["x-ms-lease-id"] == nil)
        shown = try await client.send(.head, "/docs/x")
        #expect(shown["x-ms-lease-state"] == "breaking" && shown["x-ms-lease-duration"] == nil)
        #expect(try await client.upload("/docs/x", [2]).code == "LeaseIdMissing")
        client.region.clock.pass(.seconds(5))
        #expect(try await client.send(.head, "/docs/x")["x-ms-lease-state"] == "broken")
        #expect(try await Self.lease(client, "renew", Self.with(Self.b)).code == "LeaseIsBrokenAndCannotBeRenewed")
        #expect(try await Self.lease(client, "release", Self.with(Self.b)).status == 200)
        #expect(try await client.send(.head, "/docs/x")["x-ms-lease-state"] == "available")
    }

    @Test func `the holder writes, and the lease outlives what is written`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        _ = try await Self.lease(client, "acquire", Self.acquire(Self.a))
        #expect(try await client.upload("/docs/x", [2], Self.with(Self.a)).status == 201)
        #expect(try await client.send(.head, "/docs/x")["x-ms-lease-state"] == "leased")
        #expect(try await client.upload("/docs/x", [3], Self.with(Self.b)).code == "LeaseIdMismatchWithBlobOperation")
        #expect(try await client.send(.get, "/docs/x", headers: Self.with(Self.b)).status == 412)
        #expect(try await client.send(.get, "/docs/x", headers: Self.with(Self.a)).body == [2])
        let onlyNew = Self.with(Self.a).merging(["If-None-Match": "*"]) { own, _ in own }
        #expect(try await client.upload("/docs/x", [2], onlyNew).status == 201)
        #expect(try await client.upload("/docs/x", [2], ["If-None-Match": "*"]).status == 412)
        #expect(try await client.send(.delete, "/docs/x").code == "LeaseIdMissing")
        #expect(try await client.send(.delete, "/docs/x", headers: Self.with(Self.a)).status == 202)
        #expect(try await client.upload("/docs/x", [4]).status == 201)
        #expect(try await client.send(.head, "/docs/x")["x-ms-lease-state"] == "available")
    }

    @Test func `a write after the end takes the lease from its former holder`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        _ = try await Self.lease(client, "acquire", Self.acquire(Self.a, 15))
        client.region.clock.pass(.seconds(16))
        #expect(try await client.send(.put, "/docs/x", "comp=metadata").status == 200)
        #expect(try await Self.lease(client, "renew", Self.with(Self.a)).code == "LeaseIdMismatchWithLeaseOperation")
        #expect(try await client.send(.head, "/docs/x")["x-ms-lease-state"] == "available")
    }

    @Test func `a lease request that fails changes nothing`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await Self.lease(client, "acquire", Self.acquire(Self.a)).code == "BlobNotFound")
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await Self.lease(client, "acquire").code == "MissingRequiredHeader")
        let conditional = Self.acquire(Self.a).merging(["If-Match": "\"0x1\""]) { own, _ in own }
        #expect(try await Self.lease(client, "acquire", conditional).code == "ConditionNotMet")
        let signature = try await client.signature(container: "docs", permissions: "r")
        var stranger = client
        stranger.identity = .nobody
        let refused = try await stranger.send(
            .put,
            "/docs/x",
            "comp=lease&" + signature,
            headers: Self.acquire(Self.a).merging(["x-ms-lease-action": "acquire"]) { own, _ in own }
        )
        #expect(refused.status == 403)
        #expect(try await client.send(.head, "/docs/x")["x-ms-lease-state"] == "available")
    }

    @Test func `a container's lease keeps it from being removed, and from nothing else`() async throws {
        let client = try await StorageClient.ready()
        let plain = "restype=container"
        let acquired = try await Self.lease(client, "acquire", Self.acquire(Self.a), at: "/docs", container: true)
        #expect(acquired.status == 201)
        let shown = try await client.send(.get, "/docs", plain)
        #expect(shown["x-ms-lease-state"] == "leased" && shown["x-ms-lease-duration"] == "infinite")
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await client.send(.put, "/docs", plain + "&comp=metadata").status == 200)
        let other = try await client.send(.put, "/docs", plain + "&comp=metadata", headers: Self.with(Self.b))
        #expect(other.code == "LeaseIdMismatchWithContainerOperation")
        #expect(try await client.send(.delete, "/docs", plain).code == "LeaseIdMissing")
        #expect(try await client.manage(.delete, "/blobServices/default/containers/docs").status == 409)
        #expect(try await client.send(.delete, "/docs", plain, headers: Self.with(Self.a)).status == 202)
    }
}
