// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Static websites, against a region on memory engines.
struct WebsiteJourneyTests {
    static func configure(_ client: StorageClient, _ site: String) async throws -> StorageAnswer {
        try await client.send(
            .put,
            "/",
            "restype=service&comp=properties",
            body: Array(
                "<StorageServiceProperties><StaticWebsite>\(site)</StaticWebsite></StorageServiceProperties>".utf8
            )
        )
    }
    static let usual =
        "<Enabled>true</Enabled><IndexDocument>index.html</IndexDocument>"
        + "<ErrorDocument404Path>errors/404.html</ErrorDocument404Path>"

    /// A client of an account whose site has three documents.
    static func ready(_ site: String = usual) async throws -> StorageClient {
        let client = try await StorageClient.ready()
        #expect(try await configure(client, site).status == 202)
        for (name, text) in [("index.html", "home"), ("docs/index.html", "docs"), ("errors/404.html", "lost")] {
            let headers = ["x-ms-blob-type": "BlockBlob", "x-ms-blob-content-type": "text/html"]
            let path = "/$web/\(name)"
            #expect(try await client.send(.put, path, headers: headers, body: Array(text.utf8)).status == 201)
        }
        return client
    }
    /// A visitor's request, who has no key.
    static func visit(
        _ client: StorageClient,
        _ path: String,
        _ method: HTTPRequest.Method = .get,
        headers: HTTPFields = [:]
    ) async throws -> StorageAnswer {
        let host = "\(client.account).web.\(client.region.plan.primary.storage)"
        return try await client.region.send(method, host, path, "", headers, [])
    }

    @Test(
        arguments: [
            ("/", 200, "home"), ("/index.html", 200, "home"), ("/docs/", 200, "docs"), ("/docs", 200, "docs"),
            ("/docs/index.html", 200, "docs"), ("/nothing", 404, "lost"), ("/docs/deeper/", 404, "lost"),
        ]
    )
    func `a path shows its document, its directory's, or the one for what is lost`(
        path: String,
        status: Int,
        text: String
    ) async throws {
        let client = try await Self.ready()
        let answer = try await Self.visit(client, path)
        #expect(answer.status == status)
        #expect(answer.text == text)
        #expect(answer.headers[.contentType] == "text/html")
    }

    @Test func `a site that is switched on has its container, by either door, and keeps the one it has`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await Self.configure(client, "<Enabled>false</Enabled>").status == 202)
        #expect(try await client.send(.get, "/$web", "restype=container").code == "ContainerNotFound")
        #expect(try await Self.configure(client, Self.usual).status == 202)
        #expect(try await client.upload("/$web/index.html", Array("home".utf8)).status == 201)
        #expect(try await client.send(.get, "/$web", "restype=container")["x-ms-blob-public-access"] == nil)
        #expect(try await Self.configure(client, Self.usual).status == 202)
        #expect(try await Self.visit(client, "/").text == "home")

        let neighbour = try await client.neighbour()
        let site: JSON = ["enabled": true, "indexDocument": "index.html"]
        let answer = try await neighbour.manage(
            .put,
            "/blobServices/default",
            ["properties": ["staticWebsite": site]]
        )
        #expect(answer.status == 200)
        #expect(answer.json["properties"]?["staticWebsite"]?["indexDocument"]?.string == "index.html")
        #expect(try await neighbour.upload("/$web/index.html", Array("there".utf8)).status == 201)
        #expect(try await Self.visit(neighbour, "/").text == "there")
        let off: JSON = ["properties": ["staticWebsite": ["enabled": false]]]
        #expect(try await neighbour.manage(.put, "/blobServices/default", off).status == 200)
        #expect(try await Self.visit(neighbour, "/").status == 404)
    }

    @Test func `the one index document of a site stands for every path without a document`() async throws {
        let client = try await Self.ready(
            "<Enabled>true</Enabled><DefaultIndexDocumentPath>index.html</DefaultIndexDocumentPath>"
        )
        #expect(try await Self.visit(client, "/some/page").text == "home")
        #expect(try await Self.visit(client, "/docs/index.html").text == "docs")
    }

    @Test func `a visitor's range, condition and HEAD are answered as HTTP says`() async throws {
        let client = try await Self.ready()
        let part = try await Self.visit(client, "/", headers: [.range: "bytes=1-2"])
        #expect(part.status == 206 && part.text == "om" && part.headers[.contentRange] == "bytes 1-2/4")
        let past = try await Self.visit(client, "/", headers: [.range: "bytes=9-"])
        #expect(past.status == 416 && past.headers[.contentRange] == "bytes */4")
        let head = try await Self.visit(client, "/", .head)
        #expect(head.status == 200 && head.length == 4 && head.body.isEmpty)
        let tag = try #require(head.headers[.eTag])
        #expect(try await Self.visit(client, "/", headers: [.ifNoneMatch: tag]).status == 304)
    }

    @Test func `nothing is shown while the site is off, and nothing can be changed`() async throws {
        let client = try await Self.ready()
        for method in [HTTPRequest.Method.put, .post, .delete] {
            let answer = try await Self.visit(client, "/index.html", method)
            #expect(answer.status == 405 && answer.code == "UnsupportedHttpVerb")
        }
        #expect(try await Self.configure(client, "<Enabled>false</Enabled>").status == 202)
        let off = try await Self.visit(client, "/index.html")
        #expect(off.status == 404 && off.code == "WebContentNotFound")
        #expect(try await Self.visit(client, "/").body.isEmpty)
    }

    @Test func `a site shows what lies in its own container only`() async throws {
        let client = try await Self.ready()
        let headers = ["x-ms-blob-type": "BlockBlob"]
        #expect(try await client.send(.put, "/docs/secret", headers: headers, body: [1]).status == 201)
        for path in ["/docs/secret", "/../docs/secret", "/%2e%2e/docs/secret"] {
            #expect(try await Self.visit(client, path).text == "lost", "\(path)")
        }
    }

    @Test func `a site is not shown by path, where it would share the sign-in pages' origin`() async throws {
        let client = try await Self.ready()
        let path = "/\(client.account)-web/index.html"
        let answer = try await client.region.send(.get, client.region.plan.domain, path, "", [:], [])
        #expect(answer.status == 404 && answer.code == "ResourceNotFound")
    }

    @Test func `network rules hold for visitors too`() async throws {
        let client = try await Self.ready()
        try await client.change(["publicNetworkAccess": "Disabled"])
        let answer = try await Self.visit(client, "/")
        #expect(answer.status == 403 && answer.code == "AuthorizationFailure")
    }
}
