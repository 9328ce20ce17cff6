// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

struct RetentionTests {
    static let now = Timestamp(seconds: 1_767_225_600)
    static let day = Duration.seconds(24 * 3600)

    static func outcome(_ protection: Protection, _ change: BlobChange, isKept: Bool = false) -> String {
        Fixture.fault { try protection.check(change, isKept: isKept, at: now) }?.line ?? "passes"
    }
    static func made(_ days: Int, ago: Int, _ appends: Retention.Appends = .none, hold: Bool = false) -> Protection {
        Protection(
            container: Retention(days: days, appends: appends, hasHold: hold),
            created: Timestamp(seconds: now.seconds - Int64(ago) * 24 * 3600),
            isAppendBlob: true
        )
    }
    static let refused = "409 BlobImmutableDueToPolicy"
    static let held = "409 BlobImmutableDueToLegalHold"
    static let changes: [BlobChange] = [.append, .overwrite, .amend, .describe, .snapshot, .remove, .aside]
    /// What passes; all else is refused in the same words.
    static func allowed(_ protection: Protection, isKept: Bool = false, refusal: String = refused) -> [BlobChange] {
        changes.filter { change in
            let line = outcome(protection, change, isKept: isKept)
            #expect(line == "passes" || line == refusal, "\(change): \(line)")
            return line == "passes"
        }
    }

    /// The table of "Container-level WORM policies", Scenarios.
    @Test func `a container's policy keeps a blob, and after its time lets it go and not change`() {
        for isKept in [false, true] {
            #expect(Self.allowed(Self.made(3, ago: 2), isKept: isKept) == [.aside])
            #expect(Self.allowed(Self.made(3, ago: 3), isKept: isKept) == [.remove, .aside])
            for appends in [Retention.Appends.appendBlobs, .allBlobs] {
                #expect(Self.allowed(Self.made(3, ago: 2, appends), isKept: isKept) == [.append, .aside])
                #expect(Self.allowed(Self.made(3, ago: 3, appends), isKept: isKept) == [.append, .remove, .aside])
                for ago in [2, 9] {
                    let held = Self.made(3, ago: ago, appends, hold: true)
                    #expect(Self.allowed(held, isKept: isKept, refusal: Self.held) == [.aside])
                }
            }
        }
    }
    /// The table of "Version-level WORM policies", Scenarios.
    @Test func `a version's own policy or its default keeps the version, and lets others come`() {
        let created = Timestamp(seconds: Self.now.seconds - 2 * 24 * 3600)
        func own(until: Timestamp?, hold: Bool = false) -> Protection {
            Protection(container: nil, isOfVersions: true, created: created, until: until, hasHold: hold)
        }
        func byDefault(_ days: Int) -> Protection {
            Protection(container: Retention(days: days), isOfVersions: true, created: created)
        }
        let spared: [BlobChange] = [.append, .overwrite, .describe, .snapshot, .remove, .aside]
        for active in [own(until: Self.now + .seconds(1)), byDefault(3)] {
            #expect(Self.allowed(active) == [.describe, .snapshot, .aside])
            #expect(Self.allowed(active, isKept: true) == spared)
        }
        for over in [own(until: Self.now), byDefault(2)] {
            #expect(Self.allowed(over) == [.describe, .snapshot, .remove, .aside])
            #expect(Self.allowed(over, isKept: true) == spared)
        }
        let held = own(until: Self.now, hold: true)
        #expect(Self.allowed(held, refusal: Self.held) == [.describe, .snapshot, .aside])
        #expect(Self.outcome(held, .remove, isKept: true) == "passes")
        #expect(Self.outcome(held, .amend, isKept: true) == Self.held)
        #expect(Self.allowed(own(until: nil)) == Self.changes)
    }
    @Test func `a policy that lets appends through counts from the last of them`() {
        for (appends, isAppendBlob, isKept) in [
            (Retention.Appends.none, true, false), (.appendBlobs, true, true), (.appendBlobs, false, false),
            (.allBlobs, true, true), (.allBlobs, false, true),
        ] {
            let protection = Protection(
                container: Retention(days: 3, appends: appends),
                created: Timestamp(seconds: Self.now.seconds - 5 * 24 * 3600),
                modified: Timestamp(seconds: Self.now.seconds - 24 * 3600),
                isAppendBlob: isAppendBlob
            )
            #expect(Self.outcome(protection, .remove) == (isKept ? Self.refused : "passes"))
        }
    }
    @Test func `a locked policy of a blob can only be made longer`() {
        let current = (until: Self.now + Self.day, isLocked: true)
        func set(_ until: Timestamp, _ isLocked: Bool, _ old: (until: Timestamp, isLocked: Bool)?) -> String {
            Fixture.fault { try OwnPolicy.check(until: until, isLocked: isLocked, over: old, at: Self.now) }?.line
                ?? "passes"
        }
        #expect(set(Self.now + Self.day + Self.day, true, current) == "passes")
        #expect(set(Self.now + Self.day + Self.day, false, current) == Self.refused)
        #expect(set(Self.now + .seconds(60), true, current) == Self.refused)
        #expect(set(Self.now + .seconds(60), false, (until: current.until, isLocked: false)) == "passes")
        #expect(set(Self.now + .seconds(60), false, (until: Self.now, isLocked: true)) == "passes")
        #expect(set(Self.now, false, nil) == "400 InvalidInput")
    }
}

/// Policies and holds against a region.
struct RetentionJourneyTests {
    static let container = "/blobServices/default/containers/docs"
    static let policy = container + "/immutabilityPolicies/default"

    static func set(_ client: StorageClient, days: Int64, _ more: [String: JSON] = [:]) async throws -> StorageAnswer {
        var properties = more
        properties["immutabilityPeriodSinceCreationInDays"] = .integer(days)
        return try await client.manage(.put, policy, ["properties": .object(properties)])
    }
    static func hold(_ client: StorageClient, _ verb: String) async throws -> StorageAnswer {
        try await client.manage(.post, container + "/\(verb)", ["tags": ["case1"]])
    }

    /// Whatever may change or remove a blob, by the table of operations: the attempts of the lease's test.
    @Test func `a hold keeps a blob from every operation that changes it`() async throws {
        let client = try await StorageClient.ready()
        for name in ["source", "leased"] { #expect(try await client.upload("/docs/\(name)", [1]).status == 201) }
        #expect(try await Self.hold(client, "setLegalHold").json["hasLegalHold"] == true)
        let aside: Set<String> = ["blob.setTags", "blob.setTier", "blob.putBlock"]
        // What a block blob, a private source or an ended copy refuses before.
        let other: Set<String> = [
            "blob.appendBlock", "blob.appendBlockFromURL", "blob.seal", "blob.putPage", "blob.putPageFromURL",
            "blob.putBlockFromURL", "blob.incrementalCopy", "blob.abortCopy",
        ]
        _ = try await client.send(.put, "/docs/leased", "comp=block&blockid=MDAwMQ%3D%3D", body: [2])
        let tag = try await client.send(.head, "/docs/leased")["ETag"]
        for (name, attempt) in LeaseEscapeTests.attempts {
            let answer = try await client.send(
                attempt.method == "PUT" ? .put : .delete,
                "/docs/leased",
                attempt.query,
                headers: attempt.headers,
                body: attempt.body
            )
            if aside.contains(name) {
                #expect(answer.status < 300, "\(name): \(answer.code ?? "")")
            } else if other.contains(name) {
                #expect(answer.status >= 400, "\(name)")
            } else {
                #expect(answer.code == "BlobImmutableDueToLegalHold", "\(name): \(answer.status) \(answer.code ?? "")")
            }
            #expect(try await client.send(.head, "/docs/leased")["ETag"] == tag, "\(name)")
        }
        #expect(try await client.upload("/docs/new", [1]).status == 201)
        #expect(try await client.send(.delete, "/docs", "restype=container").code == "ContainerHasLegalHold")
        #expect(try await client.manage(.delete, Self.container).code == "ContainerProtectedFromDeletion")
        #expect(try await client.manage(.delete, "").code == "AccountProtectedFromDeletion")
        #expect(try await Self.hold(client, "clearLegalHold").json["hasLegalHold"] == false)
        #expect(try await client.send(.delete, "/docs/leased").status == 202)
    }

    @Test func `a hold keeps logs from growing and pages from being written`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.create("AppendBlob", "/docs/log")
        _ = try await client.createPages("/docs/disk", 1024)
        _ = try await client.write("/docs/disk", 0, client.bytes(512))
        _ = try await Self.hold(client, "setLegalHold")
        #expect(try await client.append("/docs/log", [1]).code == "BlobImmutableDueToLegalHold")
        #expect(try await client.write("/docs/disk", 0, client.bytes(512)).code == "BlobImmutableDueToLegalHold")
        #expect(try await client.clear("/docs/disk", 0..<512).code == "BlobImmutableDueToLegalHold")
        #expect(try await client.send(.get, "/docs/log").body.isEmpty)
        #expect(try await client.ranges("/docs/disk").pages == [0..<512])
    }

    @Test func `a policy is set, locked, extended, and then neither shortened nor removed`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.manage(.get, Self.policy).status == 404)
        let made = try await Self.set(client, days: 1)
        #expect(made.status == 200 && made.json["properties"]?["state"]?.string == "Unlocked")
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await client.upload("/docs/x", [2]).code == "BlobImmutableDueToPolicy")
        #expect(try await client.send(.put, "/docs/x", "comp=snapshot").code == "BlobImmutableDueToPolicy")
        client.region.clock.pass(.seconds(24 * 3600))
        // Its time is over: it may go, and still not be changed or replaced.
        for (query, body) in [("", [UInt8(2)]), ("comp=metadata", []), ("comp=properties", []), ("comp=snapshot", [])] {
            let answer = try await client.send(
                .put,
                "/docs/x",
                query,
                headers: ["x-ms-blob-type": "BlockBlob"],
                body: body
            )
            #expect(answer.code == "BlobImmutableDueToPolicy", "\(query)")
        }
        #expect(try await client.send(.delete, "/docs/x").status == 202)
        #expect(try await client.upload("/docs/x", [2]).status == 201)
        let shown = try await client.manage(.get, Self.container)
        #expect(shown.json["properties"]?["hasImmutabilityPolicy"] == true)
        #expect(try await client.manage(.post, Self.policy + "/lock").status == 400)
        #expect(try await Self.act(client, .post, "/lock", days: nil, match: "\"0\"").status == 412)
        #expect(try await Self.act(client, .post, "/lock", days: nil).json["properties"]?["state"]?.string == "Locked")
        #expect(try await Self.set(client, days: 9).code == "ContainerImmutabilityPolicyLocked")
        #expect(try await Self.act(client, .delete, "", days: nil).code == "ContainerImmutabilityPolicyLocked")
        #expect(try await Self.act(client, .post, "/extend", days: 1).status == 400)
        #expect(try await Self.act(client, .post, "/extend", days: 2).status == 200)
        client.region.clock.pass(.seconds(24 * 3600))
        #expect(try await client.send(.delete, "/docs/x").code == "BlobImmutableDueToPolicy")
        client.region.clock.pass(.seconds(24 * 3600))
        #expect(try await client.send(.delete, "/docs/x").status == 202)
        #expect(try await client.manage(.delete, "").code == "AccountProtectedFromDeletion")
    }
    /// "Container-level WORM policies", Deletion.
    @Test func `a container with a policy goes through Resource Manager alone, when it is empty`() async throws {
        for isLocked in [false, true] {
            let client = try await StorageClient.ready()
            #expect(try await Self.set(client, days: 1).status == 200)
            if isLocked { #expect(try await Self.act(client, .post, "/lock", days: nil).status == 200) }
            let code = isLocked ? "ContainerImmutabilityPolicyLocked" : "ContainerImmutableDueToPolicy"
            #expect(try await client.send(.delete, "/docs", "restype=container").code == code)
            #expect(try await client.upload("/docs/x", [1]).status == 201)
            client.region.clock.pass(.seconds(24 * 3600))
            #expect(try await client.manage(.delete, Self.container).code == "ContainerProtectedFromDeletion")
            #expect(try await client.send(.delete, "/docs/x").status == 202)
            #expect(try await client.send(.delete, "/docs", "restype=container").code == code)
            #expect(try await Self.hold(client, "setLegalHold").status == 200)
            #expect(try await client.manage(.delete, Self.container).code == "ContainerProtectedFromDeletion")
            #expect(try await Self.hold(client, "clearLegalHold").status == 200)
            #expect(try await client.manage(.delete, Self.container).status == 200)
            #expect(try await client.send(.head, "/docs", "restype=container").status == 404)
        }
    }
    @Test func `what soft delete keeps of it keeps a container with a policy`() async throws {
        let client = try await StorageClient.ready()
        try await client.keep(["deleteRetentionPolicy": ["enabled": true, "days": 2]])
        #expect(try await Self.set(client, days: 1).status == 200)
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        client.region.clock.pass(.seconds(24 * 3600))
        #expect(try await client.send(.delete, "/docs/x").status == 202)
        #expect(try await client.manage(.delete, Self.container).code == "ContainerProtectedFromDeletion")
    }
    @Test func `an unlocked policy can be removed`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await Self.set(client, days: 0).status == 400)
        #expect(try await Self.set(client, days: 100).status == 200)
        #expect(try await Self.act(client, .post, "/extend", days: 200).status == 409)
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await Self.act(client, .delete, "", days: nil).status == 200)
        #expect(try await client.upload("/docs/x", [2]).status == 201)
    }
    @Test func `a blob has a policy of its own only where its container was made for it`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let until = (client.region.world.clock.now + .seconds(3600)).httpDate
        let answer = try await client.send(
            .put,
            "/docs/x",
            "comp=immutabilityPolicies",
            headers: ["x-ms-immutability-policy-until-date": until]
        )
        #expect(answer.status == 409)
        let hold = try await client.send(.put, "/docs/x", "comp=legalhold", headers: ["x-ms-legal-hold": "true"])
        #expect(hold.status == 409)
        #expect(try await client.upload("/docs/y", [1], ["x-ms-legal-hold": "true"]).status == 409)
    }

    @Test func `a version's own policy is removed by the version's id`() async throws {
        let client = try await StorageClient.ready()
        let service = "/blobServices/default"
        #expect(try await client.manage(.put, service, ["properties": ["isVersioningEnabled": true]]).status == 200)
        let own: JSON = ["properties": ["immutableStorageWithVersioning": ["enabled": true]]]
        #expect(try await client.manage(.put, service + "/containers/held", own).status < 300)
        let id = try #require(try await client.upload("/held/x", [1])["x-ms-version-id"])
        #expect(try await client.upload("/held/x", [2]).status == 201)
        let (version, policy) = ("versionid=\(id.percentEncoded())", "comp=immutabilityPolicies&")
        let until = (client.region.world.clock.now + .seconds(3600)).httpDate
        let headers = ["x-ms-immutability-policy-until-date": until]
        #expect(try await client.send(.put, "/held/x", policy + version, headers: headers).status == 200)
        #expect(try await client.send(.delete, "/held/x", version).code == "BlobImmutableDueToPolicy")
        #expect(try await client.send(.delete, "/held/x", policy + version).status == 200)
        #expect(try await client.send(.delete, "/held/x", version).status == 202)
        // The current version's own: its metadata stays, what it is served as may change, and another may come.
        let current = "comp=immutabilityPolicies"
        #expect(try await client.send(.put, "/held/x", current, headers: headers).status == 200)
        for isOver in [false, true] {
            if isOver { client.region.clock.pass(.seconds(3600)) }
            let named = ["x-ms-meta-k": "v"]
            let refused = try await client.send(.put, "/held/x", "comp=metadata", headers: named)
            #expect(refused.code == "BlobImmutableDueToPolicy")
            let type = ["x-ms-blob-content-type": "text/plain"]
            #expect(try await client.send(.put, "/held/x", "comp=properties", headers: type).status == 200)
            #expect(try await client.send(.put, "/held/x", "comp=snapshot").status == 201)
        }
        #expect(try await client.upload("/held/x", [3]).status == 201)
        let code = "ContainerImmutableStorageWithVersioningEnabled"
        #expect(try await client.send(.delete, "/held", "restype=container").code == code)
    }

    private static func act(
        _ client: StorageClient,
        _ method: HTTPRequest.Method,
        _ verb: String,
        days: Int64?,
        match: String = "*"
    ) async throws -> StorageAnswer {
        let body: JSON? = days.map { ["properties": ["immutabilityPeriodSinceCreationInDays": .integer($0)]] }
        return try await client.manage(method, policy + verb, body, headers: ["If-Match": match])
    }
}
