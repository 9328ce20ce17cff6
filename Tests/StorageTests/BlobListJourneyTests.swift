// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

struct BlobListJourneyTests {
    private static let names =
        (0..<40).map { "a/\($0 % 3)/f\($0)" } + (0..<30).map { "top\($0)" }
        + ["a", "a/", "b/x/y/z", "Ünicode/é", "z\u{1F600}/q", "a/0", "c%d", "b&<>"]

    private static func sorted(_ names: [String]) -> [String] {
        names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    @Test(arguments: [1, 7, 5_000])
    func `pages of any size show the same names in the order of their bytes`(page: Int) async throws {
        let client = try await StorageClient.ready()
        for name in Self.names { _ = try await client.upload("/docs/" + name.percentEncoded(keeping: "/"), [1]) }
        _ = try await client.stage("/docs/ghost/g", 1)
        let all = Self.sorted(Self.names)
        #expect(try await client.names("", page: page) == all)
        #expect(try await client.names("&prefix=a%2F", page: page) == all.filter { $0.hasPrefix("a/") })
        var folded: [String] = []
        for name in all {
            let shown = name.firstIndex(of: "/").map { String(name[...$0]) } ?? name
            if !folded.contains(shown) { folded.append(shown) }
        }
        #expect(try await client.names("&delimiter=%2F", page: page) == folded)
        let within = try await client.names("&delimiter=%2F&prefix=a%2F", page: page)
        #expect(within == ["a/", "a/0", "a/0/", "a/1/", "a/2/"])
        let uncommitted = try await client.names("&include=uncommittedblobs", page: page)
        #expect(uncommitted == Self.sorted(Self.names + ["ghost/g"]))
    }

    @Test func `a listing starts at a name and ends before one`() async throws {
        let client = try await StorageClient.ready()
        for name in ["a", "b/1", "b/2", "c", "d"] { _ = try await client.upload("/docs/\(name)", [1]) }
        _ = try await client.send(.put, "/docs/b/1", "comp=snapshot")
        for page in [1, 5_000] {
            #expect(try await client.names("&startFrom=b%2F1", page: page) == ["b/1", "b/2", "c", "d"])
            #expect(try await client.names("&startFrom=b%2F1&endBefore=c", page: page) == ["b/1", "b/2"])
            #expect(try await client.names("&endBefore=b%2F2&include=snapshots", page: page) == ["a", "b/1", "b/1"])
            #expect(try await client.names("&startFrom=b%2F1&include=snapshots", page: page).count == 5)
            #expect(try await client.names("&startFrom=b%2F2&delimiter=%2F", page: page) == ["b/", "c", "d"])
            #expect(try await client.names("&prefix=b&startFrom=a", page: page) == ["b/1", "b/2"])
            #expect(try await client.names("&startFrom=e", page: page).isEmpty)
        }
    }

    @Test func `a marker of another list or made up is refused`() async throws {
        let client = try await StorageClient.ready()
        let list = "restype=container&comp=list"
        #expect(try await client.send(.get, "/docs", list + "&marker=rubbish").status == 400)
        #expect(try await client.send(.get, "/docs", list + "&maxresults=0").status == 400)
        #expect(try await client.send(.get, "/none", list).code == "ContainerNotFound")
    }

    @Test func `a container's name is free at once, and its blobs are gone`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        for number in 0..<120 { _ = try await client.upload("/docs/\(number)", [1]) }
        _ = try await client.stage("/docs/staged", 2)
        #expect(try await client.send(.delete, "/docs", "restype=container").status == 202)
        #expect(try await client.send(.get, "/docs/1").code == "ContainerNotFound")
        #expect(try await client.send(.put, "/docs", "restype=container").status == 201)
        #expect(try await client.names("", page: 100).isEmpty)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }
}
