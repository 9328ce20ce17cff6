// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Testing

extension StorageClient {
    /// Makes or changes an encryption scope, and answers how that was answered.
    func scope(_ name: String, _ properties: JSON = [:], by method: HTTPRequest.Method = .put) async throws
        -> StorageAnswer
    {
        try await manage(method, "/encryptionScopes/\(name)", ["properties": properties])
    }
    /// The names a list of scopes shows.
    fileprivate func scopes(_ query: String = "") async throws -> [String] {
        let path = "\(StorageRegion.group)/providers/Microsoft.Storage/storageAccounts/\(account)/encryptionScopes"
        let query = "api-version=2025-08-01\(query.replacing("$", with: "%24"))"
        let answer = try await region.send(.get, region.plan.primary.management, path, query, [:], [])
        #expect(answer.status == 200)
        return answer.json["value"]?.array?.compactMap { $0["name"]?.string } ?? []
    }
    /// A signature over `docs` that holds its bearer to an encryption scope.
    fileprivate func signature(holdingTo scope: String, permissions: String = "rcwdl") throws -> String {
        let fields = ["sv": "2022-11-02", "sr": "c", "sp": permissions, "se": "2100-01-01T00:00:00Z", "ses": scope]
        let text = [
            permissions, "", fields["se"] ?? "", "/blob/\(account)/docs", "", "", "", "2022-11-02", "c", "", scope, "",
            "", "",
            "", "",
        ].joined(separator: "\n")
        let signed = fields.sorted { $0.key < $1.key } + [("sig", hmacSHA256(Array(text.utf8), key: key).base64)]
        return signed.map { "\($0.0)=\($0.1.percentEncoded())" }.joined(separator: "&")
    }
}

struct EncryptionScopeTests {
    static let none = "BlobUsesCustomerSpecifiedEncryption"
    static let other = "BlobCustomerSpecifiedEncryptionMismatch"
    static let disabled = "EncryptionScopeDisabled"
    static func header(_ scope: String) -> [String: String] { ["x-ms-encryption-scope": scope] }
    /// A client whose account has the scopes `one` and `two`.
    static func ready() async throws -> StorageClient {
        let client = try await StorageClient.ready()
        for name in ["one", "two"] { #expect(try await client.scope(name).status == 201) }
        return client
    }

    @Test func `scopes are made, changed, shown and listed`() async throws {
        let client = try await StorageClient.ready()
        let made = try await client.scope("one", ["source": "Microsoft.Storage", "state": "Enabled"])
        #expect(made.status == 201 && made.json["name"]?.string == "one")
        #expect(made.json["type"]?.string == "Microsoft.Storage/storageAccounts/encryptionScopes")
        #expect(made.json["properties"]?["state"]?.string == "Enabled")
        #expect(made.json["properties"]?["source"]?.string == "Microsoft.Storage")
        #expect(try await client.scope("one").status == 200)
        #expect(try await client.scope("only").status == 201)
        #expect(try await client.scope("two").status == 201)
        let off = try await client.scope("two", ["state": "Disabled"], by: .patch)
        #expect(off.status == 200 && off.json["properties"]?["state"]?.string == "Disabled")
        let shown = try await client.manage(.get, "/encryptionScopes/two")
        #expect(shown.json["properties"]?["state"]?.string == "Disabled")
        #expect(try await client.scopes() == ["one", "only", "two"])
        #expect(try await client.scopes("&$include=Enabled") == ["one", "only"])
        #expect(try await client.scopes("&$include=Disabled") == ["two"])
        #expect(try await client.scopes("&$filter=on") == ["one", "only"])
        #expect(try await client.scopes("&$filter=startswith(name,%20'onl')") == ["only"])
        #expect(try await client.scopes("&$maxpagesize=2") == ["one", "only"])
    }
    @Test func `what a scope cannot be is refused`() async throws {
        let client = try await StorageClient.ready()
        for (name, properties, status) in [
            ("Not-A-Name", [:], 400), ("one", ["source": "Elsewhere"], 400), ("one", ["state": "Half"], 400),
            ("one", ["source": "Microsoft.KeyVault"], 501), ("one", ["requireInfrastructureEncryption": true], 501),
            ("one", ["keyVaultProperties": ["keyUri": "https://v.example/keys/k"]], 501),
        ] as [(String, JSON, Int)] {
            #expect(try await client.scope(name, properties).status == status, "\(name) \(properties)")
        }
        #expect(try await client.scopes() == [])
        #expect(try await client.scope("one", ["state": "Disabled"], by: .patch).status == 404)
        #expect(try await client.manage(.get, "/encryptionScopes/one").status == 404)
        #expect(try await client.manage(.delete, "/encryptionScopes/one").status == 501)
        #expect(try await client.manage(.get, "/encryptionScopes/one", account: "nobody").status == 404)
        try await client.region.unassign("Owner")
        #expect(try await client.scope("one").status == 403)
        try await client.assign("Reader")
        #expect(try await client.scope("one").status == 403)
        #expect(try await client.scopes() == [])
    }

    @Test(arguments: [1, 40_000, 200_000])
    func `a blob in a scope is read by all who may, and by nobody while the scope is disabled`(_ size: Int) async throws
    {
        let client = try await Self.ready()
        let body = client.bytes(size)
        let put = try await client.upload("/docs/x", body, Self.header("one"))
        #expect(put.status == 201 && put["x-ms-encryption-scope"] == "one")
        let got = try await client.send(.get, "/docs/x")
        #expect(got.body == body && got["x-ms-encryption-scope"] == "one")
        #expect(
            try await client.send(.get, "/docs", "restype=container&comp=list").text.contains("<EncryptionScope>one<")
        )
        #expect(try await client.scope("one", ["state": "Disabled"], by: .patch).status == 200)
        for query in ["", "comp=metadata"] {
            #expect(try await client.send(.get, "/docs/x", query).code == Self.disabled)
            #expect(try await client.send(.head, "/docs/x", query).status == 403)
        }
        #expect(try await client.upload("/docs/y", body, Self.header("one")).code == Self.disabled)
        #expect(
            try await client.send(.put, "/docs/x", "comp=metadata", headers: Self.header("one")).code == Self.disabled
        )
        #expect(try await client.send(.get, "/docs", "restype=container&comp=list").status == 200)
        #expect(try await client.scope("one", ["state": "Enabled"]).status == 200)
        #expect(try await client.send(.get, "/docs/x").body == body)
        #expect(try await client.scope("one", ["state": "Disabled"]).status == 200)
        #expect(try await client.send(.delete, "/docs/x").status == 202)
    }

    @Test func `writes name the scope of what they write to`() async throws {
        let client = try await Self.ready()
        #expect(try await client.upload("/docs/x", [1], Self.header("three")).code == "InvalidHeaderValue")
        #expect(try await client.upload("/docs/x", [1, 2], Self.header("one")).status == 201)
        for comp in ["metadata", "snapshot"] {
            #expect(try await client.send(.put, "/docs/x", "comp=\(comp)").code == Self.none)
            let wrong = try await client.send(.put, "/docs/x", "comp=\(comp)", headers: Self.header("two"))
            #expect(wrong.code == Self.other)
            let right = try await client.send(.put, "/docs/x", "comp=\(comp)", headers: Self.header("one"))
            #expect([200, 201].contains(right.status), "\(comp)")
        }
        let both = Self.header("one").merging(CustomerKeyTests.headers(1)) { own, _ in own }
        #expect(try await client.upload("/docs/x", [1], both).code == "InvalidInput")
        #expect(try await client.create("AppendBlob", "/docs/log", Self.header("two")).status == 201)
        #expect(try await client.append("/docs/log", [1]).code == Self.none)
        #expect(try await client.append("/docs/log", [1], Self.header("one")).code == Self.other)
        #expect(try await client.append("/docs/log", [1], Self.header("two"))["x-ms-encryption-scope"] == "two")
        #expect(try await client.send(.get, "/docs/log").body == [1])
        #expect(try await client.createPages("/docs/p", 1024, Self.header("one")).status == 201)
        let page = client.bytes(512)
        #expect(try await client.write("/docs/p", 0, page).code == Self.none)
        #expect(try await client.write("/docs/p", 0, page, Self.header("one"))["x-ms-encryption-scope"] == "one")
        #expect(try await client.write("/docs/p", 512, page, Self.header("one")).status == 201)
        #expect(try await client.send(.get, "/docs/p").body == page + page)
        #expect(try await client.upload("/docs/plain", [1]).status == 201)
        let plain = try await client.send(.put, "/docs/plain", "comp=metadata", headers: Self.header("one"))
        #expect(plain.code == "BlobDoesNotUseCustomerSpecifiedEncryption")
    }

    @Test func `blocks and their list lie in one scope`() async throws {
        let client = try await Self.ready()
        let query = "comp=block&blockid=AAAA"
        let block = try await client.send(.put, "/docs/b", query, headers: Self.header("one"), body: [1, 2])
        #expect(block.status == 201 && block["x-ms-encryption-scope"] == "one")
        #expect(try await client.send(.put, "/docs/b", query, body: [1]).code == Self.none)
        #expect(
            try await client.send(.put, "/docs/b", query, headers: Self.header("two"), body: [1]).code == Self.other
        )
        let list = Array("<BlockList><Latest>AAAA</Latest></BlockList>".utf8)
        #expect(try await client.send(.put, "/docs/b", "comp=blocklist", body: list).code == Self.none)
        let made = try await client.send(.put, "/docs/b", "comp=blocklist", headers: Self.header("one"), body: list)
        #expect(made.status == 201 && made["x-ms-encryption-scope"] == "one")
        #expect(try await client.send(.get, "/docs/b").body == [1, 2])
        #expect(try await client.send(.put, "/docs/b", "comp=blocklist", body: list).code == Self.none)
    }

    @Test func `a container has a scope for blobs that name none, and may deny others`() async throws {
        let client = try await Self.ready()
        let (standard, denies) = ("x-ms-default-encryption-scope", "x-ms-deny-encryption-scope-override")
        for (headers, code) in [
            ([standard: "one"], "MissingRequiredHeader"), ([denies: "true"], "MissingRequiredHeader"),
            ([standard: "one", denies: "perhaps"], "InvalidHeaderValue"),
            ([standard: "three", denies: "false"], "InvalidHeaderValue"),
        ] {
            #expect(
                try await client.send(.put, "/made", "restype=container", headers: headers).code == code,
                "\(headers)"
            )
        }
        for (name, isFixed) in [("open", "false"), ("fixed", "true")] {
            let headers = [standard: "one", denies: isFixed]
            #expect(try await client.send(.put, "/\(name)", "restype=container", headers: headers).status == 201)
            let shown = try await client.send(.get, "/\(name)", "restype=container")
            #expect(shown[standard] == "one" && shown[denies] == isFixed)
            #expect(try await client.upload("/\(name)/x", [7])["x-ms-encryption-scope"] == "one")
            #expect(try await client.send(.put, "/\(name)/x", "comp=metadata").status == 200)
            #expect(try await client.send(.get, "/\(name)/x").body == [7])
        }
        #expect(try await client.upload("/open/y", [8], Self.header("two"))["x-ms-encryption-scope"] == "two")
        let forbidden = "RequestForbiddenByContainerEncryptionPolicy"
        #expect(try await client.upload("/fixed/y", [8], Self.header("two")).code == forbidden)
        #expect(try await client.upload("/fixed/y", [8], CustomerKeyTests.headers(1)).code == forbidden)
        #expect(try await client.upload("/open/k", [8], CustomerKeyTests.headers(1))["x-ms-encryption-scope"] == nil)

        let path = "/blobServices/default/containers/managed"
        let wish: [String: JSON] = ["defaultEncryptionScope": "two", "denyEncryptionScopeOverride": true]
        let half: JSON = ["properties": ["defaultEncryptionScope": "two"]]
        #expect(try await client.manage(.put, path, half).code == "ContainerOperationFailure")
        let made = try await client.manage(.put, path, ["properties": .object(wish)])
        #expect(made.status == 201 && made.json["properties"]?["defaultEncryptionScope"]?.string == "two")
        #expect(made.json["properties"]?["denyEncryptionScopeOverride"]?.bool == true)
        #expect(try await client.upload("/managed/x", [1])["x-ms-encryption-scope"] == "two")
        #expect(try await client.manage(.put, path, ["properties": .object(wish)]).status == 200)
        let changed: JSON = ["properties": ["defaultEncryptionScope": "one", "denyEncryptionScopeOverride": true]]
        #expect(try await client.manage(.patch, path, changed).status == 400)
    }

    @Test func `a signature holds what its bearer writes to a scope`() async throws {
        let client = try await Self.ready()
        var bearer = client
        bearer.identity = .nobody
        let token = try client.signature(holdingTo: "one")
        let put = try await bearer.upload("/docs/x", [1, 2], query: token)
        #expect(put.status == 201 && put["x-ms-encryption-scope"] == "one")
        #expect(try await bearer.upload("/docs/x", [1, 2], Self.header("one"), query: token).status == 201)
        #expect(
            try await bearer.upload("/docs/x", [1, 2], Self.header("two"), query: token).code == "InvalidHeaderValue"
        )
        #expect(try await bearer.send(.put, "/docs/x", "comp=metadata&" + token).status == 200)
        let others = try client.signature(holdingTo: "two")
        #expect(try await bearer.send(.get, "/docs/x", others).body == [1, 2])
        #expect(try await bearer.send(.put, "/docs/x", "comp=metadata&" + others).code == Self.other)
        #expect(try await bearer.upload("/docs/x", [1], query: try client.signature(holdingTo: "three")).status == 400)
        let altered = token.replacing("ses=one", with: "ses=two")
        #expect(try await bearer.upload("/docs/x", [1], query: altered).code == "AuthenticationFailed")
    }

    @Test func `a copy lies in the scope of its target`() async throws {
        let client = try await Self.ready()
        for (name, type) in [("block", "BlockBlob"), ("append", "AppendBlob"), ("page", "PageBlob")] {
            let length = type == "PageBlob" ? ["x-ms-blob-content-length": "40960"] : [:]
            let made = Self.header("one").merging(length) { own, _ in own }
            let body = client.bytes(40_960)
            if type == "BlockBlob" {
                #expect(try await client.upload("/docs/\(name)", body, made).status == 201)
            } else {
                #expect(try await client.create(type, "/docs/\(name)", made).status == 201)
                let write =
                    try await type == "PageBlob"
                    ? client.write("/docs/page", 0, body, Self.header("one"))
                    : client.append("/docs/append", body, Self.header("one"))
                #expect(write.status == 201)
            }
            let address = client.region.plan.address(client.host(of: client.account)) + "/docs/\(name)"
            for (target, scope) in [("same", "one"), ("other", "two"), ("none", nil)] as [(String, String?)] {
                let headers = (scope.map(Self.header) ?? [:]).merging(["x-ms-copy-source": address]) { own, _ in own }
                let copied = try await client.send(.put, "/docs/\(name)-\(target)", headers: headers)
                #expect(copied.status == 202 && copied["x-ms-encryption-scope"] == scope)
                #expect(copied["x-ms-copy-status"] == (target == "same" ? "success" : "pending"))
                try await client.settle()
                let got = try await client.send(.get, "/docs/\(name)-\(target)")
                #expect(got.body == body && got["x-ms-copy-status"] == "success", "\(name) to \(target)")
                #expect(got["x-ms-encryption-scope"] == scope)
            }
        }
        let address = client.region.plan.address(client.host(of: client.account)) + "/docs/block"
        let sync = ["x-ms-copy-source": address, "x-ms-requires-sync": "true"]
        let token = try await client.signature(container: "docs", permissions: "r")
        let signed = sync.merging(["x-ms-copy-source": address + "?" + token]) { _, own in own }
        let done = try await client.send(
            .put,
            "/docs/sync",
            headers: signed.merging(Self.header("two")) { own, _ in own }
        )
        #expect(done.status == 202 && done["x-ms-encryption-scope"] == "two")
        #expect(try await client.send(.get, "/docs/sync").body.count == 40_960)
        // What is open goes on lying open when the source's scope is disabled.
        #expect(try await client.scope("one", ["state": "Disabled"]).status == 200)
        #expect(try await client.send(.get, "/docs/block-none").body.count == 40_960)
        #expect(try await client.send(.get, "/docs/block-same").code == Self.disabled)
    }

    @Test func `an account takes its scopes along`() async throws {
        let client = try await Self.ready()
        #expect(try await client.upload("/docs/x", client.bytes(50_000), Self.header("one")).status == 201)
        #expect(try await client.manage(.delete, "").status == 200)
        try await client.settle()
        let again = try await StorageClient.ready(in: client.region)
        #expect(try await again.scopes() == [])
        #expect(try await again.upload("/docs/x", [1], Self.header("one")).status == 400)
        #expect(try await again.scope("one").status == 201)
    }
}
