// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// The change feed over a region: nothing escapes it, nothing is invented, and readers find it where they look.
struct ChangeFeedTests {
    private static let on: JSON = ["enabled": true]

    /// A request that changes a blob, what goes before it, and what the feed tells of it.
    struct Change: Sendable {
        typealias Step = LeaseEscapeTests.Attempt
        var before: [Step] = []
        let step: Step
        var container = "docs"
        let tells: [String]
    }
    private static let put = Change.Step(headers: ["x-ms-blob-type": "BlockBlob"], body: [1])
    private static let log = Change.Step(headers: ["x-ms-blob-type": "AppendBlob"])
    private static let disk = Change.Step(headers: ["x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "1024"])
    private static let block = Change.Step(query: "comp=block&blockid=MDAwMQ%3D%3D", body: [2])
    private static let hold = Change.Step(query: "comp=legalhold", headers: ["x-ms-legal-hold": "true"])
    private static let policy = Change.Step(
        query: "comp=immutabilitypolicies",
        headers: ["x-ms-immutability-policy-until-date": "Fri, 01 Jan 2100 00:00:00 GMT"]
    )
    private static let take = Change.Step(query: "comp=snapshot")
    private static let changes: [String: Change] = [
        "blob.put": Change(step: put, tells: ["BlobCreated PutBlob"]),
        "blob.putBlockList": Change(
            before: [block],
            step: Change.Step(query: "comp=blocklist", body: LeaseEscapeTests.list),
            tells: ["BlobCreated PutBlockList"]
        ),
        "blob.setProperties": Change(
            before: [put],
            step: Change.Step(query: "comp=properties", headers: ["x-ms-blob-content-language": "fr"]),
            tells: ["BlobPropertiesUpdated SetBlobProperties"]
        ),
        "blob.setMetadata": Change(
            before: [put],
            step: Change.Step(query: "comp=metadata", headers: ["x-ms-meta-a": "1"]),
            tells: ["BlobPropertiesUpdated SetBlobMetadata"]
        ),
        "blob.setTags": Change(
            before: [put],
            step: Change.Step(query: "comp=tags", body: LeaseEscapeTests.tags),
            tells: ["BlobPropertiesUpdated SetBlobTags"]
        ),
        "blob.setTier": Change(
            before: [put],
            step: Change.Step(query: "comp=tier", headers: ["x-ms-access-tier": "Cool"]),
            tells: ["BlobTierChanged SetBlobTier"]
        ),
        "blob.delete": Change(
            before: [put],
            step: Change.Step(method: "DELETE"),
            tells: ["BlobDeleted DeleteBlob"]
        ),
        "blob.deleteVersion": Change(
            before: [put, put],
            step: Change.Step(method: "DELETE", query: "versionid=@first"),
            tells: ["BlobDeleted DeleteBlob"]
        ),
        "blob.deletePermanently": Change(
            before: [put, take, Change.Step(method: "DELETE", query: "snapshot=@snapshot")],
            step: Change.Step(method: "DELETE", query: "snapshot=@snapshot&deletetype=permanent"),
            tells: []
        ),
        "blob.deleteVersionPermanently": Change(
            before: [put, put, Change.Step(method: "DELETE", query: "versionid=@first")],
            step: Change.Step(method: "DELETE", query: "versionid=@first&deletetype=permanent"),
            tells: []
        ),
        "blob.undelete": Change(
            before: [put, take, Change.Step(method: "DELETE", query: "snapshot=@snapshot")],
            step: Change.Step(query: "comp=undelete"),
            tells: ["BlobSnapshotCreated UndeleteBlob"]
        ),
        "blob.snapshot": Change(before: [put], step: take, tells: ["BlobSnapshotCreated SnapshotBlob"]),
        "blob.copy": Change(
            step: Change.Step(headers: ["x-ms-copy-source": LeaseEscapeTests.source]),
            tells: ["BlobCreated CopyBlob"]
        ),
        "blob.appendBlock": Change(
            before: [log],
            step: Change.Step(query: "comp=appendblock", body: [2]),
            tells: ["BlobPropertiesUpdated AppendBlock"]
        ),
        "blob.seal": Change(
            before: [log],
            step: Change.Step(query: "comp=seal"),
            tells: ["BlobPropertiesUpdated AppendBlobSeal"]
        ),
        "blob.putPage": Change(
            before: [disk],
            step: Change.Step(
                query: "comp=page",
                headers: LeaseEscapeTests.page,
                body: [UInt8](repeating: 2, count: 512)
            ),
            tells: ["BlobPropertiesUpdated PutPage"]
        ),
        "blob.appendBlockFromURL": Change(
            before: [log],
            step: Change.Step(query: "comp=appendblock", headers: ["x-ms-copy-source": "@source"]),
            tells: ["BlobPropertiesUpdated AppendBlockFromURL"]
        ),
        "blob.putPageFromURL": Change(
            before: [disk],
            step: Change.Step(
                query: "comp=page",
                headers: LeaseEscapeTests.page.merging([
                    "x-ms-copy-source": "@source", "x-ms-source-range": "bytes=0-511",
                ]) { own, _ in own }
            ),
            tells: ["BlobPropertiesUpdated PutPageFromURL"]
        ),
        "blob.setImmutability": Change(
            before: [put],
            step: policy,
            container: "held",
            tells: ["BlobPropertiesUpdated SetBlobImmutabilityPolicy"]
        ),
        "blob.deleteImmutability": Change(
            before: [put, policy],
            step: Change.Step(method: "DELETE", query: "comp=immutabilitypolicies"),
            container: "held",
            tells: ["BlobPropertiesUpdated DeleteBlobImmutabilityPolicy"]
        ),
        "blob.setLegalHold": Change(
            before: [put],
            step: hold,
            container: "held",
            tells: ["BlobPropertiesUpdated SetBlobLegalHold"]
        ),
    ]
    /// Operations that change something, and no blob; or that tests of their own look at.
    private static let others = [
        "blob.lease": "a lease is no change of a blob", "blob.putBlock": "blocks are no part of a blob yet",
        "blob.putBlockFromURL": "blocks are no part of a blob yet",
        "blob.abortCopy": "below: a copy is told when it begins and when it ends",
        "blob.setExpiry": "is for hierarchical accounts, which have no feed",
        "blob.incrementalCopy": "it needs a snapshot of pages; BlobStates, through which it goes, tells it",
    ]

    @Test func `no operation changes a blob past the feed, and none tells more than it did`() async throws {
        let client = try await StorageClient.ready()
        try await client.setFeed(
            Self.on,
            [
                "isVersioningEnabled": true,
                "deleteRetentionPolicy": ["enabled": true, "days": 7, "allowPermanentDelete": true],
            ]
        )
        let held: JSON = ["properties": ["immutableStorageWithVersioning": ["enabled": true]]]
        #expect(try await client.manage(.put, "/blobServices/default/containers/held", held).status == 201)
        #expect(try await client.upload("/docs/source", client.bytes(512)).status == 201)
        for operation in StorageProvider.operations where operation.surface == .blob {
            guard operation.name.hasPrefix("blob."), Self.others[operation.name] == nil,
                operation.proof != .none(because: "answers 501: not built")
            else { continue }
            if case .reads = operation.work { continue }
            guard let change = Self.changes[operation.name] else {
                Issue.record("\(operation.name): say here what the change feed tells of it")
                continue
            }
            let path = "/\(change.container)/\(operation.name)"
            let before = try await run(change.before, path, client)
            let known = try await client.told(path).count
            _ = try await run([change.step], path, client, known: before)
            #expect(try await client.told(path).dropFirst(known) == change.tells[...], "\(operation.name)")
        }
    }
    /// Runs steps and answers the moments later ones are told of.
    @discardableResult
    private func run(
        _ steps: [Change.Step],
        _ path: String,
        _ client: StorageClient,
        known: [String: String] = [:]
    ) async throws -> [String: String] {
        var known = known
        known["@source"] = try await source(client)
        for step in steps {
            client.region.clock.pass(.seconds(1))
            var (query, headers) = (step.query, step.headers)
            for (name, value) in known {
                query = query.replacing(name, with: value)
                headers = headers.mapValues { $0.replacing(name, with: value) }
            }
            let answer = try await client.send(
                step.method == "PUT" ? .put : .delete,
                path,
                query,
                headers: headers,
                body: step.body
            )
            #expect((200..<300).contains(answer.status), "\(path) \(query): \(answer.status) \(answer.text)")
            if known["@first"] == nil { known["@first"] = answer["x-ms-version-id"] }
            if let snapshot = answer["x-ms-snapshot"] { known["@snapshot"] = snapshot }
        }
        return known
    }
    private func source(_ client: StorageClient) async throws -> String {
        let token = try await client.signature(container: "docs", permissions: "r")
        return client.region.plan.address(client.host(of: client.account)) + "/docs/source?" + token
    }

    @Test func `an event says what was changed, by what, and what it was before`() async throws {
        let client = try await StorageClient.ready()
        #expect(
            try await client.manage(.get, "/blobServices/default").text.contains(#""changeFeed":{"enabled":false}"#)
        )
        _ = try await client.upload("/docs/early", [1])
        try await client.setFeed(Self.on)
        let mine = ["x-ms-client-request-id": "mine", "x-ms-blob-content-language": "de", "x-ms-tags": "a=1"]
        let tag = try await client.upload("/docs/%C3%A4%20b", [1, 2, 3], mine)["ETag"]
        let headers = ["x-ms-blob-content-language": "fr"]
        _ = try await client.send(.put, "/docs/%C3%A4%20b", "comp=properties", headers: headers)
        _ = try await client.send(.put, "/docs/%C3%A4%20b", "comp=tags", body: Array("<Tags><TagSet/></Tags>".utf8))
        let events = try await client.feedEvents()
        #expect(
            events.map(\.told) == [
                "BlobCreated PutBlob", "BlobPropertiesUpdated SetBlobProperties", "BlobPropertiesUpdated SetBlobTags",
            ]
        )
        let first = try #require(events.first)
        #expect(first["subject"] == "/blobServices/default/containers/docs/blobs/ä b")
        #expect(first["topic"]?.hasSuffix("storageAccounts/lazulitest") == true && first["clientRequestId"] == "mine")
        #expect(first["eventTime"] == "2026-01-01T00:00:00.0000000Z" && first["contentLength"] == "3")
        #expect(tag == "\"\(first["etag"] ?? "")\"" && first["blobType"] == "BlockBlob")
        #expect(events[1].maps["blobPropertiesUpdated"]?["ContentLanguage"] == "fr was de")
        #expect(events[2].maps["tagsBefore"] == ["a": "1"] && events[2].maps["tagsAfter"] == [:])
        #expect(events.compactMap { $0["sequencer"] } == events.compactMap { $0["sequencer"] }.sorted())
        #expect(Set(events.compactMap { $0["id"] }).count == 3)
    }

    @Test func `events lie in the segment of their hour, which is closed and in time ends`() async throws {
        let client = try await StorageClient.ready()
        try await client.setFeed(["enabled": true, "retentionInDays": 1])
        let first = try await client.feedFile("idx/segments/1601/01/01/0000/meta.json")
        #expect(first.json["chunkFilePaths"]?.array == [] && first["Content-Type"] == "application/json")
        _ = try await client.upload("/docs/x", [1])
        try await client.region.publishFeeds()
        let meta = "idx/segments/2026/01/01/0000/meta.json"
        #expect(try await client.feedFile(meta).json["status"]?.string == "Publishing")
        #expect(
            try await client.feedFile(meta).json["chunkFilePaths"]?.array == ["$blobchangefeed/log/00/2026/01/01/0000/"]
        )
        #expect(try await client.feedFiles("log/") == ["log/00/2026/01/01/0000/00000.avro"])
        // Nothing more is told: time alone closes the segment.
        client.region.clock.pass(.seconds(3600))
        try await client.region.publishFeeds()
        #expect(try await client.feedFile(meta).json["status"]?.string == "Publishing")
        client.region.clock.pass(.seconds(300))
        try await client.region.publishFeeds()
        #expect(try await client.feedFile(meta).json["status"]?.string == "Finalized")
        let consumable = try await client.feedFile("meta/segments.json").json["lastConsumable"]?.string
        #expect(consumable == "2026-01-01T00:00:00.000Z")
        _ = try await client.upload("/docs/y", [1])
        client.region.clock.pass(.seconds(3600))
        _ = try await client.upload("/docs/z", [1])
        try await client.region.publishFeeds()
        #expect(try await client.feedFiles("log/") == [0, 1, 2].map { "log/00/2026/01/01/0\($0)00/00000.avro" })
        #expect(
            try await client.feedFile("meta/segments.json").json["lastConsumable"]?.string == "2026-01-01T01:00:00.000Z"
        )
        client.region.clock.pass(.seconds(23 * 3600))
        try await client.region.publishFeeds()
        #expect(try await client.feedFiles("log/") == [1, 2].map { "log/00/2026/01/01/0\($0)00/00000.avro" })
        #expect(try await client.feedFile(meta).code == "BlobNotFound")
    }

    @Test func `many events come over in many steps, each once`() async throws {
        let client = try await StorageClient.ready()
        try await client.setFeed(Self.on)
        for number in 0..<900 { _ = try await client.upload("/docs/\(number % 300)", [UInt8(number / 300)]) }
        let events = try await client.feedEvents()
        #expect(events.count == 900 && Set(events.compactMap { $0["id"] }).count == 900)
        for (_, own) in Dictionary(grouping: events, by: { $0["subject"] ?? "" }) {
            let order = own.compactMap { $0["sequencer"] }
            #expect(order.count == 3 && order == order.sorted())
        }
        #expect(try await client.feedEvents().count == 900)
    }

    @Test func `the end of a rehydration is told when it comes, unless the blob went before`() async throws {
        let client = try await StorageClient.ready()
        try await client.setFeed(Self.on)
        for name in ["stays", "goes"] {
            _ = try await client.upload("/docs/\(name)", [1], ["x-ms-access-tier": "Archive"])
            let tier = ["x-ms-access-tier": "Hot"]
            #expect(try await client.send(.put, "/docs/\(name)", "comp=tier", headers: tier).status == 202)
        }
        _ = try await client.send(.delete, "/docs/goes")
        let start = ["BlobCreated PutBlob", "BlobAsyncOperationInitiated SetBlobTier"]
        #expect(try await client.told("/docs/stays") == start)
        client.region.clock.pass(.seconds(3600))
        #expect(try await client.told("/docs/stays") == start + ["BlobTierChanged SetBlobTier"])
        #expect(try await client.told("/docs/goes") == start + ["BlobDeleted DeleteBlob"])
        let last = try #require(try await client.feedEvents().last)
        #expect(last["blobTier"] == "Hot" && last.maps["previousInfo"] == ["PreviousTier": "Archive"])
        #expect(last.maps["asyncOperationInfo"] == ["DestinationTier": "Hot", "WasAsyncOperation": "true"])
    }

    @Test func `a copy that goes on is told when it begins and when it ends`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        try await client.setFeed(Self.on)
        _ = try await other.upload("/docs/source", client.bytes(50_000))
        let from = ["x-ms-copy-source": try await source(other)]
        for name in ["done", "stopped"] {
            let started = try await client.send(.put, "/docs/\(name)", headers: from)
            #expect(started["x-ms-copy-status"] == "pending")
            guard name == "stopped", let id = started["x-ms-copy-id"] else { continue }
            let abort = ["x-ms-copy-action": "abort"]
            let query = "comp=copy&copyid=\(id)"
            #expect(try await client.send(.put, "/docs/stopped", query, headers: abort).status == 204)
        }
        try await client.settle()
        #expect(
            try await client.told("/docs/done") == ["BlobAsyncOperationInitiated CopyBlob", "BlobCreated CopyBlob"]
        )
        #expect(
            try await client.told("/docs/stopped")
                == ["BlobAsyncOperationInitiated CopyBlob", "BlobCreated AbortCopyBlob"]
        )
        #expect(try await other.feedFile("meta/segments.json").code == "ContainerNotFound")
    }

    @Test func `batches and deletes with snapshots tell each blob`() async throws {
        let client = try await StorageClient.ready()
        try await client.setFeed(Self.on)
        _ = try await client.upload("/docs/x", [1])
        for _ in 0..<2 { _ = try await client.send(.put, "/docs/x", "comp=snapshot") }
        _ = try await client.send(.delete, "/docs/x", headers: ["x-ms-delete-snapshots": "include"])
        let gone = [String](repeating: "BlobDeleted DeleteBlob", count: 3)
        #expect(try await client.told("/docs/x").suffix(3) == gone[...])
        let events = try await client.feedEvents()
        #expect(events.count { $0["eventType"] == "BlobDeleted" && $0["snapshot"] != nil } == 2)
    }

    @Test func `the feed is read-only and hidden, and goes with its account`() async throws {
        let client = try await StorageClient.ready()
        #expect(
            try await client.send(.put, "/$blobchangefeed", "restype=container").code
                == "InsufficientAccountPermissions"
        )
        try await client.setFeed(Self.on)
        _ = try await client.upload("/docs/x", [1])
        let file = "/$blobchangefeed/meta/segments.json"
        for (method, path, query) in [
            (.put, "/$blobchangefeed/new", ""), (.put, file, "comp=metadata"), (.delete, file, ""),
            (.put, file, "comp=snapshot"), (.put, file, "comp=lease"), (.put, file, "comp=tags"),
            (.delete, "/$blobchangefeed", "restype=container"),
            (.put, "/$blobchangefeed", "restype=container&comp=acl"),
        ] as [(HTTPRequest.Method, String, String)] {
            let headers = ["x-ms-blob-type": "BlockBlob", "x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
            let answer = try await client.send(method, path, query, headers: headers)
            #expect(answer.code == "InsufficientAccountPermissions", "\(method) \(path) \(query): \(answer.status)")
        }
        let path = "/blobServices/default/containers/$blobchangefeed"
        #expect(try await client.manage(.delete, path).code == "InsufficientAccountPermissions")
        #expect(try await client.send(.get, "/", "comp=list").text.contains("blobchangefeed") == false)
        #expect(try await client.send(.get, "/", "comp=list&include=system").text.contains("blobchangefeed"))
        var stranger = client
        stranger.identity = .nobody
        #expect(try await stranger.feedFile("meta/segments.json").status != 200)
        #expect(try await client.manage(.delete, "").status == 200)
        try await client.settle()
        try await client.region.publishFeeds()
        #expect(try await client.storedKeys() == 0)
    }

    @Test func `it tells while it is on, whatever was there before`() async throws {
        let client = try await StorageClient.ready()
        for number in 0..<310 { _ = try await client.send(.put, "/c\(1000 + number)", "restype=container") }
        for wrong in [
            ["enabled": true, "retentionInDays": 0], ["enabled": true, "retentionInDays": 146_001],
            ["enabled": false, "retentionInDays": 3],
        ] as [JSON] {
            let answer = try await client.manage(.put, "/blobServices/default", ["properties": ["changeFeed": wrong]])
            #expect(answer.code == "InvalidValuesForRequestParameters")
        }
        try await client.setFeed(Self.on)
        _ = try await client.upload("/c1309/x", [1])
        try await client.setFeed(["enabled": false])
        _ = try await client.upload("/c1309/x", [2])
        #expect(try await client.told("/c1309/x").count == 1)
        try await client.setFeed(["enabled": true, "retentionInDays": 5])
        let shown = try await client.manage(.get, "/blobServices/default").json["properties"]?["changeFeed"]
        #expect(shown == ["enabled": true, "retentionInDays": 5])
        _ = try await client.upload("/c1309/x", [3])
        #expect(try await client.told("/c1309/x").count == 2)
    }
}
