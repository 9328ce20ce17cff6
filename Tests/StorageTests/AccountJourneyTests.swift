// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Testing

struct AccountJourneyTests {
    private static let plain: JSON = [
        "sku": ["name": "Standard_LRS"], "kind": "StorageV2", "location": "francecentral",
    ]

    @Test func `an account is made, shown, changed and removed, and its name is free again`() async throws {
        let client = try await StorageClient.ready()
        let shown = try await client.manage(.get, "")
        #expect(shown.status == 200)
        #expect(shown.json["properties"]?["primaryEndpoints"]?["blob"]?.string?.hasSuffix("/") == true)
        #expect(shown.json["properties"]?["provisioningState"]?.string == "Succeeded")
        let patched = try await client.manage(.patch, "", ["tags": ["a": "2"]])
        #expect(patched.status == 200 && patched.json["tags"]?["a"]?.string == "2")
        _ = try await client.upload("/docs/x", client.bytes(100_000))
        _ = try await client.stage("/docs/y", 3)
        #expect(try await client.manage(.delete, "").status == 200)
        #expect(try await client.manage(.delete, "").status == 204)
        #expect(try await client.manage(.get, "").code == "ResourceNotFound")
        #expect(try await client.send(.get, "/docs/x").code == "ResourceNotFound")
        try await client.settle()
        #expect(try await client.storedKeys() == 0)
        #expect(try await client.manage(.put, "", Self.plain).status == 200)
        #expect(try await client.send(.get, "/docs/x").code == "AuthenticationFailed")
    }

    @Test func `a name in use, a wrong name and a wrong SKU are refused`() async throws {
        let client = try await StorageClient.ready()
        let taken = try await client.check(name: client.account)
        #expect(taken.json["nameAvailable"]?.bool == false && taken.json["reason"]?.string == "AlreadyExists")
        #expect(try await client.check(name: "Not-A-Name").json["reason"]?.string == "AccountNameInvalid")
        #expect(try await client.check(name: "free4711").json["nameAvailable"]?.bool == true)
        #expect(try await client.manage(.put, "", Self.plain, account: "Not-A-Name").code == "AccountNameInvalid")
        var geo = Self.plain.object ?? [:]
        geo["sku"] = ["name": "Standard_RAGRS"]
        #expect(try await client.manage(.put, "", .object(geo), account: "free4711").code == "SkuNotAvailable")
        #expect(try await client.check(name: "free4711").json["nameAvailable"]?.bool == true)
    }

    @Test func `who has no role in the subscription is told nothing of its accounts`() async throws {
        let client = try await StorageClient.ready()
        let base = StorageRegion.subscription + "/providers/Microsoft.Storage"
        func asked() async throws -> [StorageAnswer] {
            [
                try await client.check(name: client.account), try await client.check(name: "free4711"),
                try await client.region.manage(.get, base + "/locations/francecentral/usages", nil),
                try await client.region.manage(.get, base + "/skus", nil),
            ]
        }
        #expect(try await asked().allSatisfy { $0.status == 200 })
        try await client.region.unassign("Owner")
        for answer in try await asked() { #expect(answer.status == 404 && answer.code == "SubscriptionNotFound") }
        // Whoever may work in one place needs free names.
        try await client.region.assign("Reader", over: ResourceID(StorageRegion.group))
        #expect(try await asked().allSatisfy { $0.status == 200 })
    }

    @Test func `what an account cannot do yet is refused, not promised`() async throws {
        let client = try await StorageClient.ready()
        for properties in [
            ["supportsHttpsTrafficOnly": false], ["encryption": ["keySource": "Microsoft.Keyvault"]],
            ["networkAcls": ["virtualNetworkRules": [["id": "x"]]]], ["allowedCopyScope": "PrivateLink"],
        ] as [JSON] {
            #expect(try await client.manage(.patch, "", ["properties": properties]).status == 501)
        }
        let changes: JSON = ["properties": ["restorePolicy": ["enabled": true, "days": 5]]]
        #expect(try await client.manage(.put, "/blobServices/default", changes).status == 501)
    }

    @Test func `what no account has is refused, and what was read can be put back`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.manage(.get, "").json
        for (changes, status, code) in [
            (["colour": "red"], 400, "InvalidRequestContent"), (["tags": "red"], 400, "InvalidRequestContent"),
            (["properties": ["colour": "red"]], 400, "InvalidRequestContent"),
            (["properties": ["dualStackEndpointPreference": ["publishIpv6Endpoint": true]]], 501, "NotImplemented"),
            (["zones": ["1"]], 501, "NotImplemented"),
        ] as [([String: JSON], Int, String)] {
            for (method, base) in [(HTTPRequest.Method.patch, [:]), (.put, Self.plain.object ?? [:])] {
                let body = JSON.object(base.merging(changes) { $1 })
                let answer = try await client.manage(method, "", body)
                #expect(answer.status == status && answer.code == code, "\(method) \(changes)")
            }
        }
        let moved = try await client.manage(.patch, "", ["location": "francesouth"])
        #expect(moved.status == 409 && moved.code == "InvalidResourceLocation")
        #expect(try await client.manage(.get, "").json == before)
        #expect(try await client.manage(.put, "", before).json == before)
        #expect(try await client.manage(.patch, "", ["location": "France Central", "tags": [:]]).status == 200)
    }

    @Test(
        "what Azure has and the region has not answers 501, what Azure has not 404",
        arguments: [
            ("/fileServices", 501, "NotImplemented"), ("/fileServices/default/shares/s", 501, "NotImplemented"),
            ("/localUsers", 501, "NotImplemented"), ("/connectors/c", 501, "NotImplemented"),
            ("/dataShares", 501, "NotImplemented"), ("/advancedPlatformMetrics/m", 501, "NotImplemented"),
            ("/hnsonmigration", 501, "NotImplemented"), ("/aborthnsonmigration", 501, "NotImplemented"),
            ("/objectReplicationPolicies/p", 501, "NotImplemented"),
            ("/providers/Microsoft.Insights/metrics", 501, "NotImplemented"), ("/foo", 404, "InvalidResourceType"),
            ("/blobServices/foo", 404, "InvalidResourceType"),
            ("/blobServices/default/foo", 404, "InvalidResourceType"),
        ]
    )
    func unbuilt(path: String, status: Int, code: String) async throws {
        let client = try await StorageClient.ready()
        for method in [HTTPRequest.Method.get, .put, .patch, .delete] {
            let answer = try await client.manage(method, path, [:])
            #expect(answer.status == status && answer.code == code, "\(method)")
            // Nothing is below an account that is not there.
            let nowhere = try await client.manage(method, path, [:], account: "nowhere4711")
            #expect(nowhere.status == 404 && nowhere.code == "ResourceNotFound", "\(method)")
        }
        let other = StorageRegion.subscription + "/providers/Microsoft.Storage"
        #expect(try await client.region.manage(.get, other + "/deletedAccounts", nil).status == 501)
        #expect(try await client.region.manage(.get, other + "/foo", nil).code == "InvalidResourceType")
        #expect(try await client.region.manage(.get, other + "/locations/francecentral/foo", nil).status == 404)
    }

    @Test func `an account in a group that is not there is told of the group`() async throws {
        let client = try await StorageClient.ready()
        let path =
            "\(StorageRegion.subscription)/resourceGroups/nowhere/providers/Microsoft.Storage/storageAccounts/x4711"
        for (method, below) in [(HTTPRequest.Method.get, ""), (.patch, ""), (.post, "/listKeys")] {
            let answer = try await client.region.manage(method, path + below, [:])
            #expect(answer.status == 404 && answer.code == "ResourceGroupNotFound", "\(method) \(below)")
        }
    }

    @Test(arguments: ["blobServices/default/containers", "queueServices/default/queues", "encryptionScopes"])
    func `a page size that is none is refused`(list: String) async throws {
        let client = try await StorageClient.ready()
        for (size, status) in [("abc", 400), ("0", 400), ("-1", 400), ("1", 200), ("100000", 200)] {
            let answer = try await client.manage(.get, "/\(list)", query: "%24maxpagesize=\(size)")
            #expect(answer.status == status, "\(size)")
            #expect(answer.code == (status == 200 ? nil : "InvalidValuesForRequestParameters"))
        }
    }

    @Test func `an account may block signatures that last too long`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        var holder = client
        holder.identity = .nobody
        func policy(_ period: JSON, _ action: JSON) async throws -> StorageAnswer {
            let policy: JSON = ["sasExpirationPeriod": period, "expirationAction": action]
            return try await client.manage(.patch, "", ["properties": ["sasPolicy": policy]])
        }
        func read(_ start: String, _ end: String) async throws -> Int {
            let wish: [String: JSON] = [
                "canonicalizedResource": .string("/blob/\(client.account)/docs"), "signedResource": "c",
                "signedPermission": "r", "signedExpiry": .string(end),
            ]
            let more: [String: JSON] = start.isEmpty ? [:] : ["signedStart": .string(start)]
            let body = JSON.object(wish.merging(more) { old, _ in old })
            let made = try await client.manage(.post, "/listServiceSas", body).json["serviceSasToken"]?.string
            return try await holder.send(.get, "/docs/x", try #require(made)).status
        }
        let (start, day, soon) = ("2025-12-31T23:00:00Z", "2026-01-01T23:00:00Z", "2026-01-01T22:59:59Z")
        for action in ["Log", "Block"] as [JSON] {
            #expect(try await policy("1.00:00:00", action).status == 200)
            #expect(try await read(start, day) == 200)
            #expect(try await read(start, "2026-01-01T23:00:01Z") == (action == "Log" ? 200 : 403))
            #expect(try await read("", soon) == (action == "Log" ? 200 : 403))
        }
        for (period, action) in [
            ("", "Log"), ("1", "Log"), ("1.24:00:00", "Log"), ("0.00:00:00", "Log"), ("1.00:00:00", "Stop"),
        ] {
            #expect(try await policy(.string(period), .string(action)).status == 400, "\(period)")
        }
        #expect(try await read(start, "2026-01-02T00:00:00Z") == 403)
        let shown = try await client.manage(.get, "").json["properties"]?["sasPolicy"]
        #expect(shown?["expirationAction"] == "Block" && shown?["sasExpirationPeriod"] == "1.00:00:00")
    }

    @Test func `containers are the same things on both surfaces`() async throws {
        let client = try await StorageClient.ready()
        let path = "/blobServices/default/containers"
        let made = try await client.manage(.put, path + "/made", ["properties": ["metadata": ["k": "v"]]])
        #expect(made.status == 201)
        #expect(try await client.send(.get, "/made", "restype=container")["x-ms-meta-k"] == "v")
        #expect(try await client.manage(.put, path + "/made", [:]).status == 200)
        let listed = try await client.manage(.get, path).json["value"]?.array ?? []
        #expect(listed.compactMap { $0["name"]?.string } == ["docs", "made"])
        #expect(try await client.manage(.delete, path + "/made").status == 200)
        #expect(try await client.manage(.delete, path + "/made").status == 204)
        #expect(try await client.send(.get, "/made", "restype=container").code == "ContainerNotFound")
    }

    @Test func `the deletion of a group takes its accounts along`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", client.bytes(50_000))
        try await client.region.removeWithGroup(client.account)
        #expect(try await client.manage(.get, "").code == "ResourceNotFound")
        try await client.settle()
        #expect(try await client.storedKeys() == 0)
        try await client.region.removeWithGroup(client.account)
    }
}
