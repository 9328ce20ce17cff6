// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

struct CopyJourneyTests {
    /// An address of a blob with a signature that may read its container.
    private func signed(_ client: StorageClient, _ path: String) async throws -> String {
        let token = try await client.signature(container: "docs", permissions: "r")
        return client.region.plan.address(client.host(of: client.account)) + path + "?" + token
    }
    private func put(
        _ client: StorageClient,
        _ target: String,
        _ query: String = "",
        from source: String,
        _ headers: [String: String] = [:]
    ) async throws -> StorageAnswer {
        let own = ["x-ms-copy-source": source]
        return try await client.send(.put, target, query, headers: headers.merging(own) { asked, _ in asked })
    }
    private func status(_ client: StorageClient, _ path: String) async throws -> String? {
        try await client.send(.head, path)["x-ms-copy-status"]
    }

    @Test func `bytes come from another account's blob under its signature`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        let body = client.bytes(100_000)
        _ = try await other.upload("/docs/source", body, ["x-ms-blob-content-language": "fr"])
        let source = try await signed(other, "/docs/source")
        let block = ["x-ms-blob-type": "BlockBlob"]
        #expect(try await put(client, "/docs/put", from: source, block).status == 201)
        #expect(try await put(client, "/docs/sync", from: source, ["x-ms-requires-sync": "true"]).status == 202)
        #expect(try await client.send(.get, "/docs/put").body == body)
        #expect(try await client.send(.get, "/docs/sync").body == body)
        #expect(try await client.send(.head, "/docs/put")["Content-Language"] == "fr")
        #expect(try await status(client, "/docs/sync") == "success")

        _ = try await client.create("AppendBlob", "/docs/log")
        let part = ["x-ms-source-range": "bytes=10-60009"]
        #expect(try await put(client, "/docs/log", "comp=appendblock", from: source, part).status == 201)
        #expect(try await client.send(.get, "/docs/log").body == Array(body[10..<60_010]))
        _ = try await client.createPages("/docs/disk", 1024)
        let page = ["x-ms-page-write": "update", "x-ms-range": "bytes=512-1023", "x-ms-source-range": "bytes=0-511"]
        #expect(try await put(client, "/docs/disk", "comp=page", from: source, page).status == 201)
        #expect(try await client.send(.get, "/docs/disk").body == [UInt8](repeating: 0, count: 512) + body[..<512])
        #expect(try await put(client, "/docs/b", "comp=block&blockid=AAAA", from: source).status == 201)
        let list = "<BlockList><Latest>AAAA</Latest></BlockList>"
        #expect(try await client.send(.put, "/docs/b", "comp=blocklist", body: Array(list.utf8)).status == 201)
        #expect(try await client.send(.get, "/docs/b").body == body)
    }

    @Test func `a private source opens to a token or a signature only`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/source", [1, 2, 3])
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/source"
        let sync = ["x-ms-requires-sync": "true"]
        #expect(try await put(client, "/docs/t", from: address, sync).status == 401)
        let token = "x-ms-copy-source-authorization"
        let bearer = sync.merging([token: "Bearer \(StorageRegion.token)"]) { own, _ in own }
        #expect(try await put(client, "/docs/t", from: address, bearer).status == 403)
        try await client.assign("Storage Blob Data Reader")
        #expect(try await put(client, "/docs/t", from: address, bearer).status == 202)
        #expect(try await client.send(.get, "/docs/t").body == [1, 2, 3])
        let wrong = sync.merging([token: "Bearer other"]) { own, _ in own }
        #expect(try await put(client, "/docs/t", from: address, wrong).status == 401)
        // Copy Blob within the account needs no more than the account's key.
        #expect(try await put(client, "/docs/u", from: address).status == 202)
        let other = try await client.neighbour()
        #expect(try await put(other, "/docs/u", from: address).status == 401)
        let broken = try await signed(client, "/docs/source").replacing("sp=r", with: "sp=rw")
        #expect(try await put(other, "/docs/u", from: broken).code == "CannotVerifyCopySource")
    }

    @Test func `a copy takes the source's tags along if it is asked to and may read them`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/source", [1, 2, 3], ["x-ms-tags": "a=1&b=2"])
        let bare = try await signed(client, "/docs/source")
        let token = try await client.signature(container: "docs", permissions: "rt")
        let source = client.region.plan.address(client.host(of: client.account)) + "/docs/source?" + token
        let option = "x-ms-copy-source-tag-option"
        for form in [["x-ms-requires-sync": "true"], ["x-ms-blob-type": "BlockBlob"]] {
            func copy(_ source: String, _ more: [String: String]) async throws -> StorageAnswer {
                try await put(client, "/docs/t", from: source, form.merging(more) { own, _ in own })
            }
            #expect(try await copy(bare, [option: "COPY"]).code == "CannotVerifyCopySource")
            #expect(try await copy(source, [option: "COPY", "x-ms-tags": "c=3"]).code == "InvalidHeaderValue")
            #expect(try await copy(source, [option: "both"]).code == "InvalidHeaderValue")
            #expect(try await client.send(.head, "/docs/t").status == 404)
            #expect([201, 202].contains(try await copy(source, [option: "COPY"]).status))
            let tags = try await client.send(.get, "/docs/t", "comp=tags").text
            #expect(tags.contains("<Key>a</Key><Value>1</Value>") && tags.contains("<Key>b</Key>"))
            #expect([201, 202].contains(try await copy(bare, [option: "REPLACE", "x-ms-tags": "c=3"]).status))
            #expect(try await client.send(.get, "/docs/t", "comp=tags").text.contains("<Key>c</Key>"))
            #expect([201, 202].contains(try await copy(bare, [:]).status))
            #expect(try await client.send(.head, "/docs/t")["x-ms-tag-count"] == nil)
            #expect(try await client.send(.delete, "/docs/t").status == 202)
        }
        #expect(try await put(client, "/docs/t", from: source, [option: "COPY"]).code == "UnsupportedHeader")
        // Whoever brings tags needs the right to set them.
        var writer = client
        writer.identity = .nobody
        let writes = try await client.signature(container: "docs", permissions: "cw")
        let sync = ["x-ms-requires-sync": "true", option: "COPY"]
        #expect(try await put(writer, "/docs/t", writes, from: source, sync).status == 403)
        let tagging = try await client.signature(container: "docs", permissions: "cwt")
        #expect(try await put(writer, "/docs/t", tagging, from: source, sync).status == 202)
    }

    @Test func `a source elsewhere is never asked for`() async throws {
        let client = try await StorageClient.ready()
        for source in ["https://example.org/a/b", "https://169.254.169.254/latest/meta", "ftp://x/y", "nonsense"] {
            let answer = try await put(client, "/docs/t", from: source)
            #expect(answer.status == 400)
            #expect(try await put(client, "/docs/t", from: source, ["x-ms-requires-sync": "true"]).status == 400)
        }
        let gone = client.region.plan.address(client.host(of: client.account)) + "/docs/none"
        #expect(try await put(client, "/docs/t", from: gone).code == "BlobNotFound")
        let asked = try await put(client, "/docs/t", from: gone, ["x-ms-requires-sync": "true"])
        #expect(asked.code == "CannotVerifyCopySource")
        #expect(try await client.send(.head, "/docs/t").status == 404)
    }

    @Test func `sources are checked by their conditions and their checksums`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/source", [1, 2, 3])
        let source = try await signed(client, "/docs/source")
        _ = try await client.create("AppendBlob", "/docs/log")
        let append = "comp=appendblock"
        let tag = try await put(client, "/docs/log", append, from: source, ["x-ms-source-if-match": "\"0x1\""])
        #expect(tag.status == 412 && tag.code == "CannotVerifyCopySource")
        let sum = ["x-ms-source-content-md5": [UInt8](repeating: 0, count: 16).base64]
        #expect(try await put(client, "/docs/log", append, from: source, sum).code == "Md5Mismatch")
        let async = try await put(client, "/docs/t", from: source, ["x-ms-source-if-match": "\"0x1\""])
        #expect(async.code == "SourceConditionNotMet")
        let far = try await put(client, "/docs/log", append, from: source, ["x-ms-source-range": "bytes=3-9"])
        #expect(far.status == 416)
        #expect(try await client.send(.get, "/docs/log").body.isEmpty)
    }

    @Test func `a long copy from another account goes on after its answer`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        let before = try await client.storedKeys()
        let body = [UInt8](repeating: 7, count: 20 << 20)
        _ = try await other.upload("/docs/source", body)
        let source = try await signed(other, "/docs/source")
        let begun = try await put(client, "/docs/t", from: source)
        #expect(begun.status == 202 && begun["x-ms-copy-status"] == "pending")
        #expect(try await client.upload("/docs/t", [1]).code == "PendingCopyOperation")
        #expect(try await client.send(.head, "/docs/t")["x-ms-copy-progress"] == "0/\(body.count)")
        try await client.settle()
        #expect(try await status(client, "/docs/t") == "success")
        #expect(try await client.send(.get, "/docs/t").body == body)
        #expect(
            try await client.send(
                .put,
                "/docs/t",
                "comp=copy&copyid=\(begun["x-ms-copy-id"] ?? "")",
                headers: ["x-ms-copy-action": "abort"]
            ).code == "NoPendingCopyOperation"
        )
        _ = try await client.send(.delete, "/docs/t")
        _ = try await other.send(.delete, "/docs/source")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `a copy that goes on ends although a policy came over its container meanwhile`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        let body = [UInt8](repeating: 7, count: 100_000)
        _ = try await other.upload("/docs/source", body)
        #expect(try await put(client, "/docs/t", from: try await signed(other, "/docs/source")).status == 202)
        let policy: JSON = ["properties": ["immutabilityPeriodSinceCreationInDays": 5]]
        let path = "/blobServices/default/containers/docs/immutabilityPolicies/default"
        #expect(try await client.manage(.put, path, policy).status == 200)
        try await client.settle()
        #expect(try await status(client, "/docs/t") == "success")
        #expect(try await client.send(.get, "/docs/t").body == body)
        #expect(try await client.upload("/docs/t", [1]).code == "BlobImmutableDueToPolicy")
    }

    @Test func `a pending copy is aborted, and fails when its source changes`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        _ = try await other.upload("/docs/source", [UInt8](repeating: 7, count: 100))
        let source = try await signed(other, "/docs/source")
        let begun = try await put(client, "/docs/t", from: source)
        let abort = ["x-ms-copy-action": "abort"]
        let wrong = "comp=copy&copyid=00000000-0000-0000-0000-000000000000"
        #expect(try await client.send(.put, "/docs/t", wrong, headers: abort).code == "CopyIdMismatch")
        let query = "comp=copy&copyid=\(begun["x-ms-copy-id"] ?? "")"
        #expect(try await client.send(.put, "/docs/t", query, headers: abort).status == 204)
        try await client.settle()
        #expect(try await status(client, "/docs/t") == "aborted")
        #expect(try await client.send(.get, "/docs/t").body.isEmpty)
        #expect(try await client.upload("/docs/t", [1]).status == 201)

        _ = try await put(client, "/docs/u", from: source)
        _ = try await other.upload("/docs/source", [1])
        try await client.settle()
        #expect(try await status(client, "/docs/u") == "failed")
        #expect(try await client.send(.get, "/docs/u").body.isEmpty)
    }

    @Test(arguments: [10, 400])
    func `a page blob is copied with its holes, and both go their ways`(rows: Int) async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        _ = try await client.createPages("/docs/a", 1 << 20, ["x-ms-blob-sequence-number": "5"])
        for row in 0..<rows { _ = try await client.write("/docs/a", Int64(row) * 1024, client.bytes(512)) }
        let whole = try await client.send(.get, "/docs/a").body
        let begun = try await client.copy("/docs/a", to: "/docs/b")
        #expect(begun["x-ms-copy-status"] == (rows == 10 ? "success" : "pending"))
        // What the source becomes meanwhile is not copied.
        _ = try await client.write("/docs/a", 0, [UInt8](repeating: 1, count: 512))
        try await client.settle()
        #expect(try await status(client, "/docs/b") == "success")
        #expect(try await client.send(.get, "/docs/b").body == whole)
        #expect(try await client.ranges("/docs/b").pages == (0..<Int64(rows)).map { $0 * 1024..<$0 * 1024 + 512 })
        #expect(try await client.send(.head, "/docs/b")["x-ms-blob-sequence-number"] == "5")
        _ = try await client.write("/docs/b", 1024, [UInt8](repeating: 2, count: 512))
        #expect(try await client.send(.get, "/docs/a").body[1024..<1536] == whole[1024..<1536])
        _ = try await client.send(.delete, "/docs/a")
        _ = try await client.send(.delete, "/docs/b")
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `pages of another account are brought over one by one`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        _ = try await other.createPages("/docs/a", 1 << 30)
        for row in 0..<5 { _ = try await other.write("/docs/a", Int64(row) << 20, client.bytes(40_960)) }
        let source = try await signed(other, "/docs/a")
        #expect(try await put(client, "/docs/b", from: source)["x-ms-copy-status"] == "pending")
        try await client.settle()
        #expect(try await status(client, "/docs/b") == "success")
        #expect(try await client.ranges("/docs/b").pages == (0..<5).map { $0 << 20..<$0 << 20 + 40_960 })
        let part = ["Range": "bytes=4194304-4235263"]
        let copied = try await client.send(.get, "/docs/b", headers: part).body
        #expect(try await other.send(.get, "/docs/a", headers: part).body == copied)
    }

    @Test func `bodies in segments are taken apart and checked`() async throws {
        let client = try await StorageClient.ready()
        let body = client.bytes(70_000)
        var encoder = StructuredEncoder(contentLength: Int64(body.count))
        let message = encoder.start() + encoder.message(around: body)
        let headers = [
            "x-ms-structured-body": StructuredBody.form, "x-ms-structured-content-length": String(body.count),
        ]
        let answer = try await client.upload("/docs/s", message, headers)
        #expect(answer.status == 201 && answer["x-ms-structured-body"] == StructuredBody.form)
        #expect(try await client.send(.get, "/docs/s").body == body)
        var broken = message
        broken[1000] ^= 1
        #expect(try await client.upload("/docs/s", broken, headers).code == "Crc64Mismatch")
        #expect(try await client.upload("/docs/s", Array(message.dropLast(8)), headers).status == 400)
        _ = try await client.create("AppendBlob", "/docs/log")
        #expect(try await client.append("/docs/log", message, headers).status == 201)
        #expect(try await client.send(.get, "/docs/log").body == body)
    }
}
