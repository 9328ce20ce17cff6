// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

/// Snapshots, versions and soft delete, over a region.
struct HistoryJourneyTests {
    @Test(arguments: [3, 100_000])
    func `a snapshot stays as it was while its blob goes on`(size: Int) async throws {
        let client = try await StorageClient.ready()
        let empty = try await client.storedKeys()
        let body = client.bytes(size)
        _ = try await client.upload("/docs/x", body, ["x-ms-meta-a": "1"])
        let taken = try await client.send(.put, "/docs/x", "comp=snapshot")
        let moment = try #require(taken["x-ms-snapshot"])
        #expect(taken.status == 201 && moment.utf8.count == 28)
        let other = try await client.send(.put, "/docs/x", "comp=snapshot", headers: ["x-ms-meta-b": "2"])
        let second = try #require(other["x-ms-snapshot"])
        #expect(second > moment && other["ETag"] != taken["ETag"])
        _ = try await client.upload("/docs/x", [9])
        #expect(try await client.send(.get, "/docs/x").body == [9])
        let read = try await client.send(.get, "/docs/x", "snapshot=\(moment)")
        #expect(read.body == body && read["x-ms-meta-a"] == "1" && read["ETag"] == taken["ETag"])
        #expect(try await client.send(.head, "/docs/x", "snapshot=\(second)")["x-ms-meta-b"] == "2")
        #expect(try await client.names("&include=snapshots", page: 2) == ["x", "x", "x"])
        #expect(try await client.names("", page: 2) == ["x"])

        #expect(try await client.send(.delete, "/docs/x").code == "SnapshotsPresent")
        #expect(try await client.send(.delete, "/docs/x", "snapshot=\(second)").status == 202)
        #expect(try await client.send(.get, "/docs/x", "snapshot=\(second)").code == "BlobNotFound")
        let only = ["x-ms-delete-snapshots": "only"]
        #expect(try await client.send(.delete, "/docs/x", headers: only).status == 202)
        #expect(try await client.send(.get, "/docs/x", "snapshot=\(moment)").code == "BlobNotFound")
        #expect(try await client.send(.delete, "/docs/x")["x-ms-delete-type-permanent"] == "true")
        try await client.settle()
        #expect(try await client.storedKeys() == empty)
    }

    @Test(arguments: [
        ("comp=metadata&snapshot=now", "InvalidQueryParameterValue"),
        ("comp=properties&snapshot=2026-01-01T00:00:00.0000000Z", "InvalidQueryParameterValue"),
        ("comp=snapshot&versionid=2026-01-01T00:00:00.0000000Z", "InvalidQueryParameterValue"),
    ])
    func `what is past does not change`(query: String, code: String) async throws {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        #expect(try await client.send(.put, "/docs/x", query).code == code)
        #expect(try await client.send(.put, "/docs/y", "comp=snapshot").code == "BlobNotFound")
        let moments = "snapshot=2026-01-01T00:00:00.0000000Z&versionid=2026-01-01T00:00:00.0000000Z"
        #expect(try await client.send(.get, "/docs/x", moments).code == "MutuallyExclusiveQueryParameters")
        let taken = try await client.send(.put, "/docs/x", "comp=snapshot")
        #expect(taken["x-ms-request-server-encrypted"] == "false")
        let snapshot = "snapshot=\(try #require(taken["x-ms-snapshot"]).percentEncoded())"
        let both = try await client.send(.delete, "/docs/x", snapshot, headers: ["x-ms-delete-snapshots": "include"])
        #expect(both.code == "InvalidQueryParameterValue")
        // Leases are of what is current.
        let shown = try await client.send(.head, "/docs/x", snapshot)
        #expect(shown["x-ms-snapshot"] == taken["x-ms-snapshot"])
        #expect(shown["x-ms-lease-state"] == nil && shown["x-ms-lease-status"] == nil)
        let list = try await client.send(.get, "/docs", "restype=container&comp=list&include=snapshots").text
        #expect(list.ranges(of: "<LeaseState>").count == 1 && list.ranges(of: "<Blob>").count == 2)
        let wrong = ["x-ms-delete-snapshots": "perhaps"]
        #expect(try await client.send(.delete, "/docs/x", headers: wrong).code == "InvalidHeaderValue")
    }

    @Test func `a delete takes many snapshots along, and leaves nothing`() async throws {
        let client = try await StorageClient.ready()
        let empty = try await client.storedKeys()
        _ = try await client.upload("/docs/x", client.bytes(40_000))
        for _ in 0..<230 { #expect(try await client.send(.put, "/docs/x", "comp=snapshot").status == 201) }
        let include = ["x-ms-delete-snapshots": "include"]
        #expect(try await client.send(.delete, "/docs/x", headers: include).status == 202)
        try await client.settle()
        #expect(try await client.names("&include=snapshots", page: 100) == [])
        #expect(try await client.storedKeys() == empty)
    }

    @Test func `with versioning every write, and every delete, keeps the state before it`() async throws {
        let client = try await StorageClient.ready()
        let empty = try await client.storedKeys()
        _ = try await client.upload("/docs/x", [1])
        try await client.keep(["isVersioningEnabled": true])
        let second = try #require(try await client.upload("/docs/x", client.bytes(50_000))["x-ms-version-id"])
        let metadata = try await client.send(.put, "/docs/x", "comp=metadata", headers: ["x-ms-meta-a": "1"])
        let third = try #require(metadata["x-ms-version-id"])
        _ = try await client.stage("/docs/x", 3)
        let fourth = try #require(
            try await client.commit("/docs/x", [("Latest", 0), ("Latest", 1)])["x-ms-version-id"]
        )
        _ = try await client.stage("/docs/x", 1, from: 3)
        let blocks = [("Committed", 1), ("Uncommitted", 3)]
        let fifth = try #require(try await client.commit("/docs/x", blocks)["x-ms-version-id"])
        #expect([second, third, fourth, fifth] == [second, third, fourth, fifth].sorted())
        let current = try await client.send(.head, "/docs/x")
        #expect(current["x-ms-version-id"] == fifth && current["x-ms-is-current-version"] == "true")
        #expect(try await client.send(.get, "/docs/x", "versionid=\(second)").body.count == 50_000)
        #expect(try await client.send(.head, "/docs/x", "versionid=\(third)")["x-ms-meta-a"] == "1")
        #expect(try await client.send(.head, "/docs/x", "versionid=\(third)")["x-ms-is-current-version"] == nil)
        let wholeFourth = try await client.send(.get, "/docs/x", "versionid=\(fourth)").body
        #expect(try await client.names("&include=versions", page: 2).count == 5)

        #expect(try await client.send(.delete, "/docs/x", "versionid=\(fifth)").code == "OperationNotAllowedOnRootBlob")
        #expect(try await client.send(.delete, "/docs/x").status == 202)
        #expect(try await client.send(.get, "/docs/x").code == "BlobNotFound")
        #expect(try await client.send(.delete, "/docs/x", "versionid=\(fifth)").status == 202)
        #expect(try await client.send(.delete, "/docs/x", "versionid=\(third)").status == 202)
        try await client.settle()
        #expect(try await client.names("&include=deletedwithversions", page: 2) == ["x"])
        #expect(try await client.copy("/docs/x?versionid=\(fourth)", to: "/docs/x").status == 202)
        #expect(try await client.send(.get, "/docs/x").body == wholeFourth)

        try await client.keep(["isVersioningEnabled": false])
        #expect(try await client.upload("/docs/x", [3])["x-ms-version-id"] == nil)
        #expect(try await client.names("&include=versions", page: 100).count == 5)
        #expect(try await client.send(.delete, "/docs", "restype=container").status == 202)
        try await client.settle()
        _ = try await client.send(.put, "/docs", "restype=container")
        #expect(try await client.storedKeys() == empty + 1)
    }

    @Test func `soft delete keeps what is overwritten and deleted, until it is over`() async throws {
        let client = try await StorageClient.ready()
        let empty = try await client.storedKeys()
        try await client.keep(["deleteRetentionPolicy": ["enabled": true, "days": 2]])
        let settings = try await client.storedKeys()
        _ = try await client.upload("/docs/x", [1])
        _ = try await client.upload("/docs/x", client.bytes(40_000))
        let moment = try #require(try await client.send(.put, "/docs/x", "comp=snapshot")["x-ms-snapshot"])
        let include = ["x-ms-delete-snapshots": "include"]
        let deleted = try await client.send(.delete, "/docs/x", headers: include)
        #expect(deleted["x-ms-delete-type-permanent"] == "false")
        #expect(try await client.send(.get, "/docs/x").code == "BlobNotFound")
        #expect(try await client.send(.get, "/docs/x", "snapshot=\(moment)").code == "BlobNotFound")
        #expect(try await client.names("&include=snapshots", page: 9) == [])
        #expect(try await client.names("&include=deleted", page: 1) == ["x"])
        #expect(try await client.names("&include=deleted,snapshots", page: 1) == ["x", "x", "x"])

        #expect(try await client.send(.put, "/docs/x", "comp=undelete").status == 200)
        #expect(try await client.send(.get, "/docs/x").body.count == 40_000)
        #expect(try await client.send(.get, "/docs/x", "snapshot=\(moment)").body.count == 40_000)
        #expect(try await client.send(.delete, "/docs/x").code == "SnapshotsPresent")
        #expect(try await client.send(.put, "/docs/y", "comp=undelete").code == "BlobNotFound")
        #expect(try await client.send(.delete, "/docs/x", headers: include).status == 202)
        client.region.clock.pass(.seconds(2 * 24 * 3600 + 1))
        await client.region.expireKept()
        try await client.settle()
        #expect(try await client.names("&include=deleted,snapshots", page: 9) == [])
        #expect(try await client.storedKeys() == settings)
        #expect(settings == empty + 1)
    }

    @Test func `a deleted container comes back with its blobs, until it is over`() async throws {
        let client = try await StorageClient.ready()
        try await client.keep(["containerDeleteRetentionPolicy": ["enabled": true, "days": 1]])
        let settings = try await client.storedKeys()
        _ = try await client.upload("/docs/x", client.bytes(40_000))
        #expect(try await client.send(.delete, "/docs", "restype=container").status == 202)
        #expect(try await client.send(.get, "/docs/x").code == "ContainerNotFound")
        #expect(!(try await client.send(.get, "/", "comp=list").text.contains("<Name>docs</Name>")))
        let list = try await client.send(.get, "/", "comp=list&include=deleted").text
        #expect(list.contains("<Deleted>true</Deleted>") && list.contains("<RemainingRetentionDays>1<"))
        let version = try #require(list.split(separator: "<Version>").last?.split(separator: "<").first)
        let restore = ["x-ms-deleted-container-name": "docs", "x-ms-deleted-container-version": String(version)]
        _ = try await client.send(.put, "/docs", "restype=container")
        let undelete = "restype=container&comp=undelete"
        #expect(try await client.send(.put, "/docs", undelete, headers: restore).code == "ContainerAlreadyExists")
        try await client.assign("Storage Blob Data Owner")
        var principal = client
        principal.identity = .bearer
        // A role over the one name says nothing of the other.
        #expect(try await principal.send(.put, "/more", undelete, headers: restore).code == "InvalidHeaderValue")
        #expect(try await client.send(.put, "/more", undelete, headers: restore).status == 201)
        #expect(try await client.send(.put, "/docs", undelete, headers: restore).code == "ContainerNotFound")
        #expect(try await client.send(.get, "/more/x").body.count == 40_000)
        #expect(try await client.send(.delete, "/more", "restype=container").status == 202)
        client.region.clock.pass(.seconds(24 * 3600 + 1))
        await client.region.expireKept()
        try await client.settle()
        #expect(try await client.storedKeys() == settings)
    }

    @Test func `the manager lists containers by prefix, page after page, and the deleted ones to who asks`()
        async throws
    {
        let client = try await StorageClient.ready()
        try await client.keep(["containerDeleteRetentionPolicy": ["enabled": true, "days": 3]])
        for name in ["made", "more"] {
            #expect(try await client.send(.put, "/" + name, "restype=container").status == 201)
        }
        #expect(try await client.send(.delete, "/more", "restype=container").status == 202)
        func list(_ query: String) async throws -> StorageAnswer {
            try await client.manage(.get, "/blobServices/default/containers", query: query)
        }
        func names(_ answer: StorageAnswer) -> [String] {
            (answer.json["value"]?.array ?? []).compactMap { $0["name"]?.string }
        }
        #expect(names(try await list("")) == ["docs", "made"])
        #expect(names(try await list("%24filter=m")) == ["made"])
        let all = try await list("%24include=deleted&%24filter=m")
        #expect(names(all) == ["made", "more"])
        let gone = try #require(all.json["value"]?.array?.last?["properties"])
        #expect(gone["deleted"]?.bool == true && gone["remainingRetentionDays"]?.integer == 3)
        #expect(gone["deletedTime"]?.string != nil && gone["version"]?.string?.count == 16)
        var (seen, next) = ([String](), "")
        for _ in 0..<3 {
            let page = try await list("%24include=deleted&%24maxpagesize=1\(next)")
            seen += names(page)
            guard let link = page.json["nextLink"]?.string else { break }
            next = "&$skiptoken=" + (link.split(separator: "$skiptoken=").last ?? "")
        }
        #expect(seen == ["docs", "made", "more"])
        #expect(try await list("%24include=other").status == 400)
        #expect(try await list("%24skiptoken=rubbish").code == "InvalidSkipToken")
    }

    @Test func `only what was deleted can be deleted for good, and where the account allows it`() async throws {
        let client = try await StorageClient.ready()
        try await client.keep(["deleteRetentionPolicy": ["enabled": true, "days": 2]])
        _ = try await client.upload("/docs/x", [1])
        let moment = try #require(try await client.send(.put, "/docs/x", "comp=snapshot")["x-ms-snapshot"])
        let permanent = "snapshot=\(moment)&deletetype=permanent"
        #expect(try await client.send(.delete, "/docs/x", permanent).code == "PermanentDeleteNotEnabled")
        let policy: JSON = ["enabled": true, "days": 2, "allowPermanentDelete": true]
        try await client.keep(["deleteRetentionPolicy": policy])
        #expect(try await client.send(.delete, "/docs/x", permanent).code == "BlobNotSoftDeleted")
        #expect(try await client.send(.delete, "/docs/x", "snapshot=\(moment)").status == 202)
        #expect(try await client.send(.delete, "/docs/x", permanent)["x-ms-delete-type-permanent"] == "true")
        #expect(try await client.names("&include=deleted,snapshots", page: 9) == ["x"])
    }

    @Test func `what is kept is set and shown alike on both surfaces`() async throws {
        let client = try await StorageClient.ready()
        let policy = "<Enabled>true</Enabled><Days>3</Days>"
        let body = "<StorageServiceProperties><DeleteRetentionPolicy>\(policy)</DeleteRetentionPolicy>"
        let properties = "restype=service&comp=properties"
        let set = try await client.send(.put, "/", properties, body: Array("\(body)</StorageServiceProperties>".utf8))
        #expect(set.status == 202)
        try await client.keep(["isVersioningEnabled": true])
        let shown = try await client.manage(.get, "/blobServices/default").json["properties"]
        #expect(shown?["deleteRetentionPolicy"]?["days"]?.integer == 3)
        #expect(shown?["isVersioningEnabled"]?.bool == true)
        #expect(try await client.send(.get, "/", properties).text.contains("<Days>3</Days>"))
        for days in [0, 366] as [JSON] {
            let wrong: JSON = ["properties": ["deleteRetentionPolicy": ["enabled": true, "days": days]]]
            #expect(try await client.manage(.put, "/blobServices/default", wrong).status == 400)
        }
    }
}

extension StorageClient {
    /// Sets what the account keeps of the past.
    func keep(_ properties: JSON) async throws {
        #expect(try await manage(.put, "/blobServices/default", ["properties": properties]).status == 200)
    }
}
