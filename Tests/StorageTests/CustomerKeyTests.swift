// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Testing

/// Keys that customers provide with their requests.
struct CustomerKeyTests {
    static func headers(_ byte: UInt8, algorithm: String = "AES256") -> [String: String] {
        let key = [UInt8](repeating: byte, count: 32)
        return [
            "x-ms-encryption-key": key.base64, "x-ms-encryption-key-sha256": SHA256Digest.of(key).base64,
            "x-ms-encryption-algorithm": algorithm,
        ]
    }
    static func fault(_ headers: [String: String]) throws -> StorageFault? {
        let head = try Fixture.head(.put, "/c/b", headers.map { ($0.key, $0.value) })
        return Fixture.fault { _ = try CustomerKey(head) }
    }

    @Test func `a key comes with its hash and its algorithm`() throws {
        #expect(try Self.fault(Self.headers(1)) == nil)
        for name in Self.headers(1).keys {
            var some = Self.headers(1)
            some[name] = nil
            #expect(try Self.fault(some)?.line == "400 MissingRequiredHeader", "\(name)")
        }
        #expect(try Self.fault(Self.headers(1, algorithm: "AES128"))?.line == "400 InvalidHeaderValue")
        var other = Self.headers(1)
        other["x-ms-encryption-key-sha256"] = Self.headers(2)["x-ms-encryption-key-sha256"]
        #expect(try Self.fault(other)?.line == "400 InvalidHeaderValue")
    }
    @Test func `a refusal never repeats a key`() throws {
        var short = Self.headers(1)
        let key = [UInt8](repeating: 7, count: 31).base64
        short["x-ms-encryption-key"] = key
        let fault = try #require(try Self.fault(short))
        #expect(fault.line == "400 InvalidHeaderValue")
        #expect(!fault.details.contains { $0.value.contains(key) })
    }

    static let none = "BlobUsesCustomerSpecifiedEncryption"
    static let other = "BlobCustomerSpecifiedEncryptionMismatch"

    @Test(arguments: [1, 40_000, 200_000])
    func `what is put under a key is read under it only`(_ size: Int) async throws {
        let client = try await StorageClient.ready()
        let (body, key) = (client.bytes(size), Self.headers(1))
        let put = try await client.upload("/docs/x", body, key)
        #expect(put.status == 201 && put["x-ms-encryption-key-sha256"] == key["x-ms-encryption-key-sha256"])
        #expect(try await client.send(.get, "/docs/x", headers: key).body == body)
        let range = key.merging(["x-ms-range": "bytes=0-0"]) { own, _ in own }
        #expect(try await client.send(.get, "/docs/x", headers: range).body == [body[0]])
        for method in [HTTPRequest.Method.get, .head] {
            #expect(try await client.send(method, "/docs/x").code == Self.none)
            #expect(try await client.send(method, "/docs/x", headers: Self.headers(2)).code == Self.other)
        }
        #expect(try await client.send(.put, "/docs/x", "comp=metadata").code == Self.none)
        #expect(try await client.send(.put, "/docs/x", "comp=metadata", headers: key).status == 200)
        #expect(try await client.copy("/docs/x", to: "/docs/y").code == Self.none)
        #expect(try await client.upload("/docs/x", body).status == 201)
        #expect(try await client.send(.get, "/docs/x").body == body)
        #expect(
            try await client.send(.get, "/docs/x", headers: key).code == "BlobDoesNotUseCustomerSpecifiedEncryption"
        )
        #expect(try await client.send(.delete, "/docs/x").status == 202)
    }

    @Test func `blocks and their list come under one key`() async throws {
        let client = try await StorageClient.ready()
        let key = Self.headers(1)
        let ids = [Array("0001".utf8).base64, Array("0002".utf8).base64]
        let bodies = [client.bytes(10), client.bytes(50_000)]
        for (id, body) in zip(ids, bodies) {
            let query = "comp=block&blockid=\(id.percentEncoded())"
            #expect(try await client.send(.put, "/docs/x", query, headers: key, body: body).status == 201)
            let mixed = try await client.send(.put, "/docs/x", query, headers: Self.headers(2), body: body)
            #expect(mixed.code == Self.other)
        }
        let list = Array("<BlockList>\(ids.map { "<Latest>\($0)</Latest>" }.joined())</BlockList>".utf8)
        #expect(try await client.send(.put, "/docs/x", "comp=blocklist", body: list).code == Self.none)
        let made = try await client.send(.put, "/docs/x", "comp=blocklist", headers: key, body: list)
        #expect(made.status == 201 && made["x-ms-encryption-key-sha256"] == key["x-ms-encryption-key-sha256"])
        #expect(try await client.send(.get, "/docs/x", headers: key).body == bodies[0] + bodies[1])
        let again = try await client.send(.put, "/docs/x", "comp=blocklist", headers: Self.headers(2), body: list)
        #expect(again.code == Self.other)
    }

    @Test(arguments: [1, 40_000])
    func `an append blob lies under one key from its first byte on`(_ size: Int) async throws {
        let client = try await StorageClient.ready()
        let (key, wrong, append) = (Self.headers(1), Self.headers(2), "comp=appendblock")
        let made = try await client.send(
            .put,
            "/docs/log",
            headers: key.merging(["x-ms-blob-type": "AppendBlob"]) { own, _ in own }
        )
        #expect(made.status == 201 && made["x-ms-encryption-key-sha256"] == key["x-ms-encryption-key-sha256"])
        let body = client.bytes(size)
        #expect(try await client.send(.put, "/docs/log", append, body: body).code == Self.none)
        #expect(try await client.send(.put, "/docs/log", append, headers: wrong, body: body).code == Self.other)
        let added = try await client.send(.put, "/docs/log", append, headers: key, body: body)
        #expect(added.status == 201 && added["x-ms-encryption-key-sha256"] == key["x-ms-encryption-key-sha256"])

        _ = try await client.upload("/docs/source", [7, 8])
        let token = try await client.signature(container: "docs", permissions: "r")
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/source?" + token
        let from = ["x-ms-copy-source": address]
        #expect(try await client.send(.put, "/docs/log", append, headers: from).code == Self.none)
        let brought = key.merging(from) { own, _ in own }
        #expect(try await client.send(.put, "/docs/log", append, headers: brought).status == 201)

        #expect(try await client.send(.get, "/docs/log", headers: key).body == body + [7, 8])
        #expect(try await client.send(.get, "/docs/log").code == Self.none)
        #expect(try await client.send(.get, "/docs/log", headers: wrong).code == Self.other)
        #expect(try await client.copy("/docs/log", to: "/docs/open").code == Self.none)
    }

    @Test func `a snapshot is made and read under the key of its blob`() async throws {
        let client = try await StorageClient.ready()
        let key = Self.headers(1)
        #expect(try await client.upload("/docs/x", [1, 2, 3], key).status == 201)
        #expect(try await client.send(.put, "/docs/x", "comp=snapshot").code == Self.none)
        #expect(try await client.send(.put, "/docs/x", "comp=snapshot", headers: Self.headers(2)).code == Self.other)
        let made = try await client.send(.put, "/docs/x", "comp=snapshot", headers: key)
        #expect(made.status == 201)
        let query = "snapshot=\(try #require(made["x-ms-snapshot"]).percentEncoded())"
        #expect(try await client.send(.get, "/docs/x", query).code == Self.none)
        #expect(try await client.send(.get, "/docs/x", query, headers: key).body == [1, 2, 3])
    }

    @Test func `a block from another blob lies under the key of its list`() async throws {
        let client = try await StorageClient.ready()
        let key = Self.headers(1)
        let body = client.bytes(40_000)
        _ = try await client.upload("/docs/source", body)
        let token = try await client.signature(container: "docs", permissions: "r")
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/source?" + token
        let brought = key.merging(["x-ms-copy-source": address]) { own, _ in own }
        #expect(try await client.send(.put, "/docs/b", "comp=block&blockid=AAAA", headers: brought).status == 201)
        let list = Array("<BlockList><Latest>AAAA</Latest></BlockList>".utf8)
        #expect(try await client.send(.put, "/docs/b", "comp=blocklist", body: list).code == Self.none)
        #expect(try await client.send(.put, "/docs/b", "comp=blocklist", headers: key, body: list).status == 201)
        #expect(try await client.send(.get, "/docs/b", headers: key).body == body)
        #expect(try await client.send(.get, "/docs/b").code == Self.none)
    }

    @Test func `a page blob is written, cut, cleared and read under its key`() async throws {
        let client = try await StorageClient.ready()
        let key = Self.headers(1)
        let before = try await client.storedKeys()
        #expect(try await client.createPages("/docs/p", 256 * 512, key).status == 201)
        var model = [UInt8](repeating: 0, count: 256 * 512)
        // Short and long rows, side by side and over one another: page numbers and how many.
        for (page, count) in [(0, 1), (1, 1), (2, 1), (3, 3), (20, 100), (60, 1), (1, 1), (100, 30), (128, 4)] {
            let body = client.bytes(count * 512)
            model.replaceSubrange(page * 512..<(page + count) * 512, with: body)
            #expect(try await client.write("/docs/p", Int64(page * 512), body).code == Self.none)
            #expect(try await client.write("/docs/p", Int64(page * 512), body, Self.headers(2)).code == Self.other)
            let put = try await client.write("/docs/p", Int64(page * 512), body, key)
            #expect(put.status == 201 && put["x-ms-encryption-key-sha256"] == key["x-ms-encryption-key-sha256"])
            #expect(try await client.send(.get, "/docs/p", headers: key).body == model)
        }
        let snapshot = try await client.send(.put, "/docs/p", "comp=snapshot", headers: key)
        let query = "snapshot=\(try #require(snapshot["x-ms-snapshot"]).percentEncoded())"
        let kept = model
        #expect(try await client.clear("/docs/p", 512..<1024).code == Self.none)
        for pages in [1..<2, 4..<5, 30..<70] {
            let bytes = pages.lowerBound * 512..<pages.upperBound * 512
            model.replaceSubrange(bytes, with: [UInt8](repeating: 0, count: bytes.count))
            let range = Int64(bytes.lowerBound)..<Int64(bytes.upperBound)
            #expect(try await client.clear("/docs/p", range, key).status == 201)
        }
        #expect(try await client.send(.get, "/docs/p", headers: key).body == model)
        #expect(try await client.send(.get, "/docs/p", query, headers: key).body == kept)
        #expect(try await client.send(.get, "/docs/p").code == Self.none)
        // A resize brings no key: rows are looked at in part from then on.
        for pages in [3, 256] {
            let headers = ["x-ms-blob-content-length": String(pages * 512)]
            #expect(try await client.send(.put, "/docs/p", "comp=properties", headers: headers).status == 200)
        }
        model.replaceSubrange(3 * 512..<256 * 512, with: [UInt8](repeating: 0, count: 253 * 512))
        #expect(try await client.send(.get, "/docs/p", headers: key).body == model)
        #expect(try await client.send(.delete, "/docs/p", headers: ["x-ms-delete-snapshots": "include"]).status == 202)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `a long clearing goes on without the key`() async throws {
        let client = try await StorageClient.ready()
        let key = Self.headers(1)
        let size = 1024 * 512
        #expect(try await client.createPages("/docs/p", Int64(size), key).status == 201)
        var model = [UInt8](repeating: 0, count: size)
        // Four pages in each eight, so that nothing joins; the edges of the clearing cut rows.
        for page in stride(from: 0, to: 1024, by: 5) {
            let body = client.bytes(4 * 512)
            let bytes = page * 512..<min(page + 4, 1024) * 512
            model.replaceSubrange(bytes, with: body.prefix(bytes.count))
            let put = try await client.write("/docs/p", Int64(page * 512), Array(body.prefix(bytes.count)), key)
            #expect(put.status == 201)
        }
        let cleared = 2 * 512..<1017 * 512
        #expect(
            try await client.clear("/docs/p", Int64(cleared.lowerBound)..<Int64(cleared.upperBound), key).status == 201
        )
        model.replaceSubrange(cleared, with: [UInt8](repeating: 0, count: cleared.count))
        #expect(try await client.send(.get, "/docs/p", headers: key).body == model)
        try await client.settle()
        #expect(try await client.send(.get, "/docs/p", headers: key).body == model)
        let body = client.bytes(2 * 512)
        model.replaceSubrange(1 * 512..<3 * 512, with: body)
        #expect(try await client.write("/docs/p", 512, body, key).status == 201)
        #expect(try await client.send(.get, "/docs/p", headers: key).body == model)
    }

    @Test func `a source under a key is read with that key, and lies under another one after`() async throws {
        let client = try await StorageClient.ready()
        let (key, other) = (Self.headers(1), Self.headers(2))
        let body = client.bytes(40_000)
        #expect(try await client.upload("/docs/source", body, key).status == 201)
        let token = try await client.signature(container: "docs", permissions: "r")
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/source?" + token
        let from = ["x-ms-copy-source": address, "x-ms-blob-type": "BlockBlob"]
        func sent(_ source: [String: String], _ own: [String: String] = [:]) -> [String: String] {
            var headers = from.merging(own) { mine, _ in mine }
            for (name, value) in source {
                headers[name.replacing("x-ms-encryption", with: "x-ms-source-encryption")] = value
            }
            return headers
        }
        #expect(try await client.send(.put, "/docs/x", headers: from).code == Self.none)
        #expect(try await client.send(.put, "/docs/x", headers: sent(other)).code == Self.other)
        #expect(try await client.send(.put, "/docs/x", headers: sent(key)).status == 201)
        #expect(try await client.send(.get, "/docs/x").body == body)
        #expect(try await client.send(.put, "/docs/x", headers: sent(key, other)).status == 201)
        #expect(try await client.send(.get, "/docs/x", headers: other).body == body)
        #expect(try await client.send(.get, "/docs/x", headers: key).code == Self.other)
        let plain = sent(key).filter { $0.key != "x-ms-blob-type" }
        let sync = plain.merging(["x-ms-requires-sync": "true"]) { own, _ in own }
        #expect(try await client.send(.put, "/docs/y", headers: sync).status == 202)
        #expect(try await client.send(.get, "/docs/y").body == body)
        #expect(try await client.send(.put, "/docs/z", "comp=block&blockid=AAAA", headers: plain).status == 201)
        #expect(try await client.send(.put, "/docs/z", headers: plain).status == 501)
        #expect(try await client.create("AppendBlob", "/docs/log").status == 201)
        #expect(try await client.send(.put, "/docs/log", "comp=appendblock", headers: plain).status == 201)
        #expect(try await client.send(.get, "/docs/log").body == body)
    }

    @Test func `operations that do not know keys refuse them by name`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let answer = try await client.send(.put, "/docs/x", "comp=tier", headers: Self.headers(1))
        #expect(answer.status == 501)
    }
}
