// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Snapshots of files.
struct LakeSnapshotTests {
    /// Makes a snapshot and answers what it is asked for by.
    static func snapshot(_ client: StorageClient, _ path: String, _ headers: [String: String] = [:]) async throws
        -> String
    {
        let made = try await client.send(.put, path, "comp=snapshot", headers: headers)
        #expect(made.status == 201, "\(made.code ?? "")")
        return "snapshot=" + (try #require(made["x-ms-snapshot"])).percentEncoded()
    }

    @Test func `a snapshot keeps a file as it was, whatever becomes of it`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        let bytes = client.bytes(50_000)
        try await client.write("/docs/d/f", bytes)
        let first = try await Self.snapshot(client, "/docs/d/f", ["x-ms-meta-k": "v"])
        // Appended bytes go to a list of the file's own.
        #expect(try await client.path(.patch, "/docs/d/f", "action=append&position=50000", body: [1, 2]).status == 202)
        #expect(try await client.path(.patch, "/docs/d/f", "action=flush&position=50002").status == 200)
        let second = try await Self.snapshot(client, "/docs/d/f")
        #expect(try await client.upload("/docs/d/f", [7]).status == 201)
        #expect(try await client.send(.get, "/docs/d/f", first).body == bytes)
        #expect(try await client.path(.get, "/docs/d/f", first).body == bytes)
        #expect(try await client.send(.head, "/docs/d/f", first)["x-ms-meta-k"] == "v")
        #expect(try await client.send(.get, "/docs/d/f", second).body == bytes + [1, 2])
        #expect(try await client.path(.get, "/docs/d/f").body == [7])
        // The directory takes them along.
        #expect(try await client.rename("/docs/d", to: "/docs/e").status == 201)
        #expect(try await client.send(.get, "/docs/e/f", first).body == bytes)
        #expect(try await client.copy("/docs/e/f?" + first, to: "/docs/back").status == 202)
        #expect(try await client.path(.get, "/docs/back").body == bytes)
        #expect(try await client.send(.put, "/docs/e/f", "comp=metadata&" + first).status == 400)
        #expect(try await client.send(.put, "/docs/e", "comp=snapshot").code == "ResourceTypeMismatch")
        #expect(try await client.send(.delete, "/docs/e/f", first).status == 202)
        #expect(try await client.send(.get, "/docs/e/f", first).status == 404)
        for name in ["e", "back"] {
            #expect(try await client.path(.delete, "/docs/\(name)", "recursive=true").status == 200)
        }
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `a change of a path that names a snapshot changes neither that nor the file`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1])
        let past = try await Self.snapshot(client, "/docs/f")
        try await client.write("/docs/f", [2, 3])
        try await client.write("/docs/other", [4])
        func state() async throws -> [String] {
            var shown = try await client.paths()
            for (path, query) in [("/docs/f", ""), ("/docs/f", past), ("/docs/other", "")] {
                let answer = try await client.path(.get, path, query)
                let access = try await client.path(.head, path, "action=getAccessControl&\(query)")
                shown += ["\(answer.status) \(answer.body) \(answer["ETag"] ?? "")", access["x-ms-acl"] ?? ""]
            }
            return shown
        }
        let (before, keys) = (try await state(), try await client.storedKeys())
        let whole = "user::rwx,group::rwx,other::rwx"
        let attempts: [(HTTPRequest.Method, String, [String: String], [UInt8])] = [
            (.delete, "", [:], []), (.patch, "action=setAccessControl", ["x-ms-acl": whole], []),
            (.patch, "action=setAccessControlRecursive&mode=set", ["x-ms-acl": whole], []),
            (.patch, "action=setProperties", ["x-ms-properties": "a=MQ=="], []),
            (.patch, "action=append&position=1", [:], [9]), (.patch, "action=flush&position=1", [:], []),
            (.patch, "action=append&position=1&flush=true", [:], [9]),
            (.put, "mode=legacy", ["x-ms-rename-source": "/docs/other"], []), (.put, "resource=file", [:], []),
            (.put, "resource=directory", [:], []),
            (.post, "", ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"], []),
        ]
        for moment in [past, "versionid=2026-01-01T00:00:00.0000000Z"] {
            for (method, query, headers, body) in attempts {
                let all = query.isEmpty ? moment : "\(query)&\(moment)"
                let answer = try await client.path(method, "/docs/f", all, headers: headers, body: body)
                let told = "\(method) \(all): \(answer.status) \(answer.code ?? "")"
                #expect(answer.status == 400 && answer.code == "InvalidQueryParameterValue", "\(told)")
                #expect(try await state() == before, "\(told)")
            }
        }
        #expect(try await client.storedKeys() == keys)
    }

    @Test(arguments: [1, 2, 3, 5000]) func `snapshots are listed before their files, page by page`(page: Int)
        async throws
    {
        let client = try await StorageClient.lake()
        for name in ["a", "d/a", "d/e/f", "d/z", "z"] {
            #expect(try await client.upload("/docs/\(name)", [1]).status == 201)
        }
        for name in ["d/a", "d/e/f", "z", "d/e/f"] { _ = try await Self.snapshot(client, "/docs/\(name)") }
        let all = ["a", "d", "d/a", "d/a", "d/e", "d/e/f", "d/e/f", "d/e/f", "d/z", "z", "z"]
        let snapshots = "&include=snapshots"
        #expect(try await client.names(snapshots, page: page) == all)
        #expect(try await client.names("", page: page) == ["a", "d", "d/a", "d/e", "d/e/f", "d/z", "z"])
        #expect(try await client.names(snapshots + "&prefix=d%2Fe", page: page) == Array(all[4..<8]))
        #expect(try await client.names(snapshots + "&startFrom=d%2Fe%2Ff", page: page) == Array(all[5...]))
        let text = try await client.send(.get, "/docs", "restype=container&comp=list&include=snapshots").text
        #expect(StorageClient.elements("Snapshot", text).count == 4)
    }

    @Test func `a file with snapshots goes with them or not at all, and is not renamed`() async throws {
        let client = try await StorageClient.lake()
        try await client.keep(["deleteRetentionPolicy": ["enabled": true, "days": 7]])
        let before = try await client.storedKeys()
        try await client.write("/docs/f", [1])
        try await client.write("/docs/g", [2])
        let moment = try await Self.snapshot(client, "/docs/f")
        for answer in [
            try await client.path(.delete, "/docs/f"), try await client.send(.delete, "/docs/f"),
            try await client.rename("/docs/f", to: "/docs/h"), try await client.rename("/docs/g", to: "/docs/f"),
        ] { #expect(answer.status == 409 && answer.code == "SnapshotsPresent") }
        let only = ["x-ms-delete-snapshots": "only"]
        let gone = try await client.send(.delete, "/docs/f", headers: only)
        #expect(gone.status == 202 && gone["x-ms-delete-type-permanent"] == "true")
        #expect(try await client.send(.get, "/docs/f", moment).status == 404)
        #expect(try await client.rename("/docs/f", to: "/docs/h").status == 201)
        _ = try await Self.snapshot(client, "/docs/h")
        #expect(
            try await client.send(.delete, "/docs/h", headers: ["x-ms-delete-snapshots": "include"]).status == 202
        )
        #expect(try await client.send(.put, "/docs/h", "comp=undelete").status == 200)
        #expect(try await client.path(.get, "/docs/h").body == [1])
        #expect(try await client.names("&include=snapshots", page: 5000) == ["g", "h"])
        for name in ["g", "h"] { #expect(try await client.path(.delete, "/docs/\(name)").status == 200) }
        client.region.clock.pass(.seconds(8 * 24 * 3600))
        await client.region.expireKept()
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `snapshots end with the time of their file, and by rules of their own`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        let soon = ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000"]
        for name in ["f", "g"] {
            #expect(try await client.upload("/docs/d/\(name)", [7], soon).status == 201)
            _ = try await Self.snapshot(client, "/docs/d/\(name)")
        }
        client.region.clock.pass(.seconds(2))
        #expect(try await client.upload("/docs/d/g", [8]).status == 201)
        await client.region.expireFiles()
        #expect(try await client.names("&include=snapshots", page: 5000) == ["d", "d/g"])
        let rule = LifecycleRuleTests.rule(["snapshot": ["delete": ["daysAfterCreationGreaterThan": 5]]])
        let rules: JSON = ["properties": ["policy": ["rules": [rule]]]]
        #expect(try await client.manage(.put, "/managementPolicies/default", rules).status == 200)
        // More than one page and one step has.
        for name in ["a/b", "d/g", "e"] {
            #expect(try await client.upload("/docs/\(name)", [8]).status == 201)
            for _ in 0..<(name == "d/g" ? 300 : 1) { _ = try await Self.snapshot(client, "/docs/\(name)") }
        }
        client.region.clock.pass(.seconds(6 * 24 * 3600))
        #expect(try await client.upload("/docs/e", [9]).status == 201)
        _ = try await Self.snapshot(client, "/docs/e")
        try await client.region.runPolicies()
        #expect(try await client.names("&include=snapshots", page: 5000) == ["a", "a/b", "d", "d/g", "e", "e"])
        #expect(try await client.send(.delete, "/docs/e", headers: ["x-ms-delete-snapshots": "include"]).status == 202)
        for name in ["a", "d"] {
            #expect(try await client.path(.delete, "/docs/\(name)", "recursive=true").status == 200)
        }
        #expect(try await client.manage(.delete, "/managementPolicies/default").status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `access lists open no snapshots`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1])
        let moment = try await Self.snapshot(client, "/docs/f")
        let everybody = ["x-ms-acl": "user::rwx,group::rwx,other::rwx"]
        for path in ["/docs/f", "/docs/"] {
            #expect(
                try await client.path(.patch, path, "action=setAccessControl", headers: everybody).status == 200
            )
        }
        var bearer = client
        bearer.identity = .bearer
        #expect(try await bearer.path(.get, "/docs/f").body == [1])
        #expect(try await bearer.send(.get, "/docs/f", moment).status == 403)
        #expect(try await bearer.send(.put, "/docs/f", "comp=snapshot").status == 403)
        let list = "restype=container&comp=list"
        #expect(try await bearer.send(.get, "/docs", list).status == 200)
        #expect(try await bearer.send(.get, "/docs", list + "&include=snapshots").status == 403)
    }
}
