// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// What soft delete keeps of a hierarchy, listed and brought back.
struct DeletedPathTests {
    /// A client of a hierarchical account that keeps what is deleted.
    private static func keeping() async throws -> StorageClient {
        let client = try await StorageClient.lake()
        try await client.keep(["deleteRetentionPolicy": ["enabled": true, "days": 7]])
        return client
    }
    private static func deleted(_ client: StorageClient, _ query: String = "", page: Int = 5000) async throws
        -> [String]
    {
        try await client.names("&showonly=deleted" + query, page: page)
    }

    @Test(arguments: [1, 2, 5000]) func `deleted paths are listed, page by page`(page: Int) async throws {
        let client = try await Self.keeping()
        for name in ["f", "d/f", "d/sub/f", "d/lives", "gone/a", "gone/b/c"] {
            try await client.write("/docs/\(name)", [1])
        }
        #expect(try await Self.deleted(client, page: page).isEmpty)
        for name in ["f", "d/f", "d/sub/f"] {
            let answer = try await client.path(.delete, "/docs/\(name)")
            #expect(answer["x-ms-delete-type-permanent"] == "false" && answer["x-ms-deletion-id"] != nil)
        }
        #expect(try await client.path(.delete, "/docs/gone", "recursive=true").status == 200)
        #expect(try await Self.deleted(client, page: page) == ["d/f", "d/sub/f", "f", "gone"])
        #expect(try await Self.deleted(client, "&prefix=d/", page: page) == ["d/f", "d/sub/f"])
        #expect(try await Self.deleted(client, "&prefix=g", page: page) == ["gone"])
        #expect(try await Self.deleted(client, "&prefix=gone/", page: page).isEmpty)
        #expect(try await Self.deleted(client, "&delimiter=/", page: page) == ["d/", "f", "gone"])
        #expect(try await client.names("&showonly=files", page: page) == ["d/lives"])
        #expect(try await client.names("&showonly=directories", page: page) == ["d", "d/sub"])
        #expect(try await client.paths() == ["d", "d/lives", "d/sub"])
    }

    @Test func `each of several that had a path comes back by its id`() async throws {
        let client = try await Self.keeping()
        var ids: [String] = []
        for byte in [UInt8(1), 2, 3] {
            try await client.write("/docs/d/f", [byte])
            ids.append(try await client.path(.delete, "/docs/d/f")["x-ms-deletion-id"] ?? "")
            client.region.clock.pass(.seconds(1))
        }
        let text = try await client.send(.get, "/docs", "restype=container&comp=list&showonly=deleted").text
        for id in ids { #expect(text.contains("<DeletionId>\(id)</DeletionId>")) }
        #expect(text.contains("<RemainingRetentionDays>6</RemainingRetentionDays>") && text.contains("<DeletedTime>"))
        let source = ["x-ms-undelete-source": "d/f?deletionid=\(ids[1])"]
        #expect(try await client.send(.put, "/docs/d/f", "comp=undelete", headers: source).status == 200)
        #expect(try await client.path(.get, "/docs/d/f").body == [2])
        #expect(try await client.send(.put, "/docs/d/f", "comp=undelete", headers: source).code == "BlobAlreadyExists")
        #expect(try await Self.deleted(client) == ["d/f", "d/f"])
        let wrong = ["x-ms-undelete-source": "d/g?deletionid=12"]
        #expect(try await client.send(.put, "/docs/d/g", "comp=undelete", headers: wrong).code == "InvalidHeaderValue")
    }

    @Test func `one comes back by its id however many came after it`() async throws {
        let client = try await Self.keeping()
        var first: String?
        for _ in 0...1000 {
            #expect(try await client.makeFile("/docs/f").status == 201)
            let answer = try await client.path(.delete, "/docs/f")
            first = first ?? answer["x-ms-deletion-id"]
        }
        let source = ["x-ms-undelete-source": "f?deletionid=\(first ?? "")"]
        #expect(try await client.send(.put, "/docs/f", "comp=undelete", headers: source).status == 200)
    }

    @Test func `a directory comes back with all it held, what was deleted in it before included`() async throws {
        let client = try await Self.keeping()
        for name in ["d/a", "d/b/c", "d/lost"] { try await client.write("/docs/\(name)", [1]) }
        #expect(try await client.path(.delete, "/docs/d/lost").status == 200)
        let id = try await client.path(.delete, "/docs/d", "recursive=true")["x-ms-deletion-id"] ?? ""
        #expect(try await Self.deleted(client) == ["d"])
        let back = try await client.send(
            .put,
            "/docs/d",
            "comp=undelete",
            headers: ["x-ms-undelete-source": "d?deletionid=\(id)"]
        )
        #expect(back.status == 200 && back["x-ms-resource-type"] == "directory")
        #expect(try await client.paths() == ["d", "d/a", "d/b", "d/b/c"])
        #expect(try await Self.deleted(client) == ["d/lost"])
    }

    @Test func `what is deleted is shown to roles, keys and signatures only`() async throws {
        let client = try await Self.keeping()
        try await client.write("/docs/f", [1])
        #expect(try await client.path(.delete, "/docs/f").status == 200)
        let list = "restype=container&comp=list"
        for query in ["&showonly=deleted&include=deleted", "&showonly=everything"] {
            #expect(try await client.send(.get, "/docs", list + query).code == "InvalidQueryParameterValue")
        }
        var stranger = client
        stranger.identity = .nobody
        let signed = try await client.signature(container: "docs", permissions: "l")
        #expect(try await stranger.send(.get, "/docs", "\(list)&showonly=deleted&\(signed)").status == 200)
        let all = ["x-ms-acl": "user::rwx,user:\(client.region.principal.text):rwx,group::r-x,other::---"]
        #expect(try await client.path(.patch, "/docs", "action=setAccessControl", headers: all).status == 200)
        var bearer = client
        bearer.identity = .bearer
        #expect(try await bearer.send(.get, "/docs", list).status == 200)
        #expect(try await bearer.send(.get, "/docs", list + "&showonly=deleted").status == 403)
        try await client.assign("Storage Blob Data Reader")
        #expect(try await bearer.send(.get, "/docs", list + "&showonly=deleted").status == 200)
    }

    @Test func `a leased file does not keep its directory, as a leased blob does not keep its container`() async throws
    {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        let acquire = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
        for name in ["d", "e"] {
            try await client.write("/docs/\(name)/f", [1])
            #expect(try await client.path(.post, "/docs/\(name)/f", headers: acquire).status == 201)
        }
        #expect(try await client.path(.delete, "/docs/d/f").code == "LeaseIdMissing")
        #expect(try await client.rename("/docs/d", to: "/docs/moved").status == 201)
        #expect(try await client.path(.delete, "/docs/moved/f").code == "LeaseIdMissing")
        #expect(try await client.path(.delete, "/docs/moved", "recursive=true").status == 200)
        let id = try await client.path(.post, "/docs/e", headers: acquire)["x-ms-lease-id"] ?? ""
        #expect(try await client.path(.delete, "/docs/e", "recursive=true").code == "LeaseIdMissing")
        let held = ["x-ms-lease-id": id]
        #expect(try await client.path(.delete, "/docs/e", "recursive=true", headers: held).status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }
}
