// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Lifecycle policies against a region: set by ARM, run by the reconciler and its sagas, on a clock that is moved.
struct LifecycleJourneyTests {
    private static let path = "/managementPolicies/default"
    private static let day = Duration.seconds(24 * 3600)

    private func put(_ client: StorageClient, _ rules: [JSON]) async throws -> StorageAnswer {
        try await client.manage(.put, Self.path, ["properties": ["policy": ["rules": .array(rules)]]])
    }
    /// A client whose account has rules of one kind each.
    private func client(_ actions: JSON..., filters: JSON = ["blobTypes": ["blockBlob", "appendBlob"]]) async throws
        -> StorageClient
    {
        let client = try await StorageClient.ready()
        let rules = actions.enumerated().map {
            LifecycleRuleTests.rule($0.element, filters: filters, name: "r\($0.offset)")
        }
        #expect(try await put(client, rules).status == 200)
        return client
    }
    private static func delete(_ part: String, _ days: Int64, by basis: String = "Modification") -> JSON {
        .object([part: ["delete": .object(["daysAfter\(basis)GreaterThan": .integer(days)])]])
    }
    private func pass(_ client: StorageClient, days: Int) async throws {
        client.region.clock.pass(.seconds(days * 24 * 3600))
        try await client.region.runPolicies()
    }
    private func status(_ client: StorageClient, _ path: String, _ query: String = "") async throws -> Int {
        try await client.send(.head, path, query).status
    }

    @Test func `a policy is set, shown, replaced and removed`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.manage(.get, Self.path).code == "ManagementPolicyNotFound")
        #expect(try await client.manage(.delete, Self.path).status == 204)
        let rule = LifecycleRuleTests.rule(Self.delete("baseBlob", 30))
        let answer = try await put(client, [rule])
        #expect(answer.status == 200 && answer.json["name"] == "DefaultManagementPolicy")
        #expect(answer.json["type"] == "Microsoft.Storage/storageAccounts/managementPolicies")
        let shown = try await client.manage(.get, Self.path).json["properties"]
        #expect(shown?["policy"]?["rules"]?.array?.first?["definition"] == rule["definition"])
        #expect(shown?["lastModifiedTime"]?.string != nil)
        #expect(try await put(client, [rule, rule]).status == 400)
        #expect(try await client.manage(.get, Self.path).json["properties"] == shown)
        #expect(try await client.manage(.get, "/managementPolicies/other").code == "InvalidResourceName")
        #expect(try await client.manage(.delete, Self.path).status == 200)
        #expect(try await client.manage(.get, Self.path).status == 404)
        try await pass(client, days: 2)
    }

    @Test func `a container or a blob whose record does not open keeps no other from its rules`() async throws {
        let client = try await client(Self.delete("baseBlob", 1))
        for name in ["docs", "spoiled", "zeta"] {
            if name != "docs" { #expect(try await client.send(.put, "/\(name)", "restype=container").status == 201) }
            for blob in ["a", "z"] { #expect(try await client.upload("/\(name)/\(blob)", [1]).status == 201) }
        }
        #expect(try await client.upload("/zeta/broken", [1]).status == 201)
        for name in ["spoiled", "broken"] { try await client.region.spoil(rowsNamed: name) }
        try await pass(client, days: 2)
        for path in ["/docs/a", "/docs/z", "/zeta/a", "/zeta/z"] {
            #expect(try await status(client, path) == 404, "\(path)")
        }
        for path in ["/spoiled/a", "/zeta/broken"] { #expect(try await status(client, path) == 500, "\(path)") }
        // The run came to its end, and the next one begins.
        #expect(try await client.upload("/zeta/late", [1]).status == 201)
        try await pass(client, days: 2)
        #expect(try await status(client, "/zeta/late") == 404)
    }
    @Test func `a directory whose record does not open keeps no other from its rules`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await put(client, [LifecycleRuleTests.rule(Self.delete("baseBlob", 1))]).status == 200)
        for path in ["/docs/a/f", "/docs/spoiled/f", "/docs/z/f"] { try await client.write(path, [1]) }
        try await client.region.spoil(rowsNamed: "spoiled")
        try await pass(client, days: 2)
        for path in ["/docs/a/f", "/docs/z/f"] { #expect(try await client.path(.head, path).status == 404, "\(path)") }
        #expect(try await client.path(.head, "/docs/spoiled/f").status == 500)
    }

    @Test func `files of a hierarchical namespace age by their paths, and directories stay`() async throws {
        let client = try await StorageClient.lake()
        let filters: JSON = ["blobTypes": ["blockBlob"], "prefixMatch": ["docs/tmp/", "docs/logs/2", "docs/none/x"]]
        let rule = LifecycleRuleTests.rule(
            [
                "baseBlob": [
                    "tierToCool": ["daysAfterModificationGreaterThan": 1],
                    "delete": ["daysAfterModificationGreaterThan": 9],
                ]
            ],
            filters: filters
        )
        #expect(try await put(client, [rule]).status == 200)
        let paths = [
            "tmp/a", "tmp/deep/er/b", "tmp/deep/c", "tmp/z", "logs/2026/jan", "logs/2", "logs/1", "keep/tmp/a", "tmpx",
        ]
        for path in paths { try await client.write("/docs/\(path)", [1]) }
        let meant = Set(paths.prefix(6))
        try await pass(client, days: 2)
        for path in paths {
            let tier = try await client.send(.head, "/docs/\(path)")["x-ms-access-tier"]
            #expect(tier == (meant.contains(path) ? "Cool" : "Hot"), "\(path)")
        }
        // A directory takes its files along to where no rule means them.
        #expect(try await client.rename("/docs/tmp/deep/er", to: "/docs/keep/er").status == 201)
        try await pass(client, days: 8)
        let left = try await client.paths()
        #expect(
            left.sorted() == [
                "keep", "keep/er", "keep/er/b", "keep/tmp", "keep/tmp/a", "logs", "logs/1", "logs/2026", "tmp",
                "tmp/deep",
                "tmpx",
            ]
        )
    }

    @Test func `a run goes on behind any path of a deep tree`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await put(client, [LifecycleRuleTests.rule(Self.delete("baseBlob", 1))]).status == 200)
        // More than the states of one page and the changes of one step, in directories of several sizes.
        var count = 0
        for (directory, files) in [("a", 90), ("a/b", 3), ("a/b/c/d", 130), ("e", 0), ("e/f", 70), ("g", 1)] {
            #expect(try await client.makeDirectory("/docs/\(directory)").status == 201)
            for number in 0..<files { #expect(try await client.makeFile("/docs/\(directory)/\(number)").status == 201) }
            count += files
        }
        #expect(try await client.paths().count == count + 7)
        try await pass(client, days: 2)
        #expect(
            try await client.paths().sorted() == ["a", "a/b", "a/b/c", "a/b/c/d", "e", "e/f", "g"]
        )
    }

    @Test func `a caller without the right neither sees nor sets a policy`() async throws {
        let client = try await StorageClient.ready()
        try await client.region.unassign("Owner")
        try await client.assign("Storage Blob Data Owner")
        for method in [HTTPRequest.Method.get, .put, .delete] {
            let answer = try await client.manage(method, Self.path, ["properties": [:]])
            #expect(answer.status == 403 || answer.status == 404)
        }
    }

    @Test func `blobs are tiered and deleted as they age, day by day`() async throws {
        let client = try await client(
            [
                "baseBlob": [
                    "tierToCool": ["daysAfterModificationGreaterThan": 10],
                    "tierToArchive": ["daysAfterModificationGreaterThan": 20],
                    "delete": ["daysAfterModificationGreaterThan": 30],
                ]
            ],
            filters: ["blobTypes": ["blockBlob"]]
        )
        #expect(try await client.upload("/docs/old", [1]).status == 201)
        #expect(try await client.send(.put, "/docs/log", headers: ["x-ms-blob-type": "AppendBlob"]).status == 201)
        try await pass(client, days: 5)
        #expect(try await client.upload("/docs/young", [1]).status == 201)
        try await pass(client, days: 6)
        var old = try await client.send(.head, "/docs/old")
        #expect(old["x-ms-access-tier"] == "Cool" && old["x-ms-access-tier-inferred"] == nil)
        #expect(try await client.send(.head, "/docs/young")["x-ms-access-tier"] == "Hot")
        try await pass(client, days: 10)
        old = try await client.send(.head, "/docs/old")
        #expect(old["x-ms-access-tier"] == "Archive")
        #expect(try await client.send(.head, "/docs/young")["x-ms-access-tier"] == "Cool")
        try await pass(client, days: 10)
        #expect(try await status(client, "/docs/old") == 404)
        #expect(try await status(client, "/docs/young") == 200)
        #expect(try await status(client, "/docs/log") == 200)
        try await pass(client, days: 10)
        #expect(try await status(client, "/docs/young") == 404)
    }

    @Test func `a run looks at once a day, however often the reconciler comes`() async throws {
        let client = try await client(Self.delete("baseBlob", 1))
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        try await client.region.runPolicies()
        client.region.clock.pass(.seconds(23 * 3600))
        try await client.region.runPolicies()
        #expect(try await status(client, "/docs/x") == 200)
        try await pass(client, days: 1)
        #expect(try await status(client, "/docs/x") == 404)
    }

    @Test func `containers, accounts and names no rule means stay as they are`() async throws {
        let client = try await client(
            Self.delete("baseBlob", 1),
            filters: ["blobTypes": ["blockBlob"], "prefixMatch": ["docs/a", "docs/ab", "logs/x"]]
        )
        let other = try await client.neighbour()
        #expect(try await client.send(.put, "/logs", "restype=container").status == 201)
        for path in ["/docs/a", "/docs/abc", "/docs/b", "/docs/A", "/logs/x1", "/logs/y"] {
            #expect(try await client.upload(path, [1]).status == 201)
        }
        #expect(try await other.upload("/docs/a", [1]).status == 201)
        try await pass(client, days: 2)
        for path in ["/docs/a", "/docs/abc", "/logs/x1"] { #expect(try await status(client, path) == 404, "\(path)") }
        for path in ["/docs/b", "/docs/A", "/logs/y"] { #expect(try await status(client, path) == 200, "\(path)") }
        #expect(try await status(other, "/docs/a") == 200)
    }

    @Test func `leases, holds and policies keep what a rule would delete`() async throws {
        let client = try await client(Self.delete("baseBlob", 1))
        for path in ["/docs/leased", "/docs/free"] { #expect(try await client.upload(path, [1]).status == 201) }
        let lease = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
        #expect(try await client.send(.put, "/docs/leased", "comp=lease", headers: lease).status == 201)
        #expect(try await client.send(.put, "/held", "restype=container").status == 201)
        #expect(try await client.upload("/held/x", [1]).status == 201)
        let hold = "/blobServices/default/containers/held/setLegalHold"
        #expect(try await client.manage(.post, hold, ["tags": ["tag1"]]).status == 200)
        #expect(try await client.send(.put, "/kept", "restype=container").status == 201)
        #expect(try await client.upload("/kept/x", [1]).status == 201)
        let policy = "/blobServices/default/containers/kept/immutabilityPolicies/default"
        let days: JSON = ["properties": ["immutabilityPeriodSinceCreationInDays": 5]]
        #expect(try await client.manage(.put, policy, days).status == 200)
        try await pass(client, days: 2)
        #expect(try await status(client, "/docs/free") == 404)
        for path in ["/docs/leased", "/held/x", "/kept/x"] { #expect(try await status(client, path) == 200, "\(path)") }
        let release = ["x-ms-lease-action": "break", "x-ms-lease-break-period": "0"]
        #expect(try await client.send(.put, "/docs/leased", "comp=lease", headers: release).status == 202)
        try await pass(client, days: 4)
        #expect(try await status(client, "/docs/leased") == 404)
        #expect(try await status(client, "/kept/x") == 404)
        #expect(try await status(client, "/held/x") == 200)
    }

    @Test func `soft delete keeps what a rule deletes`() async throws {
        let client = try await client(Self.delete("baseBlob", 1))
        let retention: JSON = ["properties": ["deleteRetentionPolicy": ["enabled": true, "days": 7]]]
        #expect(try await client.manage(.put, "/blobServices/default", retention).status == 200)
        #expect(try await client.upload("/docs/x", [7]).status == 201)
        try await pass(client, days: 2)
        #expect(try await status(client, "/docs/x") == 404)
        #expect(try await client.send(.put, "/docs/x", "comp=undelete").status == 200)
        #expect(try await client.send(.get, "/docs/x").body == [7])
    }

    @Test func `a blob goes after its snapshots, and versions go by their own age`() async throws {
        let client = try await client(
            Self.delete("baseBlob", 1),
            Self.delete("snapshot", 5, by: "Creation"),
            Self.delete("version", 5, by: "Creation")
        )
        #expect(try await client.upload("/docs/s", [1]).status == 201)
        let snapshot = try #require(try await client.send(.put, "/docs/s", "comp=snapshot")["x-ms-snapshot"])
        let query = "snapshot=\(snapshot.percentEncoded())"
        try await pass(client, days: 2)
        #expect(try await status(client, "/docs/s") == 200)
        try await pass(client, days: 4)
        #expect(try await status(client, "/docs/s", query) == 404)
        try await pass(client, days: 1)
        #expect(try await status(client, "/docs/s") == 404)

        let versioning: JSON = ["properties": ["isVersioningEnabled": true]]
        #expect(try await client.manage(.put, "/blobServices/default", versioning).status == 200)
        let version = try #require(try await client.upload("/docs/v", [1])["x-ms-version-id"])
        try await pass(client, days: 2)
        #expect(try await status(client, "/docs/v") == 404)
        let past = "versionid=\(version.percentEncoded())"
        #expect(try await status(client, "/docs/v", past) == 200)
        try await pass(client, days: 4)
        #expect(try await status(client, "/docs/v", past) == 404)
    }

    @Test func `a run over more blobs than a step takes reaches all of them and releases what they held`() async throws
    {
        let client = try await client(Self.delete("baseBlob", 1))
        let before = try await client.storedKeys()
        for number in 0..<130 {
            #expect(try await client.upload("/docs/\(number)", [1], ["x-ms-tags": "a=\(number)"]).status == 201)
        }
        _ = try await client.stage("/docs/long", 120)
        #expect(try await client.commit("/docs/long", (0..<120).map { ("Latest", $0) }).status == 201)
        try await pass(client, days: 2)
        #expect(try await client.names("", page: 1000).isEmpty)
        #expect(try await client.storedKeys() == before)
    }

    @Test func `a policy leaves the change feed to the feed's own retention`() async throws {
        let client = try await client(Self.delete("baseBlob", 1))
        try await client.setFeed(["enabled": true])
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        try await client.region.publishFeeds()
        try await pass(client, days: 3)
        #expect(try await status(client, "/docs/x") == 404)
        #expect(try await status(client, "/$blobchangefeed/meta/segments.json") == 200)
    }

    @Test func `the change feed is told what a rule makes of snapshots and versions`() async throws {
        let cooler: JSON = ["tierToCool": ["daysAfterCreationGreaterThan": 1]]
        let client = try await client(
            ["snapshot": cooler, "version": cooler],
            filters: ["blobTypes": ["blockBlob"]]
        )
        try await client.setFeed(["enabled": true], ["isVersioningEnabled": true])
        for byte in [1, 2] as [UInt8] { #expect(try await client.upload("/docs/x", [byte]).status == 201) }
        #expect(try await client.send(.put, "/docs/x", "comp=snapshot").status == 201)
        try await pass(client, days: 2)
        let told = try await client.told("/docs/x").filter { $0.hasPrefix("BlobTierChanged") }
        // The first write, what the snapshot was taken of, and the snapshot.
        #expect(told == [String](repeating: "BlobTierChanged SetBlobTier", count: 3))
        try await pass(client, days: 2)
        #expect(try await client.told("/docs/x").filter { $0.hasPrefix("BlobTierChanged") } == told)
    }

    @Test func `a cool blob that is read becomes hot where its rule says so`() async throws {
        let client = try await StorageClient.ready()
        try await AccessTrackingTests.track(client)
        let rule: JSON = [
            "baseBlob": [
                "enableAutoTierToHotFromCool": true, "tierToCool": ["daysAfterLastAccessTimeGreaterThan": 30],
            ]
        ]
        let filters: JSON = ["blobTypes": ["blockBlob"], "prefixMatch": ["docs/warm"]]
        let other: JSON = ["baseBlob": ["tierToCool": ["daysAfterLastAccessTimeGreaterThan": 30]]]
        #expect(
            try await put(
                client,
                [
                    LifecycleRuleTests.rule(rule, filters: filters, name: "warm"),
                    LifecycleRuleTests.rule(other, name: "cool"),
                ]
            ).status == 200
        )
        for path in ["/docs/warm", "/docs/cold"] { #expect(try await client.upload(path, [1]).status == 201) }
        try await pass(client, days: 31)
        for path in ["/docs/warm", "/docs/cold"] {
            #expect(try await client.send(.head, path)["x-ms-access-tier"] == "Cool")
            #expect(try await client.send(.get, path).status == 200)
        }
        _ = try await client.region.keepAccesses()
        #expect(try await client.send(.head, "/docs/warm")["x-ms-access-tier"] == "Hot")
        #expect(try await client.send(.head, "/docs/cold")["x-ms-access-tier"] == "Cool")
        try await pass(client, days: 2)
        #expect(try await client.send(.head, "/docs/warm")["x-ms-access-tier"] == "Hot")
    }

    @Test func `an account that goes takes its policy along`() async throws {
        let client = try await client(Self.delete("baseBlob", 1))
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await client.manage(.delete, "").status == 200)
        try await pass(client, days: 2)
        try await pass(client, days: 2)
        #expect(try await client.storedKeys() == 0)
    }
}
