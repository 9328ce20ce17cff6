// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// When blobs were last used, against a region.
struct AccessTrackingTests {
    private static let header = "x-ms-last-access-time"

    static func track(_ client: StorageClient, _ isOn: Bool = true) async throws {
        let policy: JSON = ["lastAccessTimeTrackingPolicy": ["enable": .bool(isOn)]]
        let answer = try await client.manage(.put, "/blobServices/default", ["properties": policy])
        #expect(answer.status == 200)
        #expect(answer.json["properties"]?["lastAccessTimeTrackingPolicy"]?["enable"] == .bool(isOn))
    }
    static func tracking() async throws -> StorageClient {
        let client = try await StorageClient.ready()
        try await track(client)
        return client
    }
    private func shown(_ client: StorageClient, _ path: String = "/docs/x", _ query: String = "") async throws
        -> String?
    {
        try await client.send(.head, path, query)[Self.header]
    }

    @Test func `without the policy neither reads nor writes say when a blob was used`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await client.send(.get, "/docs/x")[Self.header] == nil)
        #expect(try await client.region.keepAccesses() == 0)
        #expect(try await shown(client) == nil)
        let answer = try await client.manage(.get, "/blobServices/default")
        #expect(answer.json["properties"]?["lastAccessTimeTrackingPolicy"] == nil)
    }

    @Test func `a write counts at once, and the first read of a day counts once`() async throws {
        let client = try await Self.tracking()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let written = client.region.clock.now
        #expect(try await shown(client) == written.httpDate)
        client.region.clock.pass(.seconds(23 * 3600))
        #expect(try await client.send(.get, "/docs/x").status == 200)
        #expect(try await client.region.keepAccesses() == 0)
        client.region.clock.pass(.seconds(2 * 3600))
        let read = client.region.clock.now
        for _ in 0..<5 { #expect(try await client.send(.get, "/docs/x").status == 200) }
        let before = try await client.send(.head, "/docs/x")
        #expect(try await client.region.keepAccesses() == 1)
        let after = try await client.send(.head, "/docs/x")
        #expect(after[Self.header] == read.httpDate)
        #expect(after["ETag"] == before["ETag"] && after["Last-Modified"] == before["Last-Modified"])
        let list = try await client.send(.get, "/docs", "restype=container&comp=list").text
        #expect(list.contains("<LastAccessTime>\(read.httpDate)</LastAccessTime>"))
        #expect(try await client.send(.get, "/docs/x").status == 200)
        #expect(try await client.region.keepAccesses() == 0)
    }

    @Test func `only what gives bytes away counts as a read`() async throws {
        let client = try await Self.tracking()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        client.region.clock.pass(.seconds(48 * 3600))
        let etag = try #require(try await client.send(.head, "/docs/x")["ETag"])
        #expect(try await client.send(.get, "/docs/x", "comp=metadata").status == 200)
        #expect(try await client.send(.get, "/docs/x", "comp=tags").status == 200)
        #expect(try await client.send(.get, "/docs/x", headers: ["If-None-Match": etag]).status == 304)
        #expect(try await client.send(.get, "/docs/x", headers: ["x-ms-range": "bytes=5-9"]).status == 416)
        #expect(try await client.region.keepAccesses() == 0)
        #expect(try await client.send(.get, "/docs/x", headers: ["x-ms-range": "bytes=0-0"]).status == 206)
        #expect(try await client.region.keepAccesses() == 1)
    }

    @Test func `a read noted before a blob was written again or deleted changes nothing`() async throws {
        let client = try await Self.tracking()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await client.upload("/docs/y", [1]).status == 201)
        client.region.clock.pass(.seconds(48 * 3600))
        #expect(try await client.send(.get, "/docs/x").status == 200)
        #expect(try await client.send(.get, "/docs/y").status == 200)
        client.region.clock.pass(.seconds(60))
        #expect(try await client.upload("/docs/x", [2]).status == 201)
        #expect(try await client.send(.delete, "/docs/y").status == 202)
        let written = client.region.clock.now
        #expect(try await client.region.keepAccesses() == 0)
        #expect(try await shown(client) == written.httpDate)
        #expect(try await client.send(.head, "/docs/y").status == 404)
    }

    @Test func `reads of snapshots and under a policy count, append and page blobs never`() async throws {
        let client = try await Self.tracking()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let snapshot = try #require(try await client.send(.put, "/docs/x", "comp=snapshot")["x-ms-snapshot"])
        #expect(try await client.send(.put, "/docs/a", headers: ["x-ms-blob-type": "AppendBlob"]).status == 201)
        client.region.clock.pass(.seconds(48 * 3600))
        let query = "snapshot=\(snapshot.percentEncoded())"
        #expect(try await client.send(.get, "/docs/x", query).status == 200)
        #expect(try await client.send(.get, "/docs/a").status == 200)
        #expect(try await client.region.keepAccesses() == 1)
        #expect(try await shown(client, "/docs/x", query) == client.region.clock.now.httpDate)
        #expect(try await shown(client) != client.region.clock.now.httpDate)
        #expect(try await shown(client, "/docs/a") == nil)
    }

    @Test func `many reads share changes, and what finds no room is noted by the next read`() async throws {
        let client = try await Self.tracking()
        for number in 0..<150 { #expect(try await client.upload("/docs/\(number)", [1]).status == 201) }
        client.region.clock.pass(.seconds(48 * 3600))
        for number in 0..<150 { #expect(try await client.send(.get, "/docs/\(number)").status == 200) }
        #expect(try await client.region.keepAccesses() == 2)
    }

    @Test(
        arguments: [
            ["enable": "yes"], ["enable": true, "name": "Other"], ["enable": true, "trackingGranularityInDays": 2],
            ["enable": true, "blobType": ["appendBlob"]], [:],
        ] as [JSON]
    )
    func `a policy of another form is refused`(_ policy: JSON) async throws {
        let client = try await StorageClient.ready()
        let body: JSON = ["properties": ["lastAccessTimeTrackingPolicy": policy]]
        let answer = try await client.manage(.put, "/blobServices/default", body)
        #expect(answer.status == 400 && answer.code == "InvalidValuesForRequestParameters")
    }

    @Test func `switched off, what was noted stays and nothing is added`() async throws {
        let client = try await Self.tracking()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let written = client.region.clock.now
        try await Self.track(client, false)
        client.region.clock.pass(.seconds(48 * 3600))
        #expect(try await client.send(.get, "/docs/x").status == 200)
        #expect(try await client.region.keepAccesses() == 0)
        #expect(try await shown(client) == written.httpDate)
    }
}
