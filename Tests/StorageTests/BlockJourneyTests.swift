// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

struct BlockJourneyTests {
    /// A little, more than one change deals with at once, and more than one chunk of pieces.
    private static let counts = [3, 250, 1_100]

    @Test(arguments: counts)
    func `a blob of blocks reads as its list says, in whole and in part`(count: Int) async throws {
        let client = try await StorageClient.ready()
        let blocks = try await client.stage("/docs/b", count)
        #expect(try await client.send(.head, "/docs/b").code == "BlobNotFound")
        let order = Array((0..<count - 1).reversed()) + [0]
        #expect(try await client.commit("/docs/b", order.map { ("Latest", $0) }).status == 201)
        try await client.settle()
        let whole = order.flatMap { blocks[$0] }
        #expect(try await client.send(.get, "/docs/b").body == whole)
        for step in 1...10 {
            let from = whole.count * step / 12
            let to = min(whole.count - 1, from + whole.count / 7)
            let part = try await client.send(.get, "/docs/b", headers: ["Range": "bytes=\(from)-\(to)"])
            #expect(part.status == 206 && part.body == Array(whole[from...to]))
        }
    }

    @Test(arguments: counts)
    func `blocks are reused, also by lists that copies share`(count: Int) async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        let blocks = try await client.stage("/docs/b", count)
        _ = try await client.commit("/docs/b", (0..<count).map { ("Uncommitted", $0) })
        let even = Array(stride(from: 0, to: count, by: 2))
        #expect(try await client.commit("/docs/b", even.map { ("Committed", $0) }).status == 201)
        try await client.settle()
        _ = try await client.copy("/docs/b", to: "/docs/c")
        let extra = try await client.stage("/docs/b", 1, from: 99_000)
        let few = even.prefix(even.count / 2 + 1)
        #expect(try await client.commit("/docs/b", few.map { ("Committed", $0) } + [("Latest", 99_000)]).status == 201)
        try await client.settle()
        #expect(try await client.send(.get, "/docs/b").body == few.flatMap { blocks[$0] } + extra[0])
        #expect(try await client.send(.get, "/docs/c").body == even.flatMap { blocks[$0] })
        _ = try await client.send(.delete, "/docs/c")
        try await client.settle()
        #expect(try await client.send(.get, "/docs/b").body == few.flatMap { blocks[$0] } + extra[0])
        _ = try await client.send(.delete, "/docs/b")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `a list is refused when it names a block that is not there`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.stage("/docs/b", 2)
        #expect(try await client.commit("/docs/b", [("Latest", 7)]).code == "InvalidBlockList")
        #expect(try await client.commit("/docs/b", [("Committed", 0)]).code == "InvalidBlockList")
        #expect(try await client.send(.put, "/docs/b", "comp=block&blockid=AA", body: [1]).code != nil)
        #expect(
            try await client.send(.put, "/docs/b", "comp=block&blockid=AAAA", body: [1]).code == "InvalidBlobOrBlock"
        )
        let listed = try await client.send(.get, "/docs/b", "comp=blocklist&blocklisttype=all")
        #expect(listed.text.contains("<UncommittedBlocks><Block>") && listed["ETag"] == nil)
        #expect(listed["x-ms-blob-content-length"] == nil)
        #expect(try await client.commit("/docs/b", []).status == 201)
        #expect(try await client.send(.get, "/docs/b").body.isEmpty)
    }

    @Test func `a block put twice is the later one, and one named twice is read twice`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        for size in [5, 40_000] {
            _ = try await client.stage("/docs/b", 2)
            let query = "comp=block&blockid=\(Array("1000000".utf8).base64.percentEncoded())"
            let later = client.bytes(size)
            #expect(try await client.send(.put, "/docs/b", query, body: later).status == 201)
            #expect(
                try await client.commit("/docs/b", [("Latest", 0), ("Uncommitted", 0), ("Latest", 0)]).status == 201
            )
            #expect(try await client.send(.get, "/docs/b").body == later + later + later)
            let blocks = try await client.send(.get, "/docs/b", "comp=blocklist&blocklisttype=all")
            #expect(blocks.text.ranges(of: "<Block>").count == 3)
            // The block that the list left out is gone with it.
            #expect(try await client.commit("/docs/b", [("Latest", 1)]).code == "InvalidBlockList")
            #expect(try await client.commit("/docs/b", [("Committed", 0), ("Committed", 0)]).status == 201)
            try await client.settle()
            #expect(try await client.send(.get, "/docs/b").body == later + later)
            #expect(try await client.commit("/docs/b", [("Committed", 0)]).status == 201)
            #expect(try await client.send(.get, "/docs/b").body == later)
        }
        _ = try await client.send(.delete, "/docs/b")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `putting the blob as a whole ends its uncommitted blocks`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.stage("/docs/b", 3)
        _ = try await client.upload("/docs/b", [1])
        #expect(try await client.commit("/docs/b", [("Latest", 0)]).code == "InvalidBlockList")
        #expect(try await client.send(.get, "/docs/b").body == [1])
    }

    @Test func `blocks wait a week for their list, from the last one on`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        for number in 0..<60 { _ = try await client.stage("/docs/\(number)", 1) }
        client.region.clock.pass(.seconds(5 * 24 * 3600))
        _ = try await client.stage("/docs/0", 1, from: 1)
        client.region.clock.pass(.seconds(3 * 24 * 3600))
        await client.region.expireBlocks()
        try await client.settle()
        #expect(try await client.send(.get, "/docs/1", "comp=blocklist&blocklisttype=all").code == "BlobNotFound")
        #expect(try await client.commit("/docs/0", [("Latest", 0), ("Latest", 1)]).status == 201)
        _ = try await client.send(.delete, "/docs/0")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test(arguments: ["append", "page"])
    func `blocks and lists of them are for block blobs alone`(kind: String) async throws {
        let client = try await StorageClient.ready()
        if kind == "page" {
            _ = try await client.createPages("/docs/b", 512)
        } else {
            _ = try await client.send(.put, "/docs/b", headers: ["x-ms-blob-type": "AppendBlob"])
            _ = try await client.append("/docs/b", [1, 2, 3])
        }
        let tag = try await client.send(.head, "/docs/b")["ETag"]
        let block = try await client.send(.put, "/docs/b", "comp=block&blockid=AAAA", body: [1])
        #expect(block.code == "InvalidBlobType")
        #expect(try await client.commit("/docs/b", []).code == "InvalidBlobType")
        #expect(try await client.send(.get, "/docs/b", "comp=blocklist").code == "InvalidBlobType")
        #expect(try await client.send(.head, "/docs/b")["ETag"] == tag)
    }

    @Test func `writers at the same time leave one whole blob and nothing else`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        let bodies = (0..<24).map { client.bytes($0 % 3 == 0 ? 40_000 + $0 : 100 + $0) }
        try await withThrowingTaskGroup { group in
            for (number, body) in bodies.enumerated() {
                group.addTask {
                    if number % 5 == 4 { _ = try await client.send(.delete, "/docs/b") }
                    #expect(try await client.upload("/docs/b", body).status == 201)
                }
            }
            try await group.waitForAll()
        }
        #expect(bodies.contains(try await client.send(.get, "/docs/b").body))
        _ = try await client.send(.delete, "/docs/b")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }
}
