// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

struct BlobJourneyTests {
    @Test(arguments: [0, 1, 32_768, 32_769, 3_000_000])
    func `what is put is what is read, whole and in part`(size: Int) async throws {
        let client = try await StorageClient.ready()
        let body = client.bytes(size)
        let headers = ["x-ms-meta-Lang": "de", "Content-Type": "text/plain"]
        let put = try await client.upload("/docs/dir/b%20%C3%A4", body, headers)
        #expect(put.status == 201)
        #expect(put["x-ms-request-server-encrypted"] == "true")
        let read = try await client.send(.get, "/docs/dir/b%20%C3%A4")
        #expect(read.status == 200 && read.body == body)
        #expect(read["Content-Type"] == "text/plain" && read["x-ms-meta-Lang"] == "de")
        #expect(read["Content-MD5"] == put["Content-MD5"] && read["ETag"] == put["ETag"])
        #expect(try await client.send(.head, "/docs/dir/b%20%C3%A4").length == Int64(size))
        let part = try await client.send(.get, "/docs/dir/b%20%C3%A4", headers: ["x-ms-range": "bytes=1-69999"])
        guard size > 1 else {
            #expect(part.status == 416 && part.code == "InvalidRange")
            return
        }
        #expect(part.status == 206 && part.body == Array(body[1..<min(70_000, size)]))
        #expect(part["Content-Range"] == "bytes 1-\(min(69_999, size - 1))/\(size)")
    }

    @Test func `a body that is not what was announced changes nothing`() async throws {
        let client = try await StorageClient.ready()
        let zeros = [UInt8](repeating: 0, count: 16).base64
        for headers in [["Content-MD5": zeros], ["x-ms-blob-content-md5": zeros]] {
            #expect(try await client.upload("/docs/x", [1], headers).code == "Md5Mismatch")
        }
        let crc = ["x-ms-content-crc64": "AAAAAAAAAAA="]
        #expect(try await client.upload("/docs/x", [1], crc).code == "Crc64Mismatch")
        #expect(try await client.send(.head, "/docs/x").code == "BlobNotFound")
    }

    @Test func `every write gives a new tag, and conditions hold writers to it`() async throws {
        let client = try await StorageClient.ready()
        let first = try #require(try await client.upload("/docs/x", [1])["ETag"])
        let second = try #require(try await client.upload("/docs/x", [2])["ETag"])
        #expect(first != second && first.hasPrefix("\"0x8D"))
        #expect(try await client.upload("/docs/x", [3], ["If-Match": first]).code == "ConditionNotMet")
        #expect(try await client.upload("/docs/x", [3], ["If-None-Match": "*"]).code == "BlobAlreadyExists")
        #expect(try await client.send(.get, "/docs/x", headers: ["If-None-Match": second]).status == 304)
        #expect(try await client.send(.delete, "/docs/x", headers: ["If-Match": first]).status == 412)
        #expect(try await client.send(.get, "/docs/x").body == [2])
        #expect(try await client.send(.delete, "/docs/x", headers: ["If-Match": second]).status == 202)
        #expect(try await client.send(.get, "/docs/x").code == "BlobNotFound")
    }

    @Test func `metadata and properties are replaced as a whole`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1], ["x-ms-meta-a": "1", "Content-Type": "text/plain"])
        #expect(try await client.send(.put, "/docs/x", "comp=metadata", headers: ["x-ms-meta-b": "2"]).status == 200)
        let metadata = try await client.send(.get, "/docs/x", "comp=metadata")
        #expect(metadata["x-ms-meta-a"] == nil && metadata["x-ms-meta-b"] == "2")
        let language = ["x-ms-blob-content-language": "fr"]
        #expect(try await client.send(.put, "/docs/x", "comp=properties", headers: language).status == 200)
        let shown = try await client.send(.head, "/docs/x")
        #expect(shown["Content-Language"] == "fr" && shown["Content-Type"] == nil)
        let list = try await client.send(.get, "/docs", "restype=container&comp=list").text
        #expect(list.contains("<Content-Type />"))
        #expect(shown["x-ms-meta-b"] == "2")
    }

    @Test func `what a client calls an MD5 of an existing blob is kept unchecked, but not without bound`() async throws
    {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        func set(_ text: String) async throws -> StorageAnswer {
            try await client.send(.put, "/docs/x", "comp=properties", headers: ["x-ms-blob-content-md5": text])
        }
        #expect(try await set("TURBd01EQXdNREE9").status == 200)
        #expect(try await client.send(.head, "/docs/x")["Content-MD5"] == "TURBd01EQXdNREE9")
        #expect(try await set("*").code == "InvalidMd5")
        #expect(try await set([UInt8](repeating: 1, count: 65).base64).code == "InvalidMd5")
    }

    @Test func `a version years ahead is none`() async throws {
        let client = try await StorageClient.ready()
        let list = "restype=container&comp=list"
        #expect(try await client.send(.get, "/docs", list, version: "2028-02-06")["x-ms-version"] == "2028-02-06")
        let refused = try await client.send(.get, "/docs", list, version: "2099-11-05")
        #expect(refused.code == "InvalidHeaderValue")
    }

    @Test func `a copy outlives its source`() async throws {
        let client = try await StorageClient.ready()
        for size in [5, 100_000] {
            let body = client.bytes(size)
            _ = try await client.upload("/docs/source", body, ["x-ms-meta-a": "1"])
            let copy = try await client.copy("/docs/source", to: "/docs/copy")
            #expect(copy.status == 202 && copy["x-ms-copy-status"] == "success")
            #expect(try await client.send(.delete, "/docs/source").status == 202)
            try await client.settle()
            let read = try await client.send(.get, "/docs/copy")
            #expect(read.body == body && read["x-ms-meta-a"] == "1")
        }
        #expect(try await client.copy("/docs/source", to: "/docs/copy").code == "BlobNotFound")
        #expect(try await client.copy("/none/source", to: "/docs/copy").code == "ContainerNotFound")
        let abort = try await client.send(
            .put,
            "/docs/copy",
            "comp=copy&copyid=00000000-0000-0000-0000-000000000001",
            headers: ["x-ms-copy-action": "abort"]
        )
        #expect(abort.code == "NoPendingCopyOperation")
    }

    @Test func `what is not built says so and writes nothing`() async throws {
        let client = try await StorageClient.ready()
        let scope = ["x-ms-encryption-scope": "k"]
        #expect(try await client.send(.put, "/docs/x", "comp=tier", headers: scope).status == 501)
        let unknown = try await client.send(
            .put,
            "/docs/x",
            "comp=nonsense",
            headers: ["x-ms-blob-type": "BlockBlob"],
            body: [1]
        )
        #expect(unknown.code == "InvalidQueryParameterValue")
        #expect(try await client.send(.head, "/docs/x").status == 404)
        let lease = ["x-ms-lease-id": "11111111-1111-1111-1111-111111111111"]
        _ = try await client.upload("/docs/x", [1])
        #expect(try await client.send(.get, "/docs/x", headers: lease).code == "LeaseNotPresentWithBlobOperation")
    }

    @Test func `the root container's blobs have no container in their address, and path style works too`() async throws
    {
        let client = try await StorageClient.ready()
        #expect(try await client.send(.put, "/$root", "restype=container").status == 201)
        #expect(try await client.upload("/robots.txt", [7]).status == 201)
        #expect(try await client.send(.get, "/$root/robots.txt").body == [7])
        let account = client.account
        #expect(try await client.send(.get, "/\(account)/$root/robots.txt", host: "localhost").body == [7])
        #expect(try await client.send(.get, "/\(account)", "comp=list", host: "localhost").text.contains("$root"))
    }
}
