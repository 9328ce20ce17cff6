// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

/// What a request asks for besides its operation needs a right of its own.
struct ExtraRightsTests {
    private static let policies = [
        ["x-ms-legal-hold": "true"],
        [
            "x-ms-immutability-policy-until-date": "Fri, 01 Jan 2100 00:00:00 GMT",
            "x-ms-immutability-policy-mode": "Locked",
        ],
    ]
    private func ready(_ role: String? = nil) async throws -> StorageClient {
        let client = try await StorageClient.ready()
        if let role { try await client.assign(role) }
        let versioning: JSON = ["properties": ["isVersioningEnabled": true]]
        #expect(try await client.manage(.put, "/blobServices/default", versioning).status == 200)
        let path = "/blobServices/default/containers/vault"
        let body = try await client.manage(
            .put,
            path,
            ["properties": ["immutableStorageWithVersioning": ["enabled": true]]]
        )
        #expect(body.status == 201)
        return client
    }

    @Test(arguments: policies)
    func `who may write may not keep a blob from being deleted with a write`(_ headers: [String: String]) async throws {
        let client = try await ready("Storage Blob Data Contributor")
        var (holder, principal) = (client, client)
        (holder.identity, principal.identity) = (.nobody, .bearer)
        let writes = try await client.signature(container: "vault", permissions: "rcw")
        #expect(try await holder.upload("/vault/x", [1], query: writes).status == 201)
        let refused = try await holder.upload("/vault/y", [1], headers, query: writes)
        #expect(refused.code == "AuthorizationPermissionMismatch")
        #expect(try await principal.upload("/vault/y", [1], headers).code == "AuthorizationPermissionMismatch")
        #expect(try await client.send(.head, "/vault/y").status == 404)
        let keeps = try await client.signature(container: "vault", permissions: "rcwi")
        #expect(try await holder.upload("/vault/y", [1], headers, query: keeps).status == 201)
        #expect(try await client.upload("/vault/z", [1], headers).status == 201)
        try await client.assign("Storage Blob Data Owner")
        #expect(try await principal.upload("/vault/v", [1], headers).status == 201)
    }

    @Test func `a delegated signature tags no more than its principal's roles do`() async throws {
        let client = try await ready("Storage Blob Data Contributor")
        let delegation = try await DelegationClient(client)
        let nobody = delegation.client
        let all = delegation.signature("c", "/docs", "rcwti")
        #expect(try await nobody.upload("/docs/x", [1], query: all).status == 201)
        let tagged = try await nobody.upload("/docs/y", [1], ["x-ms-tags": "a=1"], query: all)
        #expect(tagged.code == "AuthorizationPermissionMismatch")
        try await client.assign("Storage Blob Data Owner")
        #expect(try await nobody.upload("/docs/y", [1], ["x-ms-tags": "a=1"], query: all).status == 201)
    }

    @Test func `a listing shows tags to those who may read them`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1], ["x-ms-tags": "secret=1"]).status == 201)
        var (holder, principal) = (client, client)
        (holder.identity, principal.identity) = (.nobody, .bearer)
        let list = "restype=container&comp=list"
        for (permissions, status) in [("l", 403), ("lt", 200), ("rl", 403)] {
            let signature = try await client.signature(container: "docs", permissions: permissions)
            let answer = try await holder.send(.get, "/docs", "\(list)&include=metadata%2Ctags&\(signature)")
            #expect(answer.status == status && answer.text.contains("secret") == (status == 200), "\(permissions)")
            #expect(try await holder.send(.get, "/docs", "\(list)&include=metadata&\(signature)").status == 200)
        }
        try await client.assign("Storage Blob Data Contributor")
        #expect(try await principal.send(.get, "/docs", list).status == 200)
        #expect(try await principal.send(.get, "/docs", "\(list)&include=tags").status == 403)
        try await client.assign("Storage Blob Data Owner")
        #expect(try await principal.send(.get, "/docs", "\(list)&include=tags").text.contains("secret"))
        #expect(try await client.send(.get, "/docs", "\(list)&include=tags").text.contains("secret"))
    }

    @Test(arguments: [("x", "versionid="), ("y", "deletetype=")])
    func `a right to delete what is past opens nothing else by a parameter without a value`(
        _ permission: String,
        _ parameter: String
    ) async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let made = try await client.send(.put, "/docs/x", "comp=snapshot")
        let snapshot = "snapshot=\(try #require(made["x-ms-snapshot"]).percentEncoded())"
        var holder = client
        holder.identity = .nobody
        let signature = try await client.signature(container: "docs", permissions: "r" + permission)
        for query in [parameter, "\(parameter)&\(snapshot)"] {
            #expect(try await holder.send(.delete, "/docs/x", "\(query)&\(signature)").code != nil)
        }
        #expect(try await client.send(.get, "/docs/x").status == 200)
        #expect(try await client.send(.get, "/docs/x", snapshot).status == 200)
    }

    @Test func `the rules of the Queue service let pages of other origins in, and those of no other service`()
        async throws
    {
        let client = try await QueueClient.ready()
        let rule =
            "<AllowedOrigins>https://a.example</AllowedOrigins><AllowedMethods>GET</AllowedMethods>"
            + "<AllowedHeaders>*</AllowedHeaders><ExposedHeaders>*</ExposedHeaders><MaxAgeInSeconds>60</MaxAgeInSeconds>"
        let body = "<StorageServiceProperties><Cors><CorsRule>\(rule)</CorsRule></Cors></StorageServiceProperties>"
        #expect(try await client.send(.put, "/", "restype=service&comp=properties", body: body).status == 202)
        var page = client
        page.storage.identity = .nobody
        let asked = ["Origin": "https://a.example", "Access-Control-Request-Method": "GET"]
        let answer = try await page.send(.options, "/jobs/messages", headers: asked)
        #expect(answer.status == 200 && answer["Access-Control-Allow-Origin"] == "https://a.example")
        let other = asked.merging(["Origin": "https://b.example"]) { _, new in new }
        #expect(try await page.send(.options, "/jobs/messages", headers: other).code == "CorsPreflightFailure")
        #expect(try await page.storage.send(.options, "/docs/x", headers: asked).code == "CorsPreflightFailure")
    }
}
