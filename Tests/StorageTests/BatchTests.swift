// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Storage
import Testing

struct BatchTests {
    static let type = "multipart/mixed; boundary=b"

    /// A body of these parts, each a request line and its headers.
    static func body(_ parts: [(line: String, headers: [String])], boundary: String = "b") -> [UInt8] {
        var text = ""
        for (number, part) in parts.enumerated() {
            text += "--\(boundary)\r\nContent-Type: application/http\r\nContent-ID: \(number)\r\n"
            text += "Content-Transfer-Encoding: binary\r\n\r\n\(part.line)\r\n"
            for header in part.headers + ["Content-Length: 0"] { text += header + "\r\n" }
            text += "\r\n\r\n"
        }
        return Array((text + "--\(boundary)--\r\n").utf8)
    }
    static func fault(_ body: String, _ type: String? = type) -> String? {
        Fixture.fault { _ = try BatchBody(Array(body.utf8), contentType: type) }?.line
    }

    @Test func `parts are read in order, with path, query and headers as sent`() throws {
        let bytes = Self.body([
            ("DELETE /c/a%20b HTTP/1.1", ["x-ms-date: now", "Authorization: SharedKey a:b="]),
            ("PUT https://a.blob.x/c/b?comp=tier&x=1 HTTP/1.1", ["x-ms-access-tier:Cool"]),
        ])
        let parts = try BatchBody(bytes, contentType: Self.type).parts
        #expect(parts.map(\.path) == ["/c/a%20b", "/c/b"])
        #expect(parts.map(\.query) == ["", "comp=tier&x=1"])
        #expect(parts.map(\.contentID) == ["0", "1"])
        #expect(parts[0].method == .delete && parts[0].headers[.authorization] == "SharedKey a:b=")
        #expect(parts[1].headers[StorageHeader.name("x-ms-access-tier")] == "Cool")
    }
    @Test func `a boundary may stand in quotes, lines may end in a line feed alone`() throws {
        let text = String(decoding: Self.body([("DELETE /c/a HTTP/1.1", [])]), as: UTF8.self)
        let lean = text.replacing("\r\n", with: "\n")
        #expect(try BatchBody(Array(lean.utf8), contentType: "multipart/mixed;boundary=\"b\"").parts.count == 1)
    }
    @Test func `a batch has at most 256 parts`() throws {
        let parts = (0..<256).map { ("DELETE /c/b\($0) HTTP/1.1", [String]()) }
        #expect(try BatchBody(Self.body(parts), contentType: Self.type).parts.count == 256)
        let more = Self.body(parts + [("DELETE /c/x HTTP/1.1", [])])
        #expect(Self.fault(String(decoding: more, as: UTF8.self)) == "400 ExceedsMaxBatchRequestCount")
    }
    @Test func `what is no batch is refused`() {
        let head = "--b\r\nContent-Type: application/http\r\n\r\n"
        #expect(Self.fault("", nil) == "400 MissingRequiredHeader")
        #expect(Self.fault("", "application/xml") == "400 InvalidHeaderValue")
        #expect(Self.fault("", "multipart/mixed") == "400 InvalidHeaderValue")
        for body in [
            "", "--c--\r\n", "--b--\r\n", "--b\r\n", "--b\r\n\r\nDELETE /c/a HTTP/1.1\r\n\r\n--b--\r\n",
            head + "DELETE /c/a\r\n\r\n--b--\r\n", head + "DELETE nowhere HTTP/1.1\r\n\r\n--b--\r\n",
            head + "DELETE /c/a HTTP/1.1\r\nno header\r\n\r\n--b--\r\n",
            head + "DELETE /c/a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc\r\n--b--\r\n",
            head + "DELETE /c/a HTTP/1.1\r\n\r\nabc\r\n--b--\r\n", head + "DELETE /c/a HTTP/1.1\r\n\r\n",
            "--b\r\nContent-Type: text/plain\r\n\r\nDELETE /c/a HTTP/1.1\r\n\r\n--b--\r\n",
        ] {
            #expect(Self.fault(body) == "400 InvalidInput", "\(body)")
        }
    }
}

/// Batches against a region.
struct BatchJourneyTests {
    /// A signed part.
    static func part(_ client: StorageClient, _ line: String, _ extra: [String: String] = [:]) throws -> (
        String, [String]
    ) {
        let words = line.split(separator: " ").map(String.init)
        var fields = HTTPFields()
        for (name, value) in extra { fields[try #require(HTTPField.Name(name))] = value }
        fields[StorageHeader.date] = client.region.world.clock.now.httpDate
        let method = try #require(HTTPRequest.Method(words[0]))
        let head = try RequestHead(method: method, target: words[1], headers: fields)
        let text = SharedKey.textsToSign(head, account: try #require(AccountName(client.account)), scheme: .full)[0]
        let signature = hmacSHA256(Array(text.utf8), key: client.key).base64
        fields[.authorization] = "SharedKey \(client.account):\(signature)"
        return (line + " HTTP/1.1", fields.map { "\($0.name.rawName): \($0.value)" })
    }
    static func send(
        _ client: StorageClient,
        _ parts: [(String, [String])],
        to path: String = "/",
        _ query: String = "comp=batch"
    ) async throws -> StorageAnswer {
        let body = BatchTests.body(parts.map { (line: $0.0, headers: $0.1) })
        return try await client.send(
            .post,
            path,
            query,
            headers: ["Content-Type": BatchTests.type, "Content-Length": String(body.count)],
            body: body
        )
    }
    static func statuses(_ answer: StorageAnswer) -> [String] {
        answer.text.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }.map {
            String($0.dropFirst(9).prefix(3))
        }
    }

    @Test func `a batch deletes, and each part has an answer of its own`() async throws {
        let client = try await StorageClient.ready()
        for name in ["a", "b"] { #expect(try await client.upload("/docs/\(name)", [1]).status == 201) }
        let answer = try await Self.send(
            client,
            ["a", "missing", "b"].map { try Self.part(client, "DELETE /docs/\($0)") }
        )
        #expect(answer.status == 202)
        #expect(answer["Content-Type"]?.hasPrefix("multipart/mixed; boundary=batchresponse_") == true)
        #expect(Self.statuses(answer) == ["202", "404", "202"])
        #expect(answer.text.contains("Content-ID: 1\r\n\r\nHTTP/1.1 404 Not Found\r\n"))
        #expect(answer.text.contains("x-ms-error-code: BlobNotFound\r\n"))
        #expect(answer.text.contains("<Code>BlobNotFound</Code>"))
        let boundary = answer["Content-Type"]?.split(separator: "=").last ?? ""
        #expect(answer.text.hasPrefix("--\(boundary)\r\n") && answer.text.hasSuffix("--\(boundary)--\r\n"))
        #expect(try await client.send(.get, "/docs/a").status == 404)
    }
    @Test func `each part is authorized by itself`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/a", [1]).status == 201)
        let signed = try Self.part(client, "DELETE /docs/a")
        let forged = (signed.0.replacing("/a ", with: "/b "), signed.1)
        #expect(try await client.upload("/docs/b", [1]).status == 201)
        let answer = try await Self.send(client, [("DELETE /docs/a HTTP/1.1", []), forged])
        #expect(Self.statuses(answer) == ["401", "403"])
        for name in ["a", "b"] { #expect(try await client.send(.head, "/docs/\(name)").status == 200) }
    }
    @Test func `a container's batch names its blobs only`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/a", [1]).status == 201)
        let query = "restype=container&comp=batch"
        let good = try await Self.send(client, [try Self.part(client, "DELETE /docs/a")], to: "/docs", query)
        #expect(Self.statuses(good) == ["202"])
        let other = try await Self.send(client, [try Self.part(client, "DELETE /other/a")], to: "/docs", query)
        #expect(other.status == 400 && other.code == "InvalidInput")
        let gone = try await Self.send(client, [try Self.part(client, "DELETE /gone/a")], to: "/gone", query)
        #expect(gone.code == "ContainerNotFound")
    }
    @Test func `a batch carries nothing but deletions or tiers, of one kind`() async throws {
        let client = try await StorageClient.ready()
        let delete = try Self.part(client, "DELETE /docs/a")
        for line in [
            "GET /docs/a", "PUT /docs/a?comp=metadata", "POST /?comp=batch", "DELETE /docs?restype=container",
            "PUT /docs/a?comp=tier",
        ] {
            let parts = line.hasSuffix("tier") ? [delete, try Self.part(client, line)] : [try Self.part(client, line)]
            let answer = try await Self.send(client, parts)
            #expect(answer.status == 400 && answer.code == "InvalidInput", "\(line)")
        }
        #expect(try await client.send(.get, "/docs", "restype=container").status == 200)
    }
}
