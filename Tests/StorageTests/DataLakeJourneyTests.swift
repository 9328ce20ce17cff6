// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// The Data Lake surface over memory engines.
struct DataLakeJourneyTests {
    @Test func `a file is made, appended to, flushed and read`() async throws {
        let client = try await StorageClient.lake()
        let made = try await client.makeFile(
            "/docs/a/b/c.txt",
            ["x-ms-properties": "k=dg==", "x-ms-content-type": "text/x"]
        )
        #expect(made.status == 201 && made["ETag"] != nil)
        let (first, second) = (client.bytes(40_000), client.bytes(10))
        #expect(
            try await client.path(.patch, "/docs/a/b/c.txt", "action=append&position=40000", body: second).status == 202
        )
        #expect(try await client.path(.patch, "/docs/a/b/c.txt", "action=append&position=0", body: first).status == 202)
        #expect(try await client.path(.head, "/docs/a/b/c.txt").length == 0)
        let gap = try await client.path(.patch, "/docs/a/b/c.txt", "action=flush&position=40011")
        #expect(gap.status == 400 && gap.code == "InvalidFlushPosition")
        #expect(try await client.path(.patch, "/docs/a/b/c.txt", "action=flush&position=40010").status == 200)
        let read = try await client.path(.get, "/docs/a/b/c.txt")
        #expect(read.body == first + second && read["x-ms-properties"] == "k=dg==")
        #expect(read["Content-Type"] == "text/x" && read["x-ms-resource-type"] == "file")
        #expect(read["x-ms-meta-k"] == nil && read["x-ms-permissions"] == "rw-r-----")
        let part = try await client.path(.get, "/docs/a/b/c.txt", headers: ["Range": "bytes=39999-40000"])
        #expect(part.status == 206 && part.body == [first[39_999], second[0]])
        #expect(
            try await client.path(.patch, "/docs/a/b/c.txt", "action=append&position=40010&flush=true", body: [7])
                .status == 202
        )
        #expect(try await client.send(.get, "/docs/a/b/c.txt").body == first + second + [7])
    }

    @Test func `data behind a flush is given up unless it is to be kept`() async throws {
        let client = try await StorageClient.lake()
        _ = try await client.makeFile("/docs/f")
        for position in 0..<3 {
            _ = try await client.path(.patch, "/docs/f", "action=append&position=\(position)", body: [UInt8(position)])
        }
        let kept = "action=flush&position=1&retainUncommittedData=true"
        #expect(try await client.path(.patch, "/docs/f", kept).status == 200)
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=2").status == 200)
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=3").code == "InvalidFlushPosition")
        #expect(try await client.path(.get, "/docs/f").body == [0, 1])
        _ = try await client.path(.patch, "/docs/f", "action=append&position=0", body: [7, 8])
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=2").status == 200)
        #expect(try await client.path(.get, "/docs/f").body == [0, 1])
    }

    @Test func `a copy of a file and the file grow on their own`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1, 2])
        #expect(try await client.copy("/docs/f", to: "/docs/g").status == 202)
        for (name, byte) in [("f", UInt8(3)), ("g", 4)] {
            let query = "action=append&position=2&flush=true"
            #expect(try await client.path(.patch, "/docs/\(name)", query, body: [byte]).status == 202)
        }
        #expect(try await client.path(.get, "/docs/f").body == [1, 2, 3])
        #expect(try await client.path(.get, "/docs/g").body == [1, 2, 4])
    }

    @Test func `a renamed directory takes along what it holds`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/a/b/f", [1])
        try await client.write("/docs/a/g", [2])
        #expect(try await client.rename("/docs/a", to: "/docs/z").status == 201)
        #expect(try await client.paths() == ["z", "z/b", "z/b/f", "z/g"])
        #expect(try await client.path(.get, "/docs/z/b/f").body == [1])
        #expect(try await client.path(.get, "/docs/a/b/f").code == "PathNotFound")
        #expect(try await client.path(.put, "/other", "resource=filesystem").status == 201)
        #expect(try await client.rename("/docs/z", to: "/other/y").status == 201)
        #expect(try await client.path(.get, "/other/y/g").body == [2])
        #expect(try await client.paths().isEmpty)
    }

    @Test func `a rename that cannot be changes nothing`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/a/b/f", [1])
        try await client.write("/docs/full/f", [2])
        let before = try await client.paths()
        let cases = [
            ("/docs/a", "/docs/a/b/c", 409, "InvalidRenameSourcePath"),
            ("/docs/a", "/docs/a", 409, "InvalidRenameSourcePath"),
            ("/docs/none", "/docs/x", 404, "SourcePathNotFound"), ("/nowhere/a", "/docs/x", 404, "SourcePathNotFound"),
            ("/docs/a", "/docs/none/x", 404, "RenameDestinationParentPathNotFound"),
            ("/docs/a", "/docs/full", 409, "PathAlreadyExists"),
            ("/docs/a", "/docs/full/f", 409, "InvalidSourceOrDestinationResourceType"),
            ("/docs/full/f", "/docs/a", 409, "InvalidSourceOrDestinationResourceType"),
            ("nonsense", "/docs/x", 400, "InvalidUri"),
        ]
        for (source, target, status, code) in cases {
            let answer = try await client.rename(source, to: target)
            #expect(answer.status == status && answer.code == code, "\(source) to \(target): \(answer.code ?? "-")")
        }
        let lease = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
        let leased = try await client.path(.post, "/docs/a", headers: lease)
        #expect(leased.status == 201)
        #expect(try await client.rename("/docs/a", to: "/docs/x").code == "LeaseIdMissing")
        let stale = ["x-ms-source-if-match": "\"0x1\"", "x-ms-source-lease-id": leased["x-ms-lease-id"] ?? ""]
        #expect(try await client.rename("/docs/a", to: "/docs/x", stale).code == "SourceConditionNotMet")
        #expect(try await client.paths() == before)
    }

    @Test func `a file is renamed over a file, and a directory over an empty one`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1])
        try await client.write("/docs/g", [2])
        #expect(try await client.rename("/docs/f", to: "/docs/g", ["If-None-Match": "*"]).code == "PathAlreadyExists")
        #expect(try await client.rename("/docs/f", to: "/docs/g").status == 201)
        #expect(try await client.path(.get, "/docs/g").body == [1])
        _ = try await client.makeDirectory("/docs/empty")
        try await client.write("/docs/d/f", [3])
        #expect(try await client.rename("/docs/d", to: "/docs/empty").status == 201)
        #expect(try await client.paths() == ["empty", "empty/f", "g"])
    }

    @Test func `a directory goes with what it holds if asked, and leaves nothing behind`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        for number in 0..<60 { try await client.write("/docs/a/b\(number % 3)/f\(number)", [UInt8(number)]) }
        _ = try await client.path(.patch, "/docs/a/b0/f0", "action=append&position=1", body: client.bytes(50_000))
        let refused = try await client.path(.delete, "/docs/a")
        #expect(refused.status == 409 && refused.code == "DirectoryNotEmpty")
        #expect(try await client.send(.delete, "/docs/a").code == "DirectoryIsNotEmpty")
        #expect(try await client.path(.delete, "/docs/a", "recursive=true").status == 200)
        #expect(try await client.path(.get, "/docs/a/b0/f0").code == "PathNotFound")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `the kinds of paths are told apart`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1])
        _ = try await client.makeDirectory("/docs/d")
        #expect(try await client.makeFile("/docs/d").code == "PathConflict")
        #expect(try await client.makeDirectory("/docs/f").code == "PathConflict")
        #expect(try await client.makeFile("/docs/f/below").code == "PathConflict")
        #expect(try await client.path(.get, "/docs/f/below").code == "PathNotFound")
        #expect(try await client.upload("/docs/d", [1]).code == "ResourceTypeMismatch")
        #expect(
            try await client.send(.put, "/docs/d", "comp=block&blockid=AAAA", body: [1]).code == "ResourceTypeMismatch"
        )
        #expect(try await client.path(.patch, "/docs/d", "action=append&position=0", body: [1]).code == "PathConflict")
        #expect(try await client.makeDirectory("/docs/d", ["If-None-Match": "*"]).code == "PathAlreadyExists")
        #expect(try await client.makeDirectory("/docs/d").status == 201)
        #expect(try await client.path(.head, "/docs/d")["x-ms-resource-type"] == "directory")
        #expect(try await client.makeFile("/docs/x/../y").status == 400)
        #expect(try await client.makeFile("/docs/" + String(repeating: "d/", count: 63) + "f").status == 400)
    }

    @Test(arguments: [1, 2, 5000]) func `listings walk the tree, page by page`(page: Int) async throws {
        let client = try await StorageClient.lake()
        for name in ["a-c", "a/b/one", "a/b/two", "a/z", "b"] { try await client.write("/docs/\(name)", [1]) }
        let all = ["a", "a/b", "a/b/one", "a/b/two", "a/z", "a-c", "b"]
        #expect(try await client.paths(page: page) == all)
        #expect(try await client.paths("recursive=false", page: page) == ["a", "a-c", "b"])
        #expect(try await client.paths("recursive=true&directory=a", page: page) == Array(all[1...4]))
        #expect(try await client.paths("recursive=false&directory=/a/b/", page: page) == ["a/b/one", "a/b/two"])
        #expect(try await client.paths("recursive=true&beginFrom=a/b/two", page: page) == Array(all[3...]))
        #expect(try await client.paths("recursive=true&directory=a&beginFrom=c", page: page) == ["a/z"])
        #expect(try await client.names("", page: page) == all)
        #expect(try await client.names("&prefix=a", page: page) == Array(all[..<6]))
        #expect(try await client.names("&prefix=a/b/t", page: page) == ["a/b/two"])
        #expect(try await client.names("&delimiter=/", page: page) == ["a/", "a-c", "b"])
        #expect(try await client.names("&delimiter=/&prefix=a/", page: page) == ["a/b/", "a/z"])
        #expect(try await client.names("&prefix=none/", page: page).isEmpty)
    }

    @Test func `a listing says what the service says, as texts`() async throws {
        let client = try await StorageClient.lake()
        _ = try await client.makeDirectory("/docs/d")
        try await client.write("/docs/f", [1, 2])
        let lines =
            try await client.path(.get, "/docs", "resource=filesystem&recursive=false").json["paths"]?.array ?? []
        #expect(lines.first?["isDirectory"] == "true" && lines.first?["permissions"] == "rwxr-x---")
        #expect(lines.last?["isDirectory"] == nil && lines.last?["contentLength"] == "2")
        #expect(lines.last?["owner"] == "$superuser" && lines.last?["etag"]?.string?.hasPrefix("0x") == true)
        #expect(try await client.path(.get, "/docs", "resource=filesystem").status == 400)
        let nowhere = "resource=filesystem&recursive=true&directory=none"
        #expect(try await client.path(.get, "/docs", nowhere).code == "PathNotFound")
        #expect(try await client.path(.get, "/none", "resource=filesystem&recursive=true").code == "FilesystemNotFound")
    }
}
