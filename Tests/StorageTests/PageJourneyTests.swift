// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

extension StorageClient {
    func createPages(_ path: String, _ length: Int64, _ headers: [String: String] = [:]) async throws -> StorageAnswer {
        let own = ["x-ms-blob-content-length": String(length)]
        return try await create("PageBlob", path, headers.merging(own) { asked, _ in asked })
    }
    func write(
        _ path: String,
        _ start: Int64,
        _ body: [UInt8],
        _ headers: [String: String] = [:]
    ) async throws -> StorageAnswer {
        let own = ["x-ms-page-write": "update", "x-ms-range": "bytes=\(start)-\(start + Int64(body.count) - 1)"]
        return try await send(.put, path, "comp=page", headers: headers.merging(own) { asked, _ in asked }, body: body)
    }
    func clear(
        _ path: String,
        _ bytes: Range<Int64>,
        _ headers: [String: String] = [:]
    ) async throws -> StorageAnswer {
        let range = "bytes=\(bytes.lowerBound)-\(bytes.upperBound - 1)"
        let own = ["x-ms-page-write": "clear", "x-ms-range": range]
        return try await send(.put, path, "comp=page", headers: headers.merging(own) { asked, _ in asked })
    }
    /// The ranges one answer lists, and its marker.
    func ranges(
        _ path: String,
        _ query: String = "",
        _ headers: [String: String] = [:],
        version: String = "2023-11-03"
    ) async throws -> (pages: [Range<Int64>], cleared: [Range<Int64>], marker: String?) {
        let answer = try await send(.get, path, "comp=pagelist\(query)", headers: headers, version: version)
        #expect(answer.status == 200)
        func list(_ name: String) -> [Range<Int64>] {
            answer.text.split(separator: "<\(name)>").dropFirst().compactMap { part in
                let numbers = part.split { !$0.isNumber }.compactMap { Int64($0) }
                return numbers.count < 2 ? nil : numbers[0]..<numbers[1] + 1
            }
        }
        let marker = answer.text.split(separator: "<NextMarker>").dropFirst().first?.split(separator: "<").first
        return (list("PageRange"), list("ClearRange"), marker.map(String.init).flatMap { $0.isEmpty ? nil : $0 })
    }
}

struct PageJourneyTests {
    @Test func `a page blob reads as what was written and as zeros elsewhere`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        let size = 256 * 512
        #expect(try await client.createPages("/docs/disk", Int64(size)).status == 201)
        var model = [UInt8](repeating: 0, count: size)
        var written = Set<Int>()
        // Short and long, over one another, side by side, and cleared: page numbers and how many.
        let steps = [
            (0, 1, true), (1, 1, true), (2, 1, true), (3, 2, true), (10, 100, true), (20, 3, true), (50, 70, true),
            (30, 5, false), (0, 2, false), (250, 6, true), (15, 90, true), (16, 1, true), (17, 1, true),
            (100, 8, false),
            (99, 1, true), (40, 200, true), (60, 66, true),
        ]
        for (page, count, isWrite) in steps {
            let bytes = page * 512..<(page + count) * 512
            if isWrite {
                let body = client.bytes(bytes.count)
                model.replaceSubrange(bytes, with: body)
                written.formUnion(page..<page + count)
                #expect(try await client.write("/docs/disk", Int64(bytes.lowerBound), body).status == 201)
            } else {
                model.replaceSubrange(bytes, with: [UInt8](repeating: 0, count: bytes.count))
                written.subtract(page..<page + count)
                #expect(
                    try await client.clear("/docs/disk", Int64(bytes.lowerBound)..<Int64(bytes.upperBound)).status
                        == 201
                )
            }
            #expect(try await client.send(.get, "/docs/disk").body == model)
            let pages = try await client.ranges("/docs/disk").pages.flatMap {
                Array($0.lowerBound / 512..<$0.upperBound / 512)
            }
            #expect(Set(pages.map(Int.init)) == written)
        }
        let part = try await client.send(.get, "/docs/disk", headers: ["Range": "bytes=5000-90000"])
        #expect(part.status == 206 && part.body == Array(model[5000...90_000]))
        _ = try await client.send(.delete, "/docs/disk")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `small writes side by side join`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.createPages("/docs/disk", 1 << 20)
        let before = try await client.storedKeys()
        for page in 0..<256 {
            _ = try await client.write("/docs/disk", Int64(page) * 512, [UInt8](repeating: UInt8(page), count: 512))
        }
        // 128 KiB in pieces of 32: a row and a content each.
        #expect(try await client.storedKeys() - before <= 2 * 8)
        #expect(try await client.ranges("/docs/disk").pages == [0..<131_072])
        let body = try await client.send(.get, "/docs/disk", headers: ["Range": "bytes=0-131071"]).body
        #expect(body == (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 512) })
    }

    @Test func `more than a change can carry is cleared at once all the same`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        _ = try await client.createPages("/docs/disk", 1 << 30)
        for row in 0..<320 { _ = try await client.write("/docs/disk", Int64(row) * 1024, client.bytes(512)) }
        #expect(try await client.clear("/docs/disk", 1024..<1 << 30).status == 201)
        #expect(try await client.ranges("/docs/disk").pages == [0..<512])
        #expect(try await client.write("/docs/disk", 2048, [UInt8](repeating: 9, count: 512)).status == 201)
        #expect(try await client.ranges("/docs/disk").pages == [0..<512, 2048..<2560])
        let part = try await client.send(.get, "/docs/disk", headers: ["Range": "bytes=1024-4095"]).body
        #expect(
            part == [UInt8](repeating: 0, count: 1024) + [UInt8](repeating: 9, count: 512)
                + [UInt8](repeating: 0, count: 1536)
        )
        try await client.settle()
        #expect(try await client.ranges("/docs/disk").pages == [0..<512, 2048..<2560])
        _ = try await client.send(.delete, "/docs/disk")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `ranges are listed page after page and within a range`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.createPages("/docs/disk", 1 << 20)
        for row in 0..<7 { _ = try await client.write("/docs/disk", Int64(row) * 2048, client.bytes(512)) }
        var found: [Range<Int64>] = []
        var marker: String?
        repeat {
            let page = try await client.ranges("/docs/disk", "&maxresults=3" + (marker.map { "&marker=\($0)" } ?? ""))
            #expect(page.pages.count <= 3)
            found += page.pages
            marker = page.marker
        } while marker != nil
        #expect(found == (0..<7).map { $0 * 2048..<$0 * 2048 + 512 })
        #expect(
            try await client.ranges("/docs/disk", "", ["Range": "bytes=2048-4607"]).pages == [2048..<2560, 4096..<4608]
        )
        for query in ["&maxresults=0", "&maxresults=x", "&marker=x"] {
            #expect(try await client.send(.get, "/docs/disk", "comp=pagelist\(query)").status == 400)
        }
        _ = try await client.upload("/docs/block", [1])
        #expect(try await client.send(.get, "/docs/block", "comp=pagelist").code == "InvalidBlobType")
    }

    @Test func `a version without pages is told every range at once`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.createPages("/docs/disk", 4096)
        for page in [0, 2, 4] { _ = try await client.write("/docs/disk", Int64(page * 512), client.bytes(512)) }
        let some = try await client.ranges("/docs/disk", "&maxresults=1", version: "2020-10-02")
        #expect(some.pages == [0..<512] && some.marker != nil)
        let all = try await client.ranges("/docs/disk", "&maxresults=1", version: "2019-02-02")
        #expect(all.pages == [0..<512, 1024..<1536, 2048..<2560] && all.marker == nil)
    }

    @Test func `a blob is made longer and shorter, and its number moves`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.createPages("/docs/disk", 2048, ["x-ms-blob-sequence-number": "7"])
        _ = try await client.write("/docs/disk", 0, client.bytes(2048))
        func set(_ headers: [String: String]) async throws -> StorageAnswer {
            try await client.send(.put, "/docs/disk", "comp=properties", headers: headers)
        }
        let type = try await client.send(.head, "/docs/disk")["Content-Type"]
        #expect(try await set(["x-ms-blob-content-length": "512"]).status == 200)
        #expect(try await set(["x-ms-blob-content-length": "4096"]).status == 200)
        #expect(try await client.ranges("/docs/disk").pages == [0..<512])
        #expect(try await client.send(.get, "/docs/disk").body.count == 4096)
        #expect(try await client.send(.head, "/docs/disk")["Content-Type"] == type)
        let raised = try await set(["x-ms-sequence-number-action": "increment"])
        #expect(raised["x-ms-blob-sequence-number"] == "8")
        #expect(try await set(["x-ms-blob-content-length": "100"]).code == "InvalidHeaderValue")
        let low = ["x-ms-if-sequence-number-lt": "8"]
        #expect(try await client.write("/docs/disk", 0, client.bytes(512), low).code == "SequenceNumberConditionNotMet")
        _ = try await client.upload("/docs/block", [1])
        let other = try await client.send(
            .put,
            "/docs/block",
            "comp=properties",
            headers: ["x-ms-blob-content-length": "512"]
        )
        #expect(other.code == "InvalidBlobType")
    }

    @Test func `a write is refused where it does not fit`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.create("PageBlob", "/docs/disk").code == "MissingRequiredHeader")
        #expect(try await client.createPages("/docs/disk", 100).code == "InvalidHeaderValue")
        #expect(try await client.createPages("/docs/disk", 9 << 40).code == "OutOfRangeInput")
        #expect(try await client.createPages("/docs/disk", 8 << 40).status == 201)
        #expect(try await client.write("/docs/disk", (8 << 40) - 512, client.bytes(512)).status == 201)
        #expect(try await client.write("/docs/disk", 8 << 40, client.bytes(512)).code == "InvalidPageRange")
        #expect(try await client.write("/docs/disk", 1, client.bytes(512)).code == "InvalidPageRange")
        #expect(
            try await client.write("/docs/disk", 0, client.bytes(512), ["x-ms-range": "bytes=0-1023"]).status == 400
        )
        #expect(try await client.write("/docs/disk", 0, client.bytes(512), ["x-ms-page-write": "x"]).status == 400)
        let long = try await client.write("/docs/disk", 0, [UInt8](repeating: 1, count: 4_194_816))
        #expect(long.code == "RequestBodyTooLarge")
        let wrong = ["x-ms-content-crc64": [UInt8](repeating: 0, count: 8).base64]
        #expect(try await client.write("/docs/disk", 0, client.bytes(512), wrong).code == "Crc64Mismatch")
        _ = try await client.upload("/docs/block", [1])
        #expect(try await client.write("/docs/block", 0, client.bytes(512)).code == "InvalidBlobType")
        #expect(try await client.ranges("/docs/disk").pages == [(8 << 40) - 512..<8 << 40])
    }

    @Test func `a snapshot keeps its pages, and tells what changed since`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        _ = try await client.createPages("/docs/disk", 1 << 20)
        _ = try await client.write("/docs/disk", 0, client.bytes(4096))
        _ = try await client.write("/docs/disk", 65_536, client.bytes(65_536))
        let first = try await client.send(.get, "/docs/disk").body
        let one = try #require(try await client.send(.put, "/docs/disk", "comp=snapshot")["x-ms-snapshot"])
        _ = try await client.write("/docs/disk", 512, client.bytes(512))
        _ = try await client.clear("/docs/disk", 65_536..<66_048)
        _ = try await client.write("/docs/disk", 8192, client.bytes(512))
        let second = try await client.send(.get, "/docs/disk").body
        let two = try #require(try await client.send(.put, "/docs/disk", "comp=snapshot")["x-ms-snapshot"])
        _ = try await client.clear("/docs/disk", 0..<1 << 20)
        #expect(try await client.send(.get, "/docs/disk", "snapshot=\(one)").body == first)
        #expect(try await client.send(.get, "/docs/disk", "snapshot=\(two)").body == second)
        #expect(try await client.send(.get, "/docs/disk").body == [UInt8](repeating: 0, count: 1 << 20))
        let now = try await client.ranges("/docs/disk", "&prevsnapshot=\(two)")
        #expect(now.pages.isEmpty && now.cleared == [0..<4096, 8192..<8704, 66_048..<131_072])
        let between = try await client.ranges("/docs/disk", "&snapshot=\(two)&prevsnapshot=\(one)")
        #expect(between.pages == [512..<1024, 8192..<8704] && between.cleared == [65_536..<66_048])
        let newer = try await client.send(.get, "/docs/disk", "comp=pagelist&snapshot=\(one)&prevsnapshot=\(two)")
        #expect(newer.code == "PreviousSnapshotCannotBeNewer")
        _ = try await client.send(.delete, "/docs/disk", "snapshot=\(one)")
        try await client.settle()
        #expect(try await client.send(.get, "/docs/disk", "snapshot=\(two)").body == second)
        let gone = try await client.send(.get, "/docs/disk", "comp=pagelist&prevsnapshot=\(one)")
        #expect(gone.code == "PreviousSnapshotNotFound")
        _ = try await client.send(.delete, "/docs/disk", headers: ["x-ms-delete-snapshots": "include"])
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `with versioning an incremental copy keeps what it copied before`() async throws {
        let client = try await StorageClient.ready()
        try await client.keep(["isVersioningEnabled": true])
        _ = try await client.createPages("/docs/disk", 4096)
        var first: [UInt8] = []
        for turn in 0..<2 {
            client.region.clock.pass(.seconds(1))
            _ = try await client.write("/docs/disk", Int64(turn) * 1024, client.bytes(512))
            if turn == 0 { first = try await client.send(.get, "/docs/disk").body }
            let moment = try #require(try await client.send(.put, "/docs/disk", "comp=snapshot")["x-ms-snapshot"])
            let source = client.region.plan.address(client.host(of: client.account)) + "/docs/disk?snapshot=\(moment)"
            let headers = ["x-ms-copy-source": source]
            let copied = try await client.send(.put, "/docs/backup", "comp=incrementalcopy", headers: headers)
            #expect(copied.status == 202 && copied["x-ms-version-id"] != nil)
        }
        #expect(try await client.names("&include=versions&prefix=backup", page: 10) == ["backup", "backup"])
        let list = try await client.send(.get, "/docs", "restype=container&comp=list&include=versions&prefix=backup")
        let version = try #require(
            list.text.split(separator: "<VersionId>").dropFirst().first?.split(separator: "<").first
        )
        #expect(try await client.send(.get, "/docs/backup", "versionid=\(version)").body == first)
    }
    @Test func `what was written after a snapshot and is gone again was cleared since`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.createPages("/docs/disk", 4096)
        func snapshot() async throws -> String {
            try #require(try await client.send(.put, "/docs/disk", "comp=snapshot")["x-ms-snapshot"])
        }
        let one = try await snapshot()
        _ = try await client.write("/docs/disk", 0, client.bytes(1536))
        let two = try await snapshot()
        _ = try await client.clear("/docs/disk", 512..<1024)
        let all = try await client.ranges("/docs/disk", "&prevsnapshot=\(one)")
        #expect(all.pages == [0..<512, 1024..<1536] && all.cleared == [512..<1024])
        let since = try await client.ranges("/docs/disk", "&prevsnapshot=\(two)")
        #expect(since.pages.isEmpty && since.cleared == [512..<1024])
        let then = try await client.ranges("/docs/disk", "&snapshot=\(two)&prevsnapshot=\(one)")
        #expect(then.pages == [0..<1536] && then.cleared.isEmpty)
    }

    @Test(arguments: [false, true])
    func `snapshots of another account are copied by its signature, and stay as snapshots`(
        isVersioned: Bool
    ) async throws {
        let client = try await StorageClient.ready()
        if isVersioned { try await client.keep(["isVersioningEnabled": true]) }
        let there = try await client.neighbour()
        let before = try await client.storedKeys()
        _ = try await there.createPages("/docs/disk", 4096)
        let address = client.region.plan.address(there.host(of: there.account)) + "/docs/disk"
        let signature = try await there.signature(container: "docs", permissions: "r")
        func copy(_ moment: String, _ more: String) async throws -> StorageAnswer {
            let headers = ["x-ms-copy-source": "\(address)?snapshot=\(moment)\(more)"]
            return try await client.send(.put, "/docs/backup", "comp=incrementalcopy", headers: headers)
        }
        var moments: [String] = []
        var bodies: [[UInt8]] = []
        var taken: [String] = []
        for turn in 0..<2 {
            client.region.clock.pass(.seconds(1))
            _ = try await there.write("/docs/disk", Int64(turn) * 1024, client.bytes(512))
            moments.append(try #require(try await there.send(.put, "/docs/disk", "comp=snapshot")["x-ms-snapshot"]))
            bodies.append(try await there.send(.get, "/docs/disk").body)
            #expect(try await copy(moments[turn], "").code == "CannotVerifyCopySource")
            let begun = try await copy(moments[turn], "&" + signature)
            #expect(begun.status == 202 && begun["x-ms-copy-status"] == "pending")
            #expect(try await client.send(.head, "/docs/backup")["x-ms-copy-status"] == "pending")
            #expect(try await copy(moments[turn], "&" + signature).code == "PendingCopyOperation")
            try await client.settle()
            let head = try await client.send(.head, "/docs/backup")
            #expect(head["x-ms-copy-status"] == "success" && head["x-ms-incremental-copy"] == "true")
            taken.append(try #require(head["x-ms-copy-destination-snapshot"]))
            #expect(try await client.send(.get, "/docs/backup").body == bodies[turn])
        }
        let early = try await copy(moments[0], "&" + signature)
        #expect(early.code == "IncrementalCopyOfEarlierVersionSnapshotNotAllowed")
        for (moment, body) in zip(taken, bodies) {
            #expect(try await client.send(.get, "/docs/backup", "snapshot=\(moment)").body == body)
        }
        let versions = try await client.names("&include=versions&prefix=backup", page: 10)
        #expect(versions.count == (isVersioned ? 2 : 1))
        guard !isVersioned else { return }
        for holder in [client, there] {
            for name in ["/docs/backup", "/docs/disk"] {
                _ = try await holder.send(.delete, name, headers: ["x-ms-delete-snapshots": "include"])
            }
        }
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `snapshots are copied one after the other, and nothing else changes the copy`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        _ = try await client.createPages("/docs/disk", 4096)
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/disk"
        func copy(_ moment: String?) async throws -> StorageAnswer {
            let source = address + (moment.map { "?snapshot=\($0)" } ?? "")
            return try await client.send(
                .put,
                "/docs/backup",
                "comp=incrementalcopy",
                headers: ["x-ms-copy-source": source]
            )
        }
        #expect(try await copy(nil).code == "IncrementalCopySourceMustBeSnapshot")
        var moments: [String] = []
        for turn in 0..<2 {
            _ = try await client.write("/docs/disk", Int64(turn) * 1024, client.bytes(512))
            moments.append(try #require(try await client.send(.put, "/docs/disk", "comp=snapshot")["x-ms-snapshot"]))
            #expect(try await copy(moments[turn]).status == 202)
        }
        #expect(try await copy(moments[0]).code == "IncrementalCopyOfEarlierVersionSnapshotNotAllowed")
        let wrong = ["x-ms-copy-source": address + "?snapshot=\(moments[1])", "If-Match": "\"0x1\""]
        let unmet = try await client.send(.put, "/docs/backup", "comp=incrementalcopy", headers: wrong)
        #expect(unmet.status == 412 && unmet.code == "TargetConditionNotMet")
        let head = try await client.send(.head, "/docs/backup")
        #expect(head["x-ms-incremental-copy"] == "true" && head["x-ms-copy-status"] == "success")
        let taken = try #require(head["x-ms-copy-destination-snapshot"])
        let whole = try await client.send(.get, "/docs/disk").body
        _ = try await client.send(.delete, "/docs/disk", headers: ["x-ms-delete-snapshots": "include"])
        try await client.settle()
        #expect(try await client.send(.get, "/docs/backup", "snapshot=\(taken)").body == whole)
        let refused = try await client.write("/docs/backup", 0, client.bytes(512))
        #expect(refused.code == "OperationNotAllowedOnIncrementalCopyBlob")
        _ = try await client.send(.delete, "/docs/backup", headers: ["x-ms-delete-snapshots": "include"])
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }
}
