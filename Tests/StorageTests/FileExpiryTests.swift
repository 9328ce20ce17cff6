// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Store
import Testing

/// Files that end by themselves.
struct FileExpiryTests {
    static let now = Timestamp(seconds: 1_767_225_600)

    /// The end that headers ask for, as seconds from now; or the refusal.
    static func end(_ option: String?, _ time: String?) throws -> String {
        let headers = [("x-ms-expiry-option", option), ("x-ms-expiry-time", time)].compactMap { name, value in
            value.map { (name, $0) }
        }
        let head = try Fixture.head(.put, "/c/b", headers)
        let created = Timestamp(seconds: now.seconds - 100)
        do {
            guard let change = try ExpiryChange(head) else { return "none" }
            return try change.end(created: created, now: now).map { String($0.seconds - now.seconds) } ?? "never"
        } catch { return error.line }
    }

    @Test func `an end is told by an option and a time`() throws {
        let invalid = "400 InvalidHeaderValue"
        let missing = "400 MissingRequiredHeader"
        let cases: [(String?, String?, String)] = [
            (nil, nil, "none"), (nil, "1000", missing), ("NeverExpire", nil, "never"), ("neverexpire", nil, "never"),
            ("NeverExpire", "1000", invalid), ("RelativeToNow", "5000", "5"), ("RelativeToNow", nil, missing),
            ("RelativeToNow", "0", invalid), ("RelativeToNow", "-1", invalid), ("RelativeToNow", "x", invalid),
            ("RelativeToNow", "9223372036854775807", invalid), ("RelativeToNow", "253402300799000", invalid),
            ("RelativeToCreation", "150000", "50"), ("RelativeToCreation", "100000", invalid),
            ("Absolute", "Thu, 01 Jan 2026 00:01:00 GMT", "60"), ("Absolute", "Thu, 01 Jan 2026 00:00:00 GMT", invalid),
            ("Absolute", "1000", invalid), ("Absolute", nil, missing), ("Soon", "1000", invalid),
        ]
        for (option, time, wanted) in cases {
            #expect(try Self.end(option, time) == wanted, "\(option ?? "") \(time ?? "")")
        }
    }

    private static func set(
        _ client: StorageClient,
        _ path: String,
        _ option: String,
        _ time: String? = nil,
        _ more: [String: String] = [:]
    ) async throws -> StorageAnswer {
        var headers = more.merging(["x-ms-expiry-option": option]) { own, _ in own }
        headers["x-ms-expiry-time"] = time
        return try await client.send(.put, path, "comp=expiry", headers: headers)
    }

    @Test func `an expired file is gone for every reader at once, and its room soon after`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        try await client.write("/docs/d/f", client.bytes(50_000))
        try await client.write("/docs/d/stays", [1])
        let set = try await Self.set(client, "/docs/d/f", "RelativeToNow", "60000")
        #expect(set.status == 200 && set["ETag"] != nil)
        #expect(try await client.path(.head, "/docs/d/f")["x-ms-expiry-time"] == "Thu, 01 Jan 2026 00:01:00 GMT")
        let shown = try await client.path(.get, "/docs", "resource=filesystem&recursive=true").text
        #expect(shown.contains("\"expiryTime\":\"134116992600000000\""))
        let list = try await client.send(.get, "/docs", "restype=container&comp=list").text
        #expect(list.contains("<Expiry-Time>Thu, 01 Jan 2026 00:01:00 GMT</Expiry-Time>"))
        await client.region.expireFiles()
        client.region.clock.pass(.seconds(59))
        #expect(try await client.path(.get, "/docs/d/f").status == 200)
        client.region.clock.pass(.seconds(1))
        for (method, query) in [(HTTPRequest.Method.get, ""), (.head, ""), (.head, "action=getStatus")] {
            #expect(try await client.path(method, "/docs/d/f", query).code == "PathNotFound")
        }
        #expect(try await client.send(.get, "/docs/d/f").code == "BlobNotFound")
        #expect(try await client.path(.patch, "/docs/d/f", "action=append&position=0", body: [1]).status == 404)
        #expect(try await client.path(.delete, "/docs/d/f").code == "PathNotFound")
        #expect(try await client.rename("/docs/d/f", to: "/docs/d/g").code == "SourcePathNotFound")
        #expect(try await client.copy("/docs/d/f", to: "/docs/d/copy").status == 404)
        #expect(try await client.paths() == ["d", "d/stays"])
        #expect(try await client.names("", page: 1) == ["d", "d/stays"])
        #expect(try await client.path(.delete, "/docs/d/stays").status == 200)
        await client.region.expireFiles()
        #expect(try await client.path(.delete, "/docs/d").status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `what is put where a file expired finds nothing there`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        let soon = ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000"]
        #expect(try await client.makeFile("/docs/f", soon).status == 201)
        #expect(try await client.upload("/docs/blob", client.bytes(40_000), soon).status == 201)
        client.region.clock.pass(.seconds(1))
        #expect(try await client.makeFile("/docs/f", ["If-None-Match": "*"]).status == 201)
        #expect(try await client.upload("/docs/blob", [1], ["If-None-Match": "*"]).status == 201)
        await client.region.expireFiles()
        #expect(try await client.paths() == ["blob", "f"])
        #expect(try await client.path(.head, "/docs/f")["x-ms-expiry-time"] == nil)
        for path in ["/docs/f", "/docs/blob"] { #expect(try await client.path(.delete, path).status == 200) }
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `an end moves with its file, is taken back, and is not for directories`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/d/f", [1])
        try await client.write("/docs/d/g", [1])
        for name in ["f", "g"] {
            #expect(try await Self.set(client, "/docs/d/\(name)", "RelativeToCreation", "60000").status == 200)
        }
        #expect(try await client.rename("/docs/d/f", to: "/docs/moved").status == 201)
        #expect(try await Self.set(client, "/docs/d/g", "NeverExpire").status == 200)
        #expect(try await client.rename("/docs/d", to: "/docs/e").status == 201)
        client.region.clock.pass(.seconds(61))
        await client.region.expireFiles()
        #expect(try await client.paths() == ["e", "e/g"])
        #expect(try await Self.set(client, "/docs/e", "RelativeToNow", "1000").code == "ResourceTypeMismatch")
        let soon = ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000"]
        #expect(try await client.makeDirectory("/docs/x", soon).code == "InvalidInput")
        #expect(try await Self.set(client, "/docs/none", "NeverExpire").code == "BlobNotFound")
        #expect(try await client.send(.put, "/docs/e/g", "comp=expiry").code == "MissingRequiredHeader")
        // Operations that know of no end refuse it rather than forget it.
        #expect(try await client.send(.put, "/docs/e/g", "comp=metadata", headers: soon).status == 501)
    }

    @Test func `what is made below where a file expired finds the way free`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        let soon = ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000"]
        for name in ["a", "b", "c", "d"] {
            #expect(try await client.upload("/docs/\(name)", client.bytes(40_000), soon).status == 201)
        }
        try await client.write("/docs/moved", [5])
        // Before its time it is a file, and nothing lies below it.
        #expect(try await client.makeFile("/docs/a/f").code == "PathConflict")
        client.region.clock.pass(.seconds(1))
        #expect(try await client.path(.get, "/docs/a/f").code == "PathNotFound")
        #expect(try await client.path(.delete, "/docs/a/f").code == "PathNotFound")
        #expect(
            try await client.rename("/docs/moved", to: "/docs/a/moved").code == "RenameDestinationParentPathNotFound"
        )
        #expect(try await client.makeDirectory("/docs/a/x/y").status == 201)
        #expect(try await client.makeFile("/docs/b/f").status == 201)
        #expect(try await client.upload("/docs/c/f", [1]).status == 201)
        #expect(try await client.copy("/docs/moved", to: "/docs/d/f").status == 202)
        let made = ["a", "a/x", "a/x/y", "b", "b/f", "c", "c/f", "d", "d/f", "moved"]
        #expect(try await client.paths() == made)
        await client.region.expireFiles()
        #expect(try await client.paths() == made)
        for name in ["a", "b", "c", "d", "moved"] {
            #expect(try await client.path(.delete, "/docs/\(name)", "recursive=true").status == 200)
        }
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    /// Has the record of a file stand under further names beside it, as if as many files had been made.
    private static func repeatRecord(_ client: StorageClient, _ count: Int) async throws {
        for start in stride(from: 0, to: count, by: 900) {
            try await client.region.meddle { scope, domain async throws(ServiceError) in
                let known = try await scope.loose.list(RawBlob.self, in: domain, under: Key("blob"), limit: 1)
                guard let first = known.first else { return }
                var reader = KeyReader(first.key, after: Key("blob"))
                guard let directory = reader.uuid() else { return }
                for number in start..<min(start + 900, count) {
                    try await scope.put(first.value, in: domain, at: Key("blob", directory, "e\(100_000 + number)"))
                }
            }
        }
    }
    @Test func `a listing that meets very many expired files ends its page and goes on with the next`() async throws {
        let client = try await StorageClient.lake()
        let soon = ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000"]
        #expect(try await client.upload("/docs/a", [1], soon).status == 201)
        try await Self.repeatRecord(client, 22_000)
        for name in ["b", "z"] { try await client.write("/docs/\(name)", [1]) }
        client.region.clock.pass(.seconds(1))
        let query = "resource=filesystem&recursive=true"
        let page = try await client.path(.get, "/docs", query)
        #expect(page.status == 200 && page.json["paths"]?.array?.compactMap { $0["name"]?.string } == ["b"])
        #expect(page["x-ms-continuation"]?.isEmpty == false)
        #expect(try await client.paths() == ["b", "z"])
        #expect(try await client.names("", page: 5000) == ["b", "z"])
        let change = "action=setAccessControlRecursive&mode=modify"
        let access = ["x-ms-acl": "user::r-x"]
        let pass = try await client.path(.patch, "/docs", change, headers: access)
        #expect(pass.status == 200 && pass.json["filesSuccessful"] == 1)
        let next = try #require(pass["x-ms-continuation"]).percentEncoded()
        let rest = try await client.path(.patch, "/docs", "\(change)&continuation=\(next)", headers: access)
        #expect(rest.json["filesSuccessful"] == 1 && rest["x-ms-continuation"] == nil)
    }

    @Test func `soft delete keeps what expired, and brings it back to stay`() async throws {
        let client = try await StorageClient.lake()
        try await client.keep(["deleteRetentionPolicy": ["enabled": true, "days": 7]])
        try await client.write("/docs/f", [7])
        #expect(try await Self.set(client, "/docs/f", "RelativeToNow", "1000").status == 200)
        client.region.clock.pass(.seconds(2))
        await client.region.expireFiles()
        #expect(try await client.send(.put, "/docs/f", "comp=undelete").status == 200)
        #expect(try await client.path(.get, "/docs/f").body == [7])
        #expect(try await client.path(.head, "/docs/f")["x-ms-expiry-time"] == nil)
    }

    @Test func `an end needs the lease, the right, and a hierarchy`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1])
        let acquire = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
        let id = try await client.path(.post, "/docs/f", headers: acquire)["x-ms-lease-id"] ?? ""
        #expect(try await Self.set(client, "/docs/f", "NeverExpire").code == "LeaseIdMissing")
        #expect(try await Self.set(client, "/docs/f", "NeverExpire", nil, ["x-ms-lease-id": id]).status == 200)
        var stranger = client
        stranger.identity = .nobody
        for (permissions, status) in [("r", 403), ("w", 200)] {
            let signed = try await client.signature(container: "docs", permissions: permissions)
            let headers = ["x-ms-expiry-option": "NeverExpire", "x-ms-lease-id": id]
            #expect(
                try await stranger.send(.put, "/docs/f", "comp=expiry&\(signed)", headers: headers).status == status
            )
        }
        let flat = try await StorageClient.ready(in: client.region)
        _ = try await flat.upload("/docs/f", [1])
        let code = "HierarchicalNamespaceNotEnabled"
        #expect(try await Self.set(flat, "/docs/f", "NeverExpire").code == code)
        let soon = ["x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000"]
        #expect(try await flat.upload("/docs/g", [1], soon).code == code)
    }
}
