// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Policies and holds of containers over files and directories.
struct LakeRetentionTests {
    static let refused = "PathImmutableDueToPolicy"
    /// What a request that would change `/docs/a/b/kept` comes to under a hold.
    enum Outcome {
        /// The policy keeps the file from it.
        case refused
        /// It changes what no policy keeps.
        case passes
        /// It is refused for another reason.
        case other
    }
    struct Attempt: Sendable {
        let outcome: Outcome
        var method = HTTPRequest.Method.put
        var path = "/docs/a/b/kept"
        var query = ""
        var headers: [String: String] = [:]
        var body: [UInt8] = []
    }
    static let recursive = "action=setAccessControlRecursive&mode=modify"
    static let attempts: [String: [Attempt]] = [
        "path.createFile": [Attempt(outcome: .refused, query: "resource=file")],
        "path.createDirectory": [Attempt(outcome: .other, query: "resource=directory")],
        "path.rename": [
            Attempt(outcome: .refused, path: "/docs/away", headers: ["x-ms-rename-source": "/docs/a/b/kept"]),
            Attempt(outcome: .refused, path: "/docs/away", headers: ["x-ms-rename-source": "/docs/a/b"]),
            Attempt(outcome: .refused, path: "/free/away", headers: ["x-ms-rename-source": "/docs/a"]),
            Attempt(outcome: .refused, headers: ["x-ms-rename-source": "/free/f"]),
        ],
        "path.delete": [
            Attempt(outcome: .refused, method: .delete),
            Attempt(outcome: .refused, method: .delete, path: "/docs/a/b", query: "recursive=true"),
            Attempt(outcome: .refused, method: .delete, path: "/docs/a", query: "recursive=true"),
            Attempt(outcome: .other, method: .delete, path: "/docs/a", query: "recursive=false"),
        ],
        "path.append": [
            Attempt(outcome: .passes, method: .patch, query: "action=append&position=2", body: [3]),
            Attempt(outcome: .refused, method: .patch, query: "action=append&position=2&flush=true", body: [3]),
        ],
        "path.flush": [
            Attempt(outcome: .refused, method: .patch, query: "action=flush&position=3"),
            Attempt(outcome: .refused, method: .patch, query: "action=flush&position=2"),
        ],
        "path.setProperties": [
            Attempt(
                outcome: .refused,
                method: .patch,
                query: "action=setProperties",
                headers: ["x-ms-properties": "k=dg=="]
            )
        ],
        "path.lease": [Attempt(outcome: .passes, method: .post, headers: ["x-ms-lease-action": "break"])],
        "path.setAccessControl": [
            Attempt(
                outcome: .passes,
                method: .patch,
                query: "action=setAccessControl",
                headers: ["x-ms-permissions": "rwxrwxrwx"]
            )
        ],
        "path.setAccessControlRecursive": [
            Attempt(
                outcome: .passes,
                method: .patch,
                path: "/docs/a",
                query: recursive,
                headers: ["x-ms-acl": "user::r-x"]
            )
        ],
    ]
    /// The Blob service's operations that hierarchical accounts have besides those of `LeaseEscapeTests`.
    static let blobAttempts: [String: LeaseEscapeTests.Attempt] = [
        "blob.setExpiry": LeaseEscapeTests.Attempt(
            query: "comp=expiry",
            headers: ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000"]
        )
    ]
    static func set(_ client: StorageClient, days: Int64, _ more: [String: JSON] = [:]) async throws -> StorageAnswer {
        try await RetentionJourneyTests.set(client, days: days, more)
    }
    static func hold(_ client: StorageClient, _ verb: String) async throws -> Int {
        try await RetentionJourneyTests.hold(client, verb).status
    }
    /// A client with `/docs/a/b/kept`, which a hold keeps, and a file system that has none.
    static func held() async throws -> StorageClient {
        let client = try await StorageClient.lake()
        #expect(try await client.path(.put, "/free", "resource=filesystem").status == 201)
        try await client.write("/free/f", [9])
        try await client.write("/docs/a/b/kept", [1, 2])
        #expect(try await client.upload("/docs/source", [1]).status == 201)
        #expect(try await Self.hold(client, "setLegalHold") == 200)
        return client
    }

    @Test func `a hold keeps a file from every operation on paths`() async throws {
        let client = try await Self.held()
        for operation in StorageProvider.operations where operation.surface == .dfs {
            guard operation.name.hasPrefix("path."), LeaseEscapeTests.changes(operation) else { continue }
            guard let attempts = Self.attempts[operation.name] else {
                Issue.record("\(operation.name): say here how it would change a file that is kept")
                continue
            }
            for attempt in attempts {
                let answer = try await client.path(
                    attempt.method,
                    attempt.path,
                    attempt.query,
                    headers: attempt.headers,
                    body: attempt.body
                )
                let told = "\(operation.name) \(attempt.path) \(attempt.query): \(answer.status) \(answer.code ?? "")"
                switch attempt.outcome {
                case .refused: #expect(answer.code == Self.refused, "\(told)")
                case .passes:
                    #expect(answer.status < 300 || answer.code == "LeaseNotPresentWithLeaseOperation", "\(told)")
                case .other: #expect(answer.status == 409 && answer.code != Self.refused, "\(told)")
                }
                #expect(try await client.path(.get, "/docs/a/b/kept").body == [1, 2], "\(told)")
            }
        }
        #expect(try await client.path(.delete, "/docs", "resource=filesystem").status == 409)
        #expect(try await client.manage(.delete, "").code == "AccountProtectedFromDeletion")
        #expect(try await client.path(.get, "/free/f").body == [9])
        #expect(try await client.path(.delete, "/free/f").status == 200)
        #expect(try await Self.hold(client, "clearLegalHold") == 200)
        #expect(try await client.path(.delete, "/docs/a", "recursive=true").status == 200)
    }

    @Test func `a hold keeps a file from every operation of the Blob service`() async throws {
        let client = try await Self.held()
        let aside: Set<String> = ["blob.setTier", "blob.setTags", "blob.putBlock"]
        // What hierarchical accounts do not have, or a block blob, a private source or an ended copy refuses before.
        let other: Set<String> = [
            "blob.appendBlock", "blob.appendBlockFromURL", "blob.seal", "blob.putPage", "blob.putPageFromURL",
            "blob.putBlockFromURL", "blob.incrementalCopy", "blob.abortCopy",
        ]
        let source = "https://lazulilake.blob.core.lazuli.localhost:8443/docs/source"
        _ = try await client.send(.put, "/docs/a/b/kept", "comp=block&blockid=MDAwMQ%3D%3D", body: [2])
        let tag = try await client.send(.head, "/docs/a/b/kept")["ETag"]
        for (name, attempt) in LeaseEscapeTests.attempts.merging(Self.blobAttempts, uniquingKeysWith: { $1 }) {
            var headers = attempt.headers
            if headers["x-ms-copy-source"] != nil { headers["x-ms-copy-source"] = source }
            let answer = try await client.send(
                attempt.method == "PUT" ? .put : .delete,
                "/docs/a/b/kept",
                attempt.query,
                headers: headers,
                body: attempt.body
            )
            if aside.contains(name) {
                #expect(answer.status < 300, "\(name): \(answer.code ?? "")")
            } else if other.contains(name) {
                #expect(answer.status >= 400, "\(name)")
            } else {
                #expect(answer.code == "BlobImmutableDueToLegalHold", "\(name): \(answer.status) \(answer.code ?? "")")
            }
            #expect(try await client.send(.head, "/docs/a/b/kept")["ETag"] == tag, "\(name)")
        }
    }

    @Test func `a policy follows what is moved under it, and empty directories go`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await client.path(.put, "/free", "resource=filesystem").status == 201)
        try await client.write("/free/x/y/z/f", [1])
        #expect(try await Self.set(client, days: 1).status == 200)
        #expect(try await client.rename("/free/x", to: "/docs/moved").status == 201)
        #expect(try await client.path(.delete, "/docs/moved/y/z/f").code == Self.refused)
        #expect(try await client.path(.delete, "/docs/moved/y", "recursive=true").code == Self.refused)
        #expect(try await client.rename("/docs/moved/y", to: "/free/y").code == Self.refused)
        // What is said of a directory is no content.
        let set = ["x-ms-properties": "k=dg=="]
        #expect(try await client.path(.patch, "/docs/moved", "action=setProperties", headers: set).status == 200)
        for name in ["e", "e/e", "g"] { #expect(try await client.makeDirectory("/docs/\(name)").status == 201) }
        #expect(try await client.rename("/docs/e", to: "/docs/h").code == Self.refused)
        #expect(try await client.rename("/docs/e/e", to: "/docs/g").status == 201)
        #expect(try await client.path(.delete, "/docs/g").status == 200)
        #expect(try await client.path(.delete, "/docs/e", "recursive=true").status == 200)
        client.region.clock.pass(.seconds(24 * 3600))
        // A directory has to be empty as long as there is a policy; its files may go.
        #expect(try await client.path(.delete, "/docs/moved", "recursive=true").code == Self.refused)
        // Nor does anything take the place of a file, whichever way it comes.
        try await client.write("/free/g", [2])
        #expect(try await client.rename("/free/g", to: "/docs/moved/y/z/f").code == Self.refused)
        #expect(try await client.makeFile("/docs/moved/y/z/f").code == Self.refused)
        #expect(try await client.path(.delete, "/docs/moved/y/z/f").status == 200)
        #expect(try await client.path(.delete, "/docs/moved/y/z").status == 200)
        #expect(try await client.paths() == ["moved", "moved/y"])
    }

    @Test func `a policy lets bytes be appended where it says so, and counts from the last`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await Self.set(client, days: 2, ["allowProtectedAppendWritesAll": true]).status == 200)
        try await client.write("/docs/log", [1, 2])
        client.region.clock.pass(.seconds(24 * 3600))
        #expect(try await client.path(.patch, "/docs/log", "action=append&position=2", body: [3]).status == 202)
        #expect(try await client.path(.patch, "/docs/log", "action=flush&position=3").status == 200)
        #expect(try await client.path(.get, "/docs/log").body == [1, 2, 3])
        let type = ["x-ms-content-type": "text/plain"]
        #expect(try await client.path(.patch, "/docs/log", "action=append&position=3", body: [4]).status == 202)
        #expect(
            try await client.path(.patch, "/docs/log", "action=flush&position=4", headers: type).code == Self.refused
        )
        #expect(try await client.makeFile("/docs/log").code == Self.refused)
        client.region.clock.pass(.seconds(24 * 3600))
        #expect(try await client.path(.delete, "/docs/log").code == Self.refused)
        client.region.clock.pass(.seconds(24 * 3600))
        #expect(try await client.path(.delete, "/docs/log").status == 200)
        // Without the setting a file is what it was created as.
        #expect(try await Self.set(client, days: 2).status == 200)
        #expect(try await client.makeFile("/docs/f").status == 201)
        #expect(try await client.path(.patch, "/docs/f", "action=append&position=0", body: [3]).status == 202)
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=1").code == Self.refused)
        #expect(try await client.upload("/docs/g", [1]).status == 201)
    }

    @Test func `a file that is kept does not expire, nor does a lifecycle rule end it`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        let soon = ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "60000"]
        #expect(try await client.upload("/docs/d/e/f", [7], soon).status == 201)
        try await client.write("/docs/d/old", [1])
        #expect(try await Self.set(client, days: 3).status == 200)
        let rule = LifecycleRuleTests.rule(["baseBlob": ["delete": ["daysAfterModificationGreaterThan": 1]]])
        let rules: JSON = ["properties": ["policy": ["rules": [rule]]]]
        #expect(try await client.manage(.put, "/managementPolicies/default", rules).status == 200)
        for _ in 0..<2 {
            client.region.clock.pass(.seconds(24 * 3600 + 1))
            await client.region.expireFiles()
            try await client.region.runPolicies()
            #expect(try await client.path(.get, "/docs/d/e/f").body == [7])
            #expect(try await client.paths() == ["d", "d/e", "d/e/f", "d/old"])
            #expect(try await client.path(.delete, "/docs/d/e").code == "DirectoryNotEmpty")
        }
        client.region.clock.pass(.seconds(24 * 3600))
        #expect(try await client.path(.get, "/docs/d/e/f").status == 404)
        #expect(try await client.path(.delete, "/docs/d/e").status == 200)
        try await client.region.runPolicies()
        client.region.clock.pass(.seconds(24 * 3600))
        await client.region.expireFiles()
        #expect(try await client.path(.delete, "/docs/d").status == 200)
        #expect(try await client.manage(.delete, "/managementPolicies/default").status == 200)
        let policy = RetentionJourneyTests.policy
        #expect(try await client.manage(.delete, policy, headers: ["If-Match": "*"]).status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `directories leave no rows behind`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        try await client.write("/docs/a/b/c/f", [1])
        #expect(try await client.rename("/docs/a/b", to: "/docs/b").status == 201)
        for name in ["a", "b"] {
            #expect(try await client.path(.delete, "/docs/\(name)", "recursive=true").status == 200)
        }
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }
}
