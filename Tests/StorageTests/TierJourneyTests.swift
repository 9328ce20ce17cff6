// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Access tiers against a region.
struct TierJourneyTests {
    static func set(
        _ client: StorageClient,
        _ tier: String,
        _ headers: [String: String] = [:]
    ) async throws -> StorageAnswer {
        let all = headers.merging(["x-ms-access-tier": tier]) { own, _ in own }
        return try await client.send(.put, "/docs/x", "comp=tier", headers: all)
    }

    @Test func `a tier is inferred until it is set, at the write or later`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        var shown = try await client.send(.head, "/docs/x")
        #expect(shown["x-ms-access-tier"] == "Hot" && shown["x-ms-access-tier-inferred"] == "true")
        #expect(try await Self.set(client, "cool").status == 200)
        let after = try await client.send(.head, "/docs/x")
        #expect(after["x-ms-access-tier"] == "Cool" && after["x-ms-access-tier-inferred"] == nil)
        #expect(after["ETag"] == shown["ETag"] && after["x-ms-access-tier-change-time"] != nil)
        #expect(try await client.upload("/docs/x", [1], ["x-ms-access-tier": "Cold"]).status == 201)
        shown = try await client.send(.head, "/docs/x")
        #expect(shown["x-ms-access-tier"] == "Cold")
        #expect(try await Self.set(client, "P10").code == "InvalidBlobTier")
        #expect(try await Self.set(client, "Frozen").code == "InvalidHeaderValue")
        #expect(try await client.send(.put, "/docs/x", "comp=tier").code == "MissingRequiredHeader")
        #expect(
            try await client.send(.put, "/docs/none", "comp=tier", headers: ["x-ms-access-tier": "Cool"]).status == 404
        )
    }

    @Test func `an archived blob shows its properties and nothing else until it is back`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await Self.set(client, "Archive").status == 200)
        #expect(try await client.send(.get, "/docs/x").code == "BlobArchived")
        #expect(try await client.send(.put, "/docs/x", "comp=metadata").code == "BlobArchived")
        #expect(try await client.copy("/docs/x", to: "/docs/y").code == "BlobArchived")
        #expect(try await client.send(.head, "/docs/x")["x-ms-access-tier"] == "Archive")
        #expect(try await Self.set(client, "Hot", ["x-ms-rehydrate-priority": "High"]).status == 202)
        let pending = try await client.send(.head, "/docs/x")
        #expect(pending["x-ms-archive-status"] == "rehydrate-pending-to-hot")
        #expect(pending["x-ms-access-tier"] == "Archive" && pending["x-ms-rehydrate-priority"] == "High")
        #expect(try await client.send(.get, "/docs/x").code == "BlobBeingRehydrated")
        #expect(try await Self.set(client, "Cool").code == "BlobBeingRehydrated")
        client.region.clock.pass(Rehydration.Priority.high.wait)
        let back = try await client.send(.get, "/docs/x")
        #expect(back.body == [1])
        let shown = try await client.send(.head, "/docs/x")
        #expect(shown["x-ms-access-tier"] == "Hot" && shown["x-ms-archive-status"] == nil)
    }

    @Test func `an archived blob is copied out of the archive, as are its snapshots, and stays there itself`()
        async throws
    {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1, 2]).status == 201)
        let moment = try #require(try await client.send(.put, "/docs/x", "comp=snapshot")["x-ms-snapshot"])
        #expect(try await Self.set(client, "Archive").status == 200)
        let tier = ["x-ms-access-tier": "Archive"]
        let past = "comp=tier&snapshot=\(moment.percentEncoded())"
        #expect(try await client.send(.put, "/docs/x", past, headers: tier).status == 200)
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/x"
        func copy(_ source: String, _ target: String, _ headers: [String: String]) async throws -> StorageAnswer {
            let all = headers.merging(["x-ms-copy-source": source]) { own, _ in own }
            return try await client.send(.put, target, headers: all)
        }
        for (target, headers, code) in [
            ("/docs/y", [:], "BlobArchived"), ("/docs/y", ["x-ms-access-tier": "Archive"], "BlobArchived"),
            ("/docs/x", ["x-ms-access-tier": "Hot"], "BlobArchived"),
            ("/docs/y", ["x-ms-access-tier": "Hot", "x-ms-rehydrate-priority": "Now"], "InvalidHeaderValue"),
        ] as [(String, [String: String], String)] {
            #expect(try await copy(address, target, headers).code == code, "\(target) \(headers)")
        }
        let high = ["x-ms-access-tier": "Cool", "x-ms-rehydrate-priority": "High"]
        #expect(try await copy(address, "/docs/y", high).status == 202)
        #expect(try await copy(address + "?snapshot=\(moment)", "/docs/z", ["x-ms-access-tier": "Hot"]).status == 202)
        let pending = try await client.send(.head, "/docs/y")
        #expect(pending["x-ms-access-tier"] == "Archive" && pending["x-ms-rehydrate-priority"] == "High")
        #expect(pending["x-ms-archive-status"] == "rehydrate-pending-to-cool")
        #expect(try await client.send(.get, "/docs/y").code == "BlobBeingRehydrated")
        client.region.clock.pass(Rehydration.Priority.high.wait)
        let back = try await client.send(.get, "/docs/y")
        #expect(back.body == [1, 2] && back["x-ms-access-tier"] == "Cool" && back["x-ms-archive-status"] == nil)
        #expect(try await client.send(.get, "/docs/z").code == "BlobBeingRehydrated")
        client.region.clock.pass(Rehydration.Priority.standard.wait)
        #expect(try await client.send(.get, "/docs/z").body == [1, 2])
        #expect(try await client.send(.get, "/docs/x").code == "BlobArchived")
        // What is not archived takes the tier at once.
        #expect(
            try await copy(address.replacing("/docs/x", with: "/docs/y"), "/docs/w", ["x-ms-access-tier": "Cold"])
                .status == 202
        )
        #expect(try await client.send(.head, "/docs/w")["x-ms-access-tier"] == "Cold")
    }

    /// "Rehydrate an archived blob to an online tier": since version 2021-02-12, within a region.
    @Test func `an archived blob is copied out of the archive of another account`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1, 2]).status == 201)
        #expect(try await Self.set(client, "Archive").status == 200)
        let neighbour = try await client.neighbour()
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/x"
        let signed = address + "?" + (try await client.signature(container: "docs", permissions: "r"))
        func copy(
            _ source: String,
            _ tier: String?,
            version: String = "2021-02-12",
            sync: Bool = false
        ) async throws -> StorageAnswer {
            var headers = ["x-ms-copy-source": source, "x-ms-rehydrate-priority": "High"]
            headers["x-ms-access-tier"] = tier
            if sync { headers["x-ms-requires-sync"] = "true" }
            return try await neighbour.send(.put, "/docs/y", headers: headers, version: version)
        }
        let before = try await client.storedKeys()
        for (answer, code) in [
            (try await copy(address, "Hot"), "CannotVerifyCopySource"),
            (try await copy(signed, nil), "BlobArchived"), (try await copy(signed, "Archive"), "BlobArchived"),
            (try await copy(signed, "Hot", version: "2020-12-06"), "BlobArchived"),
            (try await copy(signed, "Hot", sync: true), "BlobArchived"),
        ] { #expect(answer.code == code, "\(answer.status) \(answer.code ?? "")") }
        #expect(try await client.storedKeys() == before)
        #expect(try await copy(signed, "Cool").status == 202)
        try await client.settle()
        let pending = try await neighbour.send(.head, "/docs/y")
        #expect(pending["x-ms-copy-status"] == "success" && pending["x-ms-access-tier"] == "Archive")
        #expect(pending["x-ms-archive-status"] == "rehydrate-pending-to-cool")
        #expect(try await neighbour.send(.get, "/docs/y").code == "BlobBeingRehydrated")
        client.region.clock.pass(Rehydration.Priority.high.wait)
        let back = try await neighbour.send(.get, "/docs/y")
        #expect(back.body == [1, 2] && back["x-ms-access-tier"] == "Cool")
        #expect(try await client.send(.get, "/docs/x").code == "BlobArchived")
    }

    @Test func `a snapshot or a version stays in the archive, and the current blob does not`() async throws {
        let client = try await StorageClient.ready()
        try await client.keep(["isVersioningEnabled": true])
        let version = try #require(try await client.upload("/docs/x", [1])["x-ms-version-id"]).percentEncoded()
        let snapshot = try #require(try await client.send(.put, "/docs/x", "comp=snapshot")["x-ms-snapshot"])
            .percentEncoded()
        let current = try #require(try await client.upload("/docs/x", [2])["x-ms-version-id"]).percentEncoded()
        func set(_ state: String, _ tier: String) async throws -> StorageAnswer {
            try await client.send(.put, "/docs/x", "comp=tier&\(state)", headers: ["x-ms-access-tier": tier])
        }
        for state in ["snapshot=\(snapshot)", "versionid=\(version)"] {
            #expect(try await set(state, "Cool").status == 200)
            #expect(try await set(state, "Archive").status == 200)
            let shown = try await client.send(.head, "/docs/x", state).headers
            for tier in ["Hot", "Cool", "Cold"] {
                #expect(try await set(state, tier).code == "BlobArchived", "\(state)")
            }
            #expect(try await client.send(.head, "/docs/x", state).headers == shown)
            #expect(try await set(state, "Archive").status == 200)
        }
        #expect(try await set("versionid=\(current)", "Archive").status == 200)
        #expect(try await set("versionid=\(current)", "Hot").status == 202)
        // What was on its way out when it was overwritten arrives.
        #expect(try await client.upload("/docs/x", [3]).status == 201)
        #expect(try await set("versionid=\(current)", "Cool").code == "BlobBeingRehydrated")
        client.region.clock.pass(Rehydration.Priority.standard.wait)
        #expect(try await client.send(.get, "/docs/x", "versionid=\(current)").body == [2])
    }

    @Test func `a blob is deleted by when its tier was set`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let early = client.region.world.clock.now.httpDate
        client.region.clock.pass(.seconds(10))
        #expect(try await Self.set(client, "Cool").status == 200)
        #expect(try await client.send(.get, "/docs/x")["x-ms-access-tier"] == "Cool")
        let older = ["x-ms-access-tier-if-unmodified-since": early]
        #expect(try await client.send(.delete, "/docs/x", headers: older).code == "ConditionNotMet")
        let newer = ["x-ms-access-tier-if-modified-since": early]
        #expect(try await client.send(.delete, "/docs/x", headers: newer).status == 202)
    }

    @Test func `a premium account's page blob has the tier of the smallest disk that holds it`() async throws {
        var client = try await StorageClient.ready()
        client.account = "lazulidisks"
        let body: JSON = ["sku": ["name": "Premium_LRS"], "kind": "StorageV2", "location": "francecentral"]
        #expect(try await client.manage(.put, "", body).status == 200)
        let keys = try await client.manage(.post, "/listKeys").json["keys"]?.array ?? []
        client.key = Secret(try #require([UInt8](base64: keys.first?["value"]?.string ?? "")))
        #expect(try await client.send(.put, "/docs", "restype=container").status == 201)
        _ = try await client.createPages("/docs/small", 1024)
        _ = try await client.createPages("/docs/large", 129 << 30)
        for (path, tier) in [("/docs/small", "P10"), ("/docs/large", "P20")] {
            let shown = try await client.send(.head, path)
            #expect(shown["x-ms-access-tier"] == tier && shown["x-ms-access-tier-inferred"] == "true")
        }
        let list = try await client.send(.get, "/docs", "restype=container&comp=list").text
        #expect(list.contains("<AccessTier>P20</AccessTier><AccessTierInferred>true</AccessTierInferred>"))
        let raised = ["x-ms-access-tier": "P30"]
        #expect(try await client.send(.put, "/docs/small", "comp=tier", headers: raised).status == 200)
        let shown = try await client.send(.head, "/docs/small")
        #expect(shown["x-ms-access-tier"] == "P30" && shown["x-ms-access-tier-inferred"] == nil)
    }

    @Test func `the smart tier says where it has put a blob`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1], ["x-ms-access-tier": "Smart"]).status == 201)
        #expect(try await client.send(.head, "/docs/x")["x-ms-smart-access-tier"] == "Hot")
        client.region.clock.pass(.seconds(31 * 24 * 3600))
        #expect(try await client.send(.head, "/docs/x")["x-ms-smart-access-tier"] == "Cool")
        #expect(try await Self.set(client, "Hot").status == 200)
        #expect(try await client.send(.head, "/docs/x")["x-ms-smart-access-tier"] == nil)
    }

    @Test func `a batch sets tiers`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let part = try BatchJourneyTests.part(client, "PUT /docs/x?comp=tier", ["x-ms-access-tier": "Cool"])
        let answer = try await BatchJourneyTests.send(client, [part])
        #expect(BatchJourneyTests.statuses(answer) == ["200"])
        #expect(try await client.send(.head, "/docs/x")["x-ms-access-tier"] == "Cool")
    }
}
