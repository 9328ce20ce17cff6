// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Tags, and searches by them, against a region.
struct TagJourneyTests {
    static func body(_ tags: [String: String]) -> [UInt8] {
        let inner = tags.map { "<Tag><Key>\($0.key)</Key><Value>\($0.value)</Value></Tag>" }.joined()
        return Array("<Tags><TagSet>\(inner)</TagSet></Tags>".utf8)
    }
    /// Container and name of what a search finds, page by page.
    static func find(
        _ client: StorageClient,
        _ expression: String,
        in container: String? = nil,
        page: Int = 5000
    ) async throws -> [[String]] {
        var pages: [[String]] = []
        var marker = ""
        repeat {
            let query =
                "comp=blobs&maxresults=\(page)&where=\(expression.percentEncoded())"
                + (marker.isEmpty ? "" : "&marker=\(marker.percentEncoded())")
            let answer = try await client.send(
                .get,
                container.map { "/" + $0 } ?? "/",
                container == nil ? query : "restype=container&" + query
            )
            #expect(answer.status == 200, "\(answer.code ?? "")")
            let names = Self.texts("Name", answer.text)
            let containers = Self.texts("ContainerName", answer.text)
            pages.append(zip(containers, names).map { "\($0)/\($1)" })
            marker = Self.texts("NextMarker", answer.text).first ?? ""
        } while !marker.isEmpty && pages.count < 50
        return pages
    }
    static func texts(_ element: String, _ text: String) -> [String] {
        text.split(separator: "<\(element)>").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }

    @Test func `tags are set, read and replaced without touching the blob`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1], ["x-ms-tags": "a=1&b%20c=2"]).status == 201)
        let before = try await client.send(.head, "/docs/x")
        #expect(before["x-ms-tag-count"] == "2")
        let got = try await client.send(.get, "/docs/x", "comp=tags")
        #expect(got.status == 200 && Self.texts("Key", got.text) == ["a", "b c"])
        #expect(try await client.send(.put, "/docs/x", "comp=tags", body: Self.body(["d": "3"])).status == 204)
        let after = try await client.send(.head, "/docs/x")
        #expect(after["x-ms-tag-count"] == "1" && after["ETag"] == before["ETag"])
        #expect(after["Last-Modified"] == before["Last-Modified"])
        #expect(try await client.send(.put, "/docs/x", "comp=tags", body: Self.body([:])).status == 204)
        #expect(try await client.send(.head, "/docs/x")["x-ms-tag-count"] == nil)
        let bad = try await client.send(.put, "/docs/x", "comp=tags", body: Self.body(["é": "1"]))
        #expect(bad.status == 400 && bad.code == "InvalidTag")
        #expect(try await client.upload("/docs/y", [1], ["x-ms-tags": "a=!"]).code == "InvalidTag")
        #expect(try await client.send(.get, "/docs/y").status == 404)
    }

    @Test func `a new blob has the tags it comes with, and a copy its own`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1], ["x-ms-tags": "a=1"]).status == 201)
        #expect(try await client.upload("/docs/x", [2]).status == 201)
        #expect(try await client.send(.head, "/docs/x")["x-ms-tag-count"] == nil)
        _ = try await client.stage("/docs/blocks", 2)
        let list = Array("<BlockList><Latest>\(Array("1000000".utf8).base64)</Latest></BlockList>".utf8)
        let made = try await client.send(
            .put,
            "/docs/blocks",
            "comp=blocklist",
            headers: ["x-ms-tags": "b=1"],
            body: list
        )
        #expect(made.status == 201, "\(made.code ?? "")")
        #expect(try await Self.find(client, "b='1'") == [["docs/blocks"]])
    }

    @Test func `conditions on tags hold for reads, writes and sources of copies`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1], ["x-ms-tags": "state=new"]).status == 201)
        let (yes, no) = (["x-ms-if-tags": "\"state\"='new'"], ["x-ms-if-tags": "\"state\"<>'new'"])
        #expect(try await client.send(.get, "/docs/x", headers: no).code == "ConditionNotMet")
        #expect(try await client.send(.get, "/docs/x", headers: yes).status == 200)
        #expect(try await client.send(.put, "/docs/x", "comp=metadata", headers: no).status == 412)
        #expect(try await client.send(.put, "/docs/x", "comp=metadata", headers: yes).status == 200)
        #expect(try await client.send(.put, "/docs/x", "comp=tags", headers: no, body: Self.body([:])).status == 412)
        let tag = try #require(try await client.send(.head, "/docs/x")["ETag"])
        for (header, status) in [("x-ms-blob-if-match", 200), ("x-ms-blob-if-none-match", 412)] {
            #expect(try await client.send(.get, "/docs/x", "comp=tags", headers: [header: tag]).status == status)
        }
        #expect(try await client.send(.delete, "/docs/x", headers: no).status == 412)
        #expect(try await client.send(.get, "/docs/x", headers: ["x-ms-if-tags": "state"]).status == 400)
        #expect(try await client.upload("/docs/x", [2], no).status == 412)
        #expect(try await client.upload("/docs/x", [2], yes).status == 201)
    }

    @Test func `a search finds current blobs by their tags, in pages, over account and container`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.send(.put, "/more", "restype=container").status == 201)
        for number in 0..<9 {
            let container = number.isMultiple(of: 3) ? "more" : "docs"
            let tags = "rank=0\(number)&kind=\(number.isMultiple(of: 2) ? "even" : "odd")"
            #expect(try await client.upload("/\(container)/b\(number)", [1], ["x-ms-tags": tags]).status == 201)
        }
        #expect(try await Self.find(client, "\"kind\"='odd'").flatMap(\.self).count == 4)
        #expect(try await Self.find(client, "@container='more' AND kind='odd'").flatMap(\.self) == ["more/b3"])
        #expect(
            try await Self.find(client, "kind='odd'", in: "docs").flatMap(\.self) == ["docs/b1", "docs/b5", "docs/b7"]
        )
        let range = try await Self.find(client, "rank>='02' AND rank<'05'")
        #expect(range.flatMap(\.self) == ["docs/b2", "more/b3", "docs/b4"])
        #expect(
            try await Self.find(client, "rank>'02' AND rank<='05' AND kind='odd'").flatMap(\.self).sorted() == [
                "docs/b5", "more/b3",
            ]
        )
        let pages = try await Self.find(client, "kind='even'", page: 2)
        #expect(pages.map(\.count) == [2, 2, 1] && Set(pages.flatMap(\.self)).count == 5)
        #expect(try await Self.find(client, "kind='none'") == [[]])
        #expect(try await Self.find(client, "@container='gone' AND kind='odd'") == [[]])
    }

    @Test func `a search forgets what was deleted, overwritten or tagged otherwise`() async throws {
        let client = try await StorageClient.ready()
        for name in ["a", "b", "c", "d"] {
            #expect(try await client.upload("/docs/\(name)", [1], ["x-ms-tags": "t=1"]).status == 201)
        }
        #expect(try await client.send(.delete, "/docs/a").status == 202)
        #expect(try await client.upload("/docs/b", [2]).status == 201)
        #expect(try await client.send(.put, "/docs/c", "comp=tags", body: Self.body(["t": "2"])).status == 204)
        #expect(try await Self.find(client, "t>='0'").flatMap(\.self) == ["docs/d", "docs/c"])
        #expect(try await client.send(.delete, "/docs", "restype=container").status == 202)
        #expect(try await Self.find(client, "t>='0'") == [[]])
        try await client.settle()
        #expect(try await Self.find(client, "t>='0'") == [[]])
    }

    @Test func `who may not tag cannot do it with a write either`() async throws {
        let client = try await StorageClient.ready()
        let signature = try await client.signature(container: "docs", permissions: "rwd")
        var holder = client
        holder.identity = .nobody
        #expect(try await holder.upload("/docs/x", [1], query: signature).status == 201)
        let tagged = try await holder.upload("/docs/y", [1], ["x-ms-tags": "a=1"], query: signature)
        #expect(tagged.code == "AuthorizationPermissionMismatch")
        let set = try await holder.send(.put, "/docs/x", "comp=tags&" + signature, body: Self.body(["a": "1"]))
        #expect(set.code == "AuthorizationPermissionMismatch")
        let find = try await holder.send(.get, "/docs", "restype=container&comp=blobs&where=a%3D%271%27&" + signature)
        #expect(find.code == "AuthorizationPermissionMismatch")
        let tagging = try await client.signature(container: "docs", permissions: "rwdt")
        #expect(try await holder.upload("/docs/y", [1], ["x-ms-tags": "a=1"], query: tagging).status == 201)
    }
}
