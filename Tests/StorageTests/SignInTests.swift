// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Testing

struct SignInTests {
    @Test func `a stranger is asked to sign in and told nothing`() async throws {
        var client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        client.identity = .nobody
        let asked = try await client.send(.get, "/docs/x")
        #expect(asked.status == 401 && asked.code == "NoAuthenticationInformation")
        #expect(asked["WWW-Authenticate"]?.contains("resource_id=https://storage.azure.com") == true)
        #expect(try await client.send(.get, "/docs/x", version: nil).code == "PublicAccessNotPermitted")
        #expect(try await client.send(.get, "/docs/x", host: client.host(of: "nobody")).code == "ResourceNotFound")
        #expect(try await client.upload("/docs/x", [2]).status == 401)
    }

    @Test func `a public container is read by anyone, and written by none`() async throws {
        var client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        let access = ["x-ms-blob-public-access": "blob"]
        let acl = "restype=container&comp=acl"
        #expect(try await client.send(.put, "/docs", acl, headers: access).code == "PublicAccessNotPermitted")
        try await client.change(["allowBlobPublicAccess": true])
        #expect(try await client.send(.put, "/docs", acl, headers: access).status == 200)
        client.identity = .nobody
        #expect(try await client.send(.get, "/docs/x").body == [1])
        #expect(try await client.send(.get, "/docs", "restype=container&comp=list").status == 401)
        #expect(try await client.upload("/docs/x", [2]).status == 401)
    }

    @Test func `a signed-in caller needs a data role, an owner's role is not one`() async throws {
        var client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        client.identity = .bearer
        #expect(try await client.send(.get, "/docs/x").code == "AuthorizationPermissionMismatch")
        #expect(try await client.send(.get, "/", "comp=list").status == 200)
        try await client.assign("Storage Blob Data Reader")
        #expect(try await client.send(.get, "/docs/x").body == [1])
        #expect(try await client.upload("/docs/x", [2]).code == "AuthorizationPermissionMismatch")
    }

    @Test func `a signature opens what its letters say and no more`() async throws {
        var client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        let signed = try await client.signature(container: "docs", permissions: "rc")
        client.identity = .nobody
        #expect(try await client.send(.get, "/docs/x", signed).body == [1])
        #expect(try await client.upload("/docs/x", [2], query: signed).code == "UnauthorizedBlobOverwrite")
        #expect(try await client.upload("/docs/new", [2], query: signed).status == 201)
        #expect(try await client.send(.delete, "/docs/new", signed).status == 403)
        #expect(try await client.send(.get, "/docs", "restype=container&comp=list&" + signed).status == 403)
        let altered = signed.replacing("sp=rc", with: "sp=rcwd")
        #expect(try await client.send(.delete, "/docs/new", altered).code == "AuthenticationFailed")
    }

    @Test func `who may create may stage and commit blocks of a new blob, from the version on that says so`()
        async throws
    {
        var client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        let signed = try await client.signature(container: "docs", permissions: "c")
        client.identity = .nobody
        let block = "comp=block&blockid=AAAA&" + signed
        let list = Array("<BlockList><Latest>AAAA</Latest></BlockList>".utf8)
        func put(_ path: String, _ query: String, _ body: [UInt8], _ version: String = "2026-10-06") async throws
            -> StorageAnswer
        {
            try await client.send(.put, path, query, body: body, version: version)
        }
        #expect(try await put("/docs/new", block, [1], "2026-04-06").code == "AuthorizationPermissionMismatch")
        #expect(try await put("/docs/new", block, [1]).status == 201)
        #expect(try await put("/docs/new", "comp=blocklist&" + signed, list).status == 201)
        #expect(try await put("/docs/new", block, [2]).code == "UnauthorizedBlobOverwrite")
        #expect(try await put("/docs/new", "comp=blocklist&" + signed, list).code == "UnauthorizedBlobOverwrite")
        #expect(try await put("/docs/x", block, [2]).code == "UnauthorizedBlobOverwrite")
    }

    @Test func `a container's signature asks for the kind of its account`() async throws {
        var client = try await StorageClient.ready()
        let signed = try await client.signature(container: "docs", permissions: "r")
        client.identity = .nobody
        let answer = try await client.send(.get, "/docs", "restype=account&comp=properties&" + signed)
        #expect(answer["x-ms-account-kind"] == "StorageV2")
    }

    @Test func `a key ends with its regeneration, and keys can be switched off`() async throws {
        var client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        let fresh = try await client.manage(.post, "/regenerateKey", ["keyName": "key1"])
        #expect(fresh.status == 200)
        #expect(try await client.send(.get, "/docs/x").code == "AuthenticationFailed")
        client.key = Secret(try #require([UInt8](base64: fresh.json["keys"]?.array?[0]["value"]?.string ?? "")))
        #expect(try await client.send(.get, "/docs/x").status == 200)
        try await client.change(["allowSharedKeyAccess": false])
        #expect(try await client.send(.get, "/docs/x").code == "KeyBasedAuthenticationNotPermitted")
    }

    @Test func `network rules turn other addresses away`() async throws {
        let client = try await StorageClient.ready()
        _ = try await client.upload("/docs/x", [1])
        func rules(_ range: String) -> JSON {
            ["networkAcls": ["defaultAction": "Deny", "ipRules": [["value": .string(range)]]]]
        }
        try await client.change(rules("10.0.0.0/8"))
        #expect(try await client.send(.get, "/docs/x").code == "AuthorizationFailure")
        try await client.change(rules("127.0.0.0/30"))
        #expect(try await client.send(.get, "/docs/x").status == 200)
        try await client.change(["publicNetworkAccess": "Disabled"])
        #expect(try await client.send(.get, "/docs/x").code == "AuthorizationFailure")
    }
}
