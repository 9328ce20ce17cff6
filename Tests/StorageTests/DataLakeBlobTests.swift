// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Both surfaces over the same files, file systems, and who may.
struct DataLakeBlobTests {
    @Test func `the Blob surface shows files and directories, and makes parents`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await client.upload("/docs/a/b/c", [1, 2]).status == 201)
        let blocks = try await client.stage("/docs/n/blocks", 2)
        #expect(try await client.commit("/docs/n/blocks", [("Latest", 0), ("Latest", 1)]).status == 201)
        #expect(try await client.path(.get, "/docs/n/blocks").body == blocks[0] + blocks[1])
        let directory = try await client.send(.head, "/docs/a/b")
        #expect(directory.status == 200 && directory["x-ms-meta-hdi_isfolder"] == "true" && directory.length == 0)
        let meta = ["x-ms-meta-k": "v", "x-ms-meta-hdi_isfolder": "true"]
        #expect(try await client.send(.put, "/docs/a/b", "comp=metadata", headers: meta).status == 200)
        #expect(try await client.path(.head, "/docs/a/b")["x-ms-properties"] == "k=dg==")
        let list = try await client.send(.get, "/docs", "restype=container&comp=list&include=metadata,permissions").text
        #expect(
            list.contains("<ResourceType>directory</ResourceType>")
                && list.contains("<hdi_isfolder>true</hdi_isfolder>")
        )
        #expect(list.contains("<Permissions>rwxr-x---</Permissions>") && list.contains("<Name>a/b/c</Name>"))
        #expect(try await client.send(.get, "/", "restype=account&comp=properties")["x-ms-is-hns-enabled"] == "true")
        #expect(try await client.send(.delete, "/docs/a/b/c").status == 202)
        #expect(try await client.send(.delete, "/docs/a/b").status == 202)
        #expect(try await client.paths() == ["a", "n", "n/blocks"])
    }

    @Test func `Put Blob with the mark of a directory makes one, and leaves what it holds`() async throws {
        let client = try await StorageClient.lake()
        let mark = ["x-ms-meta-hdi_isfolder": "true", "x-ms-meta-k": "v"]
        #expect(try await client.upload("/docs/a/folder", [1], mark).code == "InvalidHeaderValue")
        #expect(try await client.upload("/docs/a/folder", [], mark).status == 201)
        let made = try await client.path(.head, "/docs/a/folder")
        #expect(made["x-ms-resource-type"] == "directory" && made["x-ms-properties"] == "k=dg==")
        try await client.write("/docs/a/folder/f", [1])
        #expect(try await client.upload("/docs/a/folder", [], ["x-ms-meta-hdi_isfolder": "true"]).status == 201)
        #expect(try await client.path(.get, "/docs/a/folder/f").body == [1])
        let anew = mark.merging(["If-None-Match": "*"]) { own, _ in own }
        #expect(try await client.upload("/docs/a/folder", [], anew).status == 409)
        #expect(try await client.upload("/docs/a/folder/f", [], mark).code == "ResourceTypeMismatch")
        #expect(try await client.upload("/docs/a/folder", []).code == "ResourceTypeMismatch")
        #expect(try await client.paths() == ["a", "a/folder", "a/folder/f"])
    }

    @Test func `an empty list of blocks, and a copy of an empty blob, make a directory by its mark`() async throws {
        let client = try await StorageClient.lake()
        let mark = ["x-ms-meta-hdi_isfolder": "true", "x-ms-meta-k": "v"]
        func commit(_ path: String, _ blocks: String) async throws -> StorageAnswer {
            let body = Array("<BlockList>\(blocks)</BlockList>".utf8)
            return try await client.send(.put, path, "comp=blocklist", headers: mark, body: body)
        }
        #expect(try await client.stage("/docs/folder", 1).count == 1)
        let id = Array("1000000".utf8).base64
        #expect(try await commit("/docs/folder", "<Latest>\(id)</Latest>").code == "InvalidInput")
        #expect(try await commit("/docs/folder", "").status == 201)
        #expect(try await client.path(.head, "/docs/folder")["x-ms-properties"] == "k=dg==")
        #expect(try await client.upload("/docs/empty", []).status == 201)
        #expect(try await client.upload("/docs/full", [1]).status == 201)
        for (number, more) in [[:], ["x-ms-requires-sync": "true"], ["x-ms-blob-type": "BlockBlob"]].enumerated() {
            func copy(_ source: String, _ target: String) async throws -> StorageAnswer {
                let signed = try await client.signature(container: "docs", permissions: "r")
                let address = client.region.plan.address(client.host(of: client.account)) + "\(source)?\(signed)"
                let headers = mark.merging(more) { own, _ in own }.merging(["x-ms-copy-source": address]) { own, _ in
                    own
                }
                return try await client.send(.put, target, headers: headers)
            }
            let made = try await copy("/docs/empty", "/docs/copy\(number)")
            #expect(made.status == (number == 2 ? 201 : 202), "\(number): \(made.code ?? "")")
            #expect((made["x-ms-copy-status"] == "success") == (number < 2))
            #expect(try await client.path(.head, "/docs/copy\(number)")["x-ms-resource-type"] == "directory")
            #expect(try await copy("/docs/full", "/docs/other").code == "InvalidInput")
            #expect(try await copy("/docs/empty", "/docs/full").code == "ResourceTypeMismatch")
        }
        // A file stays one.
        let set = try await client.send(.put, "/docs/full", "comp=metadata", headers: mark)
        #expect(set.code == "ResourceTypeMismatch")
        #expect(try await client.send(.head, "/docs/full")["x-ms-meta-hdi_isfolder"] == nil)
    }

    @Test func `a slash at the end of a name means a directory on the Blob surface`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await client.upload("/docs/d/e/", []).status == 201)
        #expect(try await client.path(.head, "/docs/d/e")["x-ms-resource-type"] == "directory")
        #expect(try await client.upload("/docs/d/e/f", [1]).status == 201)
        // As made once more by the same driver: what it holds stays.
        #expect(try await client.upload("/docs/d/e/", []).status == 201)
        #expect(try await client.send(.head, "/docs/d/e/")["x-ms-meta-hdi_isfolder"] == "true")
        #expect(try await client.send(.get, "/docs/d/e/f").body == [1])
        #expect(try await client.paths() == ["d", "d/e", "d/e/f"])
        for method in [HTTPRequest.Method.get, .head, .delete] {
            #expect(try await client.send(method, "/docs/d/e/f/").status == 404)
        }
        #expect(try await client.send(.put, "/docs/d/e/f/", "comp=metadata").status == 404)
        #expect(try await client.upload("/docs/d/e/f/", []).code == "ResourceTypeMismatch")
        #expect(try await client.upload("/docs/x/", [1]).status == 400)
        #expect(
            try await client.send(.put, "/docs/x/", "comp=block&blockid=MDAwMQ%3D%3D", body: [2]).code == "InvalidUri"
        )
        #expect(try await client.copy("/docs/d/e/f", to: "/docs/x/").code == "InvalidUri")
        #expect(try await client.paths() == ["d", "d/e", "d/e/f"])
        #expect(try await client.send(.delete, "/docs/d/e/").code == "DirectoryIsNotEmpty")
        #expect(try await client.send(.delete, "/docs/d/e/f").status == 202)
        #expect(try await client.send(.delete, "/docs/d/e/").status == 202)
        #expect(try await client.makeDirectory("/docs/y/").status == 201)
        #expect(try await client.paths() == ["d", "y"])
        // In a flat account it is a character like others.
        let flat = try await StorageClient.ready(in: client.region)
        #expect(try await flat.upload("/docs/d/e/", [1]).status == 201)
        #expect(try await flat.send(.get, "/docs/d/e/").body == [1])
    }

    @Test func `a listing of a hierarchy starts at a path and ends before one, whether it is there or not`()
        async throws
    {
        let client = try await StorageClient.lake()
        for name in ["a", "b/1", "b/3", "b-", "c"] { _ = try await client.upload("/docs/\(name)", [1]) }
        for page in [1, 5_000] {
            func names(_ query: String) async throws -> [String] { try await client.names(query, page: page) }
            #expect(try await names("") == ["a", "b", "b/1", "b/3", "b-", "c"])
            #expect(try await names("&startFrom=b%2F1") == ["b/1", "b/3", "b-", "c"])
            #expect(try await names("&startFrom=b%2F2") == ["b/3", "b-", "c"])
            #expect(try await names("&startFrom=b%2F2&endBefore=b-") == ["b/3"])
            #expect(try await names("&prefix=b%2F&startFrom=b%2F2") == ["b/3"])
            #expect(try await names("&prefix=b%2F&startFrom=b%2F") == ["b/1", "b/3"])
            #expect(try await names("&prefix=b%2F&startFrom=a&endBefore=b%2F2") == ["b/1"])
            #expect(try await names("&prefix=b%2F&startFrom=c").isEmpty)
            #expect(try await names("&delimiter=%2F&startFrom=b") == ["b/", "b-", "c"])
            #expect(try await names("&startFrom=d").isEmpty)
        }
    }

    @Test func `files and directories have tags, which go along and are not searched for`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/d/f", [1])
        let none = Array("<Tags><TagSet></TagSet></Tags>".utf8)
        #expect(try await client.send(.put, "/docs/d", "comp=tags", body: none).status == 204)
        let before = try await client.storedKeys()
        let early = ["If-Unmodified-Since": try #require(try await client.send(.head, "/docs/d/f")["Last-Modified"])]
        for name in ["d", "d/f"] {
            #expect(
                try await client.send(.put, "/docs/\(name)", "comp=tags", headers: early, body: LeaseEscapeTests.tags)
                    .status == 204
            )
            #expect(try await client.send(.get, "/docs/\(name)", "comp=tags").text.contains("<Key>a</Key>"))
        }
        #expect(try await client.rename("/docs/d/f", to: "/docs/g").status == 201)
        #expect(try await client.rename("/docs/d", to: "/docs/e").status == 201)
        for name in ["e", "g"] {
            #expect(try await client.send(.get, "/docs/\(name)", "comp=tags").text.contains("<Key>a</Key>"))
        }
        client.region.clock.pass(.seconds(2))
        try await client.write("/docs/g", [2])
        #expect(try await !client.send(.get, "/docs/g", "comp=tags").text.contains("<Key>"))
        let late = try await client.send(.put, "/docs/g", "comp=tags", headers: early, body: LeaseEscapeTests.tags)
        #expect(late.status == 412)
        var bearer = client
        bearer.identity = .bearer
        #expect(try await bearer.send(.get, "/docs/g", "comp=tags").status == 403)
        #expect(try await client.path(.delete, "/docs/e").status == 200)
        #expect(try await client.rename("/docs/g", to: "/docs/f").status == 201)
        #expect(try await client.makeDirectory("/docs/d").status == 201)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `what hierarchical accounts do not have is refused by its code`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1])
        let code = "FeatureNotYetSupportedForHierarchicalNamespaceAccounts"
        #expect(try await client.send(.get, "/docs", "restype=container&comp=blobs&where=a%3D%271%27").code == code)
        let page = ["x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "512"]
        #expect(try await client.send(.put, "/docs/p", headers: page).code == code)
        #expect(try await client.upload("/docs/t", [1], ["x-ms-tags": "a=1"]).code == code)
        #expect(try await client.send(.get, "/docs", "restype=container&comp=list&include=versions").status == 501)
    }

    @Test func `accounts without a hierarchy have file systems but no paths`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.path(.put, "/fresh", "resource=filesystem").status == 201)
        #expect(try await client.path(.head, "/fresh", "resource=filesystem")["x-ms-namespace-enabled"] == "false")
        #expect(try await client.makeFile("/fresh/f").code == "HierarchicalNamespaceNotEnabled")
        #expect(try await client.manage(.patch, "", ["properties": ["isHnsEnabled": true]]).status == 409)
        #expect(try await client.manage(.patch, "", ["properties": ["isHnsEnabled": false]]).status == 200)
    }

    @Test func `file systems are made, changed, listed and removed`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await client.path(.put, "/docs", "resource=filesystem").code == "FilesystemAlreadyExists")
        let made = try await client.path(.put, "/more", "resource=filesystem", headers: ["x-ms-properties": "a=MQ=="])
        #expect(made.status == 201 && made["x-ms-namespace-enabled"] == "true")
        #expect(try await client.send(.get, "/more", "restype=container")["x-ms-meta-a"] == "1")
        let bad = ["x-ms-properties": "a=?"]
        #expect(try await client.path(.patch, "/more", "resource=filesystem", headers: bad).status == 400)
        let set = ["x-ms-properties": "b=Mg=="]
        #expect(try await client.path(.patch, "/more", "resource=filesystem", headers: set).status == 200)
        #expect(try await client.path(.head, "/more", "resource=filesystem")["x-ms-properties"] == "b=Mg==")
        let first = try await client.path(.get, "/", "resource=account&maxResults=1")
        #expect(first.json["filesystems"]?.array?.first?["name"] == "docs")
        let next = "resource=account&continuation=\((first["x-ms-continuation"] ?? "").percentEncoded())"
        #expect(try await client.path(.get, "/", next).json["filesystems"]?.array?.first?["name"] == "more")
        #expect(try await client.path(.delete, "/more", "resource=filesystem").status == 202)
        #expect(try await client.path(.head, "/more", "resource=filesystem").code == "FilesystemNotFound")
    }

    @Test func `keys, tokens and signatures open the surface as far as they go`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/d/f", [1])
        var stranger = client
        stranger.identity = .nobody
        #expect(try await stranger.path(.get, "/docs/d/f").status == 401)
        let reads = try await client.signature(container: "docs", permissions: "r")
        #expect(try await stranger.path(.get, "/docs/d/f", reads).body == [1])
        #expect(try await stranger.path(.delete, "/docs/d/f", reads).status == 403)
        let source = ["x-ms-rename-source": "/docs/d/f"]
        let writes = try await client.signature(container: "docs", permissions: "rw")
        #expect(try await stranger.path(.put, "/docs/g", "mode=posix&\(writes)", headers: source).status == 403)
        let moves = try await client.signature(container: "docs", permissions: "rwd")
        #expect(try await stranger.path(.put, "/docs/g", "mode=posix&\(moves)", headers: source).status == 201)
        #expect(try await client.path(.put, "/other", "resource=filesystem").status == 201)
        try await client.write("/other/f", [2])
        let foreign = ["x-ms-rename-source": "/other/f"]
        #expect(try await stranger.path(.put, "/docs/h", "mode=posix&\(moves)", headers: foreign).status == 403)
        for (permissions, status) in [("rw", 403), ("d", 201)] {
            let theirs = try await client.signature(container: "other", permissions: permissions)
            let brought = ["x-ms-rename-source": "/other/f?\(theirs)"]
            let answer = try await stranger.path(.put, "/docs/i", "mode=posix&\(moves)", headers: brought)
            #expect(answer.status == status)
        }
        let creates = try await client.signature(container: "docs", permissions: "c")
        #expect(
            try await stranger.path(.put, "/docs/g", "resource=file&\(creates)").code == "UnauthorizedBlobOverwrite"
        )
        #expect(try await stranger.path(.put, "/docs/h", "resource=file&\(creates)").status == 201)
        var bearer = client
        bearer.identity = .bearer
        #expect(try await bearer.makeFile("/docs/mine").status == 403)
        try await client.assign("Storage Blob Data Contributor")
        #expect(try await bearer.makeFile("/docs/mine").status == 201)
        #expect(try await client.path(.head, "/docs/mine")["x-ms-owner"] == client.region.principal.text)
        #expect(try await bearer.rename("/docs/mine", to: "/docs/yours").status == 201)
    }

    @Test func `a leased path changes for the holder of its lease only`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1])
        let acquire = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
        let id = try await client.path(.post, "/docs/f", headers: acquire)["x-ms-lease-id"] ?? ""
        let attempts: [(HTTPRequest.Method, String, [String: String], [UInt8])] = [
            (.put, "resource=file", [:], []), (.delete, "", [:], []), (.patch, "action=append&position=1", [:], [2]),
            (.patch, "action=flush&position=1", [:], []),
            (.patch, "action=setProperties", ["x-ms-properties": "a=MQ=="], []),
            (.put, "mode=posix", ["x-ms-rename-source": "/docs/g"], []),
        ]
        try await client.write("/docs/g", [2])
        for (method, query, headers, body) in attempts {
            let answer = try await client.path(method, "/docs/f", query, headers: headers, body: body)
            #expect(answer.status == 412 && answer.code == "LeaseIdMissing", "\(method) \(query): \(answer.status)")
        }
        let mine = ["x-ms-lease-id": id]
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=1", headers: mine).status == 200)
        #expect(try await client.path(.delete, "/docs/f", headers: mine).status == 200)
    }

    @Test func `a directory that soft delete keeps comes back whole, or goes when its time is over`() async throws {
        let client = try await StorageClient.lake()
        let retention: JSON = ["properties": ["deleteRetentionPolicy": ["enabled": true, "days": 1]]]
        #expect(try await client.manage(.put, "/blobServices/default", retention).status == 200)
        let before = try await client.storedKeys()
        try await client.write("/docs/a/f", [1])
        #expect(try await client.path(.delete, "/docs/a", "recursive=true").status == 200)
        #expect(try await client.paths().isEmpty)
        #expect(try await client.send(.put, "/docs/a", "comp=undelete").status == 200)
        #expect(try await client.path(.get, "/docs/a/f").body == [1])
        #expect(try await client.path(.delete, "/docs/a", "recursive=true").status == 200)
        client.region.clock.pass(.seconds(2 * 24 * 3600))
        await client.region.expireKept()
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }
}

extension DataLakeBlobTests {
    @Test func `leases come and go with appends and flushes`() async throws {
        let client = try await StorageClient.lake()
        let id = "11111111-2222-3333-4444-555555555555"
        let terms = ["x-ms-proposed-lease-id": id, "x-ms-lease-duration": "15"]
        #expect(try await client.makeFile("/docs/f", terms).status == 201)
        #expect(try await client.path(.head, "/docs/f")["x-ms-lease-state"] == "leased")
        let append = "action=append&position=0"
        #expect(try await client.path(.patch, "/docs/f", append, body: [1]).code == "LeaseIdMissing")
        let renewing = ["x-ms-lease-action": "auto-renew", "x-ms-lease-id": id]
        #expect(try await client.path(.patch, "/docs/f", append, headers: renewing, body: [1]).status == 202)
        let releasing = ["x-ms-lease-action": "release", "x-ms-lease-id": id]
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=1", headers: releasing).status == 200)
        #expect(try await client.path(.head, "/docs/f")["x-ms-lease-state"] == "available")
        let acquiring = terms.merging(["x-ms-lease-action": "acquire"]) { own, _ in own }
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=1", headers: acquiring).status == 200)
        #expect(try await client.path(.delete, "/docs/f").code == "LeaseIdMissing")
        let odd = ["x-ms-lease-action": "steal"]
        #expect(try await client.path(.patch, "/docs/f", append, headers: odd, body: [1]).code == "InvalidHeaderValue")
    }
}
