// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Storage
import Store
import Testing

/// Markers made up, cut short and carried elsewhere, in every list that goes on behind one; and pages without end.
struct HostileListTests {
    /// A list: how it is asked, where its marker is, and what its page shows.
    private struct Listing {
        let name: String
        var service = StorageService.blob
        var method = HTTPRequest.Method.get
        let path: String
        let query: String
        var headers: [String: String] = [:]
        /// The parameter a page's size is in.
        let size: String
        let marker: @Sendable (StorageAnswer) -> String?
        /// The parameter it comes back in.
        var parameter = "marker"

        func ask(_ client: StorageClient, size: String? = nil, marker: String? = nil) async throws -> StorageAnswer {
            var all = query
            if let size { all += "&\(self.size)=\(size)" }
            if let marker { all += "&\(parameter)=\(marker.percentEncoded())" }
            return try await client.ask(service, method, path, all, headers: headers)
        }
    }
    private static let inXML: @Sendable (StorageAnswer) -> String? = {
        QueueClient.elements("NextMarker", $0.text).first.flatMap { $0.isEmpty ? nil : $0 }
    }
    private static func field(_ name: String) -> @Sendable (StorageAnswer) -> String? {
        { $0[name].flatMap { $0.isEmpty ? nil : $0 } }
    }
    private static let find = "comp=blobs&where=" + "a='1'".percentEncoded()
    private static let flat: [Listing] = [
        Listing(name: "blobs", path: "/docs", query: "restype=container&comp=list", size: "maxresults", marker: inXML),
        Listing(
            name: "blobs by delimiter",
            path: "/docs",
            query: "restype=container&comp=list&delimiter=%2F",
            size: "maxresults",
            marker: inXML
        ),
        Listing(
            name: "snapshots",
            path: "/docs",
            query: "restype=container&comp=list&include=snapshots",
            size: "maxresults",
            marker: inXML
        ),
        Listing(name: "containers", path: "/", query: "comp=list", size: "maxresults", marker: inXML),
        Listing(name: "blobs by tags", path: "/", query: find, size: "maxresults", marker: inXML),
        Listing(
            name: "blobs by tags of a container",
            path: "/docs",
            query: "restype=container&" + find,
            size: "maxresults",
            marker: inXML
        ),
        Listing(name: "page ranges", path: "/docs/disk", query: "comp=pagelist", size: "maxresults", marker: inXML),
        Listing(name: "queues", service: .queue, path: "/", query: "comp=list", size: "maxresults", marker: inXML),
        Listing(
            name: "file systems",
            service: .dfs,
            path: "/",
            query: "resource=account",
            size: "maxResults",
            marker: field("x-ms-continuation"),
            parameter: "continuation"
        ),
    ]
    private static let hierarchical: [Listing] = [
        Listing(
            name: "paths",
            service: .dfs,
            path: "/docs",
            query: "resource=filesystem&recursive=true",
            size: "maxResults",
            marker: field("x-ms-continuation"),
            parameter: "continuation"
        ),
        Listing(
            name: "a recursive change",
            service: .dfs,
            method: .patch,
            path: "/docs/a",
            query: "action=setAccessControlRecursive&mode=set",
            headers: ["x-ms-acl": "user::rwx,group::r-x,other::---"],
            size: "maxRecords",
            marker: field("x-ms-continuation"),
            parameter: "continuation"
        ),
        Listing(
            name: "blobs of paths",
            path: "/docs",
            query: "restype=container&comp=list",
            size: "maxresults",
            marker: inXML
        ),
    ]
    private static func fill(_ client: StorageClient) async throws {
        for number in 0..<3 {
            let tags = ["x-ms-tags": "a=1"]
            #expect(try await client.upload("/docs/a\(number)/x", [1], tags).status == 201)
            #expect(try await client.send(.put, "/docs/a\(number)/x", "comp=snapshot").status == 201)
            #expect(try await client.send(.put, "/more\(number)", "restype=container").status == 201)
            #expect(try await QueueClient(storage: client).send(.put, "/jobs\(number)").status == 201)
        }
        #expect(try await client.createPages("/docs/disk", 8_192).status == 201)
        for page in [0, 2, 4] {
            #expect(try await client.write("/docs/disk", Int64(page) * 512, client.bytes(512)).status == 201)
        }
    }
    private static func lake() async throws -> StorageClient {
        let client = try await StorageClient.lake()
        #expect(try await client.makeDirectory("/docs/a").status == 201)
        for number in 0..<3 { #expect(try await client.makeFile("/docs/a/\(number)").status == 201) }
        return client
    }

    @Test func `a marker with any character changed, cut or added to opens no list`() async throws {
        let client = try await StorageClient.ready()
        try await Self.fill(client)
        try await Self.tamper(client, Self.flat)
        try await Self.tamper(try await Self.lake(), Self.hierarchical)
    }
    private static func tamper(_ client: StorageClient, _ lists: [Listing]) async throws {
        for list in lists {
            let first = try await list.ask(client, size: "1")
            let text = try #require(
                list.marker(first),
                "\(list.name): \(first.status) \(first.code ?? "") \(first.text)"
            )
            #expect(try await list.ask(client, size: "1", marker: text).status == 200, "\(list.name)")
            var others = [text + "AAAA", String(text.dropLast(4)), String(text.dropFirst()), "1!", "AAAA", "\0", "é"]
            // The last character of base64 may hold spare bits.
            for at in stride(from: 0, to: text.count - 1, by: 5) {
                var letters = Array(text)
                letters[at] = letters[at] == "A" ? "B" : "A"
                others.append(String(letters))
            }
            for other in others {
                let answer = try await list.ask(client, marker: other)
                #expect(answer.status == 400, "\(list.name), '\(other)': \(answer.status)")
            }
        }
    }
    @Test func `a marker of one list goes on in no other kind of list`() async throws {
        let client = try await StorageClient.ready()
        try await Self.fill(client)
        for list in Self.flat {
            let text = try #require(list.marker(try await list.ask(client, size: "1")), "\(list.name)")
            for other in Self.flat where Self.kind(other) != Self.kind(list) {
                let answer = try await other.ask(client, marker: text)
                #expect(answer.status == 400, "of \(list.name) in \(other.name): \(answer.status)")
            }
        }
    }
    /// Lists of one kind share the form of their markers: a marker of theirs names a place, and opens nothing.
    private static func kind(_ list: Listing) -> String {
        switch list.name {
        case "blobs", "blobs by delimiter", "snapshots": "blobs"
        case "blobs by tags", "blobs by tags of a container": "tags"
        case "containers", "file systems": "containers"
        default: list.name
        }
    }
    @Test func `a marker of another container or account shows nothing of it`() async throws {
        let client = try await StorageClient.ready()
        try await Self.fill(client)
        let other = try await client.neighbour()
        #expect(try await other.upload("/docs/zz", [1], ["x-ms-tags": "a=1"]).status == 201)
        #expect(try await client.send(.put, "/others", "restype=container").status == 201)
        #expect(try await client.upload("/others/zzz", [1], ["x-ms-tags": "a=1"]).status == 201)
        for list in Self.flat where ["blobs", "tags", "containers"].contains(Self.kind(list)) {
            let text = try #require(list.marker(try await list.ask(client, size: "1")), "\(list.name)")
            let answer = try await list.ask(other, marker: text)
            #expect([200, 400].contains(answer.status), "\(list.name): \(answer.status)")
            for secret in ["a0", "a1", "a2", "more", "zzz"] {
                #expect(!answer.text.contains(">\(secret)"), "\(list.name) shows \(secret)")
            }
        }
        let blobs = Self.flat[0]
        let text = try #require(blobs.marker(try await blobs.ask(client, size: "1")))
        let query = "restype=container&comp=list&marker=\(text.percentEncoded())"
        #expect(QueueClient.elements("Name", try await client.send(.get, "/others", query).text) == ["zzz"])
    }
    @Test func `a continuation of tables names a place in the bearer's own, whatever it says`() async throws {
        let client = TableClient(storage: try await StorageClient.ready())
        for name in ["people", "places", "things"] { #expect(try await client.create(name).status == 201) }
        for row in ["1", "2", "3"] { #expect(try await client.insert("p", row).status == 201) }
        #expect(try await client.send(.post, "/things", body: #"{"PartitionKey":"q","RowKey":"secret"}"#).status == 201)
        let tables = try await client.send(.get, "/Tables", "$top=1")
        let table = try #require(tables["x-ms-continuation-NextTableName"])
        let page = try await client.send(.get, "/people()", "$top=1")
        let partition = try #require(page["x-ms-continuation-NextPartitionKey"])
        let row = try #require(page["x-ms-continuation-NextRowKey"])
        for text in [table, partition, row] {
            var others = [
                text + "AAAA", String(text.dropLast(4)), String(text.dropFirst()), "1!", "!", "\0", "AAAA", "1!4!/w==",
            ]
            for at in 0..<text.count {
                var letters = Array(text)
                letters[at] = letters[at] == "A" ? "B" : "A"
                others.append(String(letters))
            }
            for other in others.map({ $0.percentEncoded() }) {
                let listed = try await client.send(.get, "/Tables", "NextTableName=\(other)")
                #expect([200, 400].contains(listed.status), "\(other): \(listed.status)")
                for query in [
                    "NextPartitionKey=\(other)&NextRowKey=\(row.percentEncoded())",
                    "NextPartitionKey=\(partition.percentEncoded())&NextRowKey=\(other)",
                ] {
                    let answer = try await client.send(.get, "/people()", query)
                    #expect([200, 400].contains(answer.status), "\(query): \(answer.status)")
                    #expect(!answer.text.contains("secret"))
                }
            }
        }
    }
    @Test func `a token of the manager's lists is one, or refused`() async throws {
        let client = try await StorageClient.ready()
        try await Self.fill(client)
        // Tables are listed without a page's size.
        for place in ["/blobServices/default/containers", "/queueServices/default/queues"] {
            let first = try await client.manage(.get, place, query: "$maxpagesize=1")
            let link = try #require(first.json["nextLink"]?.string, "\(place): \(first.status)")
            let token = try #require(link.split(separator: "skiptoken=").last.map(String.init))
            #expect(try await client.manage(.get, place, query: "$skiptoken=\(token)").status == 200)
            var others = [token + "AAAA", String(token.dropLast(4)), String(token.dropFirst()), "%00", "W10", "e30"]
            for at in stride(from: 0, to: token.count, by: 3) {
                var letters = Array(token)
                letters[at] = letters[at] == "A" ? "B" : "A"
                others.append(String(letters))
            }
            for other in others {
                let answer = try await client.manage(.get, place, query: "$skiptoken=\(other)")
                #expect([200, 400].contains(answer.status), "\(place) \(other): \(answer.status)")
            }
            for size in ["0", "-1", "100000", "9223372036854775808", "many"] {
                let answer = try await client.manage(.get, place, query: "$maxpagesize=\(size)")
                #expect([200, 400].contains(answer.status), "\(place) of \(size): \(answer.status)")
            }
        }
    }
    @Test func `pages of 100,000 entries are cut or refused in the lists of paths, ranges and tags too`() async throws {
        let client = try await StorageClient.ready()
        try await Self.fill(client)
        try await Self.pages(client, Self.flat)
        try await Self.pages(try await Self.lake(), Self.hierarchical)
    }
    private static func pages(_ client: StorageClient, _ lists: [Listing]) async throws {
        for list in lists {
            for size in ["100000", "2147483647"] {
                let answer = try await list.ask(client, size: size)
                #expect(answer.status == 200 && list.marker(answer) == nil, "\(list.name) of \(size): \(answer.status)")
            }
            for size in ["0", "-1", "9223372036854775808", "many", "1e5"] {
                let answer = try await list.ask(client, size: size)
                #expect(answer.status == 400, "\(list.name) of \(size): \(answer.status)")
            }
        }
    }
    @Test func `a page holds as many entries as the service gives, and no more`() async throws {
        let client = try await StorageClient.ready()
        let count = ListQuery.resultsMax + 1
        #expect(try await client.upload("/docs/0", [1]).status == 201)
        for start in stride(from: 1, to: count, by: 500) {
            // What lies in the store is what a listing reads: the record of one blob under many names.
            try await client.region.meddle { scope, domain async throws(ServiceError) in
                let known = try await scope.list(RawBlob.self, in: domain, under: Key("blob"), limit: 1)
                guard let first = known.first else { return }
                var reader = KeyReader(first.key, after: Key("blob"))
                guard let directory = reader.uuid() else { return }
                for number in start..<min(start + 500, count) {
                    try await scope.put(first.value, in: domain, at: Key("blob", directory, "\(number)"))
                }
            }
        }
        for size in ["", "&maxresults=5000", "&maxresults=100000"] {
            let page = try await client.send(.get, "/docs", "restype=container&comp=list" + size)
            #expect(page.text.ranges(of: "<Blob>").count == ListQuery.resultsMax, "'\(size)'")
            let next = try #require(Self.inXML(page))
            let rest = try await client.send(
                .get,
                "/docs",
                "restype=container&comp=list\(size)&marker=\(next.percentEncoded())"
            )
            #expect(rest.text.ranges(of: "<Blob>").count == 1 && Self.inXML(rest) == nil)
        }
    }
}
