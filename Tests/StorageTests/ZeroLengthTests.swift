// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Nothing at all, wherever something could be: bodies, blobs, files, texts, keys, lists.
struct ZeroLengthTests {
    @Test func `blobs of every kind may be empty, and read, copied and listed so`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/block", []).status == 201)
        #expect(try await client.commit("/docs/list", []).status == 201)
        #expect(try await client.create("AppendBlob", "/docs/append").status == 201)
        #expect(try await client.createPages("/docs/page", 0).status == 201)
        for name in ["block", "list", "append", "page"] {
            let path = "/docs/" + name
            let whole = try await client.send(.get, path)
            #expect(whole.status == 200 && whole.body.isEmpty, "\(name)")
            for range in ["bytes=0-", "bytes=0-0", "bytes=0-99"] {
                #expect(try await client.send(.get, path, headers: ["Range": range]).code == "InvalidRange", "\(name)")
            }
            #expect(try await client.send(.head, path).status == 200)
            #expect(try await client.copy(path, to: path + "-copy").status == 202, "\(name)")
            #expect(try await client.send(.get, path + "-copy").body.isEmpty)
            #expect(try await client.send(.put, path, "comp=snapshot").status == 201)
            #expect(try await client.send(.put, path, "comp=metadata").status == 200)
        }
        #expect(try await client.ranges("/docs/page").pages.isEmpty)
        let blocks = try await client.send(.get, "/docs/list", "comp=blocklist&blocklisttype=all")
        #expect(blocks.text.contains("<CommittedBlocks></CommittedBlocks>"))
        let query = QueryJourneyTests.body("SELECT COUNT(*) FROM BlobStorage")
        let asked = try await client.send(.post, "/docs/block", "comp=query", body: query)
        #expect(try QueryOutcome(asked.body).text == "0\n" && QueryOutcome(asked.body).total == 0)
        #expect(try await client.names("", page: 3).count == 8)
        for path in ["/docs/block", "/docs/page", "/docs/append"] {
            let own = ["x-ms-delete-snapshots": "include"]
            #expect(try await client.send(.delete, path, headers: own).status == 202)
        }
    }
    @Test func `a block, an append and a page write of nothing are refused`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.create("AppendBlob", "/docs/log").status == 201)
        #expect(try await client.createPages("/docs/disk", 512).status == 201)
        let before = try await client.storedKeys()
        #expect(try await client.send(.put, "/docs/x", "comp=block&blockid=AAAA").code == "InvalidHeaderValue")
        #expect(try await client.append("/docs/log", []).code == "InvalidHeaderValue")
        let range = ["x-ms-range": "bytes=0-511"]
        for (word, status) in [("update", 400), ("", 400), ("clear", 201)] {
            let headers = range.merging(["x-ms-page-write": word]) { own, _ in own }
            let answer = try await client.send(.put, "/docs/disk", "comp=page", headers: headers)
            #expect(answer.status == status, "'\(word)': \(answer.status) \(answer.code ?? "")")
        }
        #expect(try await client.storedKeys() == before)
    }
    @Test func `a body that must hold something is refused when it is empty`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let queues = QueueClient(storage: client)
        #expect(try await queues.send(.put, "/jobs").status == 201)
        let tables = TableClient(storage: client)
        #expect(try await tables.create("people").status == 201)
        let asks: [(StorageService, HTTPRequest.Method, String, String, [String: String])] = [
            (.blob, .put, "/docs/x", "comp=blocklist", [:]), (.blob, .put, "/docs/x", "comp=tags", [:]),
            (.blob, .post, "/docs/x", "comp=query", [:]),
            (.blob, .post, "/", "comp=batch", ["Content-Type": BatchTests.type]),
            (.blob, .put, "/", "restype=service&comp=properties", [:]), (.queue, .post, "/jobs/messages", "", [:]),
            (.table, .post, "/people", "", ["Content-Type": "application/json"]),
            (.table, .post, "/Tables", "", ["Content-Type": "application/json"]),
            (.table, .post, "/$batch", "", ["Content-Type": "multipart/mixed; boundary=b"]),
        ]
        for (service, method, path, query, headers) in asks {
            let answer = try await client.ask(service, method, path, query, headers: headers)
            #expect(answer.status == 400, "\(service) \(path)?\(query): \(answer.status) \(answer.code ?? "")")
        }
        // No policies is a list of them.
        #expect(try await client.send(.put, "/docs", "restype=container&comp=acl").status == 200)
        #expect(try await queues.send(.put, "/jobs", "comp=acl").status == 204)
        #expect(try await client.send(.get, "/docs/x").body == [1])
    }
    @Test func `texts may be empty where the service says so`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1], ["x-ms-meta-a": "", "x-ms-tags": "b="]).status == 201)
        #expect(try await client.send(.get, "/docs/x", "comp=tags").text.contains("<Value />"))
        #expect(try await client.upload("/docs/x", [1], ["x-ms-tags": "=b"]).status == 400)
        for query in ["prefix=&marker=&maxresults=&delimiter=&include=", "prefix=nothing"] {
            let list = try await client.send(.get, "/docs", "restype=container&comp=list&" + query)
            #expect(list.status == 200, "\(query)")
        }
        let queues = QueueClient(storage: client)
        #expect(try await queues.send(.put, "/jobs").status == 201)
        try await queues.put("")
        #expect(try await queues.peek() == [""])
        let tables = TableClient(storage: client)
        #expect(try await tables.create("people").status == 201)
        #expect(
            try await tables.insert("", "", #","Text":"","Bytes@odata.type":"Edm.Binary","Bytes":"""#).status == 201
        )
        let entity = try await tables.get("", "").json
        #expect(entity["PartitionKey"]?.string == "" && entity["Text"]?.string == "" && entity["Bytes"]?.string == "")
        #expect(try await tables.query("PartitionKey eq '' and RowKey eq ''").found == ["/"])
        #expect(try await tables.insert("a", "b", #","":"x""#).status == 400)
        #expect(try await tables.send(.post, "/people", body: "{}").code == "PropertiesNeedValue")
    }
    @Test func `a file may be empty, and an append of nothing changes it not`() async throws {
        let client = try await StorageClient.lake()
        #expect(try await client.makeFile("/docs/f").status == 201)
        #expect(try await client.path(.patch, "/docs/f", "action=flush&position=0").status == 200)
        let read = try await client.path(.get, "/docs/f")
        #expect(read.status == 200 && read.body.isEmpty)
        #expect(try await client.path(.get, "/docs/f", headers: ["Range": "bytes=0-"]).status == 416)
        let appended = try await client.path(.patch, "/docs/f", "action=append&position=0")
        #expect(appended.status == 400, "\(appended.status)")
        #expect(try await client.makeDirectory("/docs/d").status == 201)
        #expect(try await client.paths("recursive=true&directory=d") == [])
        #expect(try await client.rename("/docs/d", to: "/docs/e").status == 201)
        #expect(try await client.path(.delete, "/docs/e", "recursive=false").status == 200)
    }
}
