// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Synchronization
import Testing

/// What the region answered.
struct StorageAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    var body: [UInt8] = []
    /// What HEAD said of the length; nil for other answers.
    var length: Int64?

    subscript(name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON { (try? JSON(parsing: body)) ?? .null }
    /// What the ledger would call the caller.
    var caller = ""
    /// The error's code; nil on success.
    var code: String?
}

/// A client of a fresh region with one storage account and its container `docs`.
struct StorageClient: Sendable {
    enum Identity { case key, bearer, nobody }

    let region: StorageRegion
    var account = "lazulitest"
    var key = Secret([])
    var identity = Identity.key

    static func ready() async throws -> StorageClient { try await ready(in: try await StorageRegion()) }
    static func ready(in region: StorageRegion) async throws -> StorageClient {
        try await StorageClient(region: region).opened()
    }
    /// A client of a second account of the same region.
    func neighbour() async throws -> StorageClient {
        var client = self
        client.account = "lazuliother"
        return try await client.opened()
    }
    private func opened() async throws -> StorageClient {
        var client = self
        let body: JSON = [
            "sku": ["name": "Standard_LRS"], "kind": "StorageV2", "location": "francecentral", "tags": ["a": "1"],
            "properties": ["encryption": ["keySource": "Microsoft.Storage", "services": ["blob": [:]]]],
        ]
        #expect(try await client.manage(.put, "", body).status == 200)
        let keys = try await client.manage(.post, "/listKeys").json["keys"]?.array ?? []
        client.key = Secret(try #require([UInt8](base64: keys.first?["value"]?.string ?? "")))
        #expect(try await client.send(.put, "/docs", "restype=container").status == 201)
        return client
    }

    func bytes(_ count: Int) -> [UInt8] { region.world.entropy.bytes(count) }
    func host(of account: String) -> String { "\(account).blob.\(region.plan.primary.storage)" }
    func settle() async throws { try await region.settle() }
    /// How many records accounts hold.
    func storedKeys() async throws -> Int { try await region.accountKeys() }
}

// MARK: - The blob surface

extension StorageClient {
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String = "",
        headers: [String: String] = [:],
        body: [UInt8] = [],
        host: String? = nil,
        version: String? = "2023-11-03",
        declared: Int64? = nil,
        meanwhile: (() async throws -> Void)? = nil
    ) async throws -> StorageAnswer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        fields[StorageHeader.version] = version
        fields[StorageHeader.date] = region.world.clock.now.httpDate
        if method == .put { fields[.contentLength] = String(declared ?? Int64(body.count)) }
        switch identity {
        case .nobody: break
        case .bearer: fields[.authorization] = "Bearer \(StorageRegion.token)"
        case .key:
            let target = query.isEmpty ? path : path + "?" + query
            let head = try RequestHead(method: method, target: target, headers: fields)
            let name = try #require(AccountName(account))
            let text = SharedKey.textsToSign(head, account: name, scheme: .full)[0]
            let signature = hmacSHA256(Array(text.utf8), key: key).base64
            fields[.authorization] = "SharedKey \(account):\(signature)"
        }
        let host = host ?? self.host(of: account)
        return try await region.send(
            method,
            host,
            path,
            query,
            fields,
            body,
            declared: declared,
            meanwhile: meanwhile
        )
    }
    func upload(
        _ path: String,
        _ body: [UInt8],
        _ headers: [String: String] = [:],
        query: String = ""
    ) async throws -> StorageAnswer {
        let type = ["x-ms-blob-type": "BlockBlob"]
        return try await send(.put, path, query, headers: headers.merging(type) { own, _ in own }, body: body)
    }
    func copy(_ source: String, to target: String) async throws -> StorageAnswer {
        let address = region.plan.address(host(of: account)) + source
        return try await send(.put, target, headers: ["x-ms-copy-source": address])
    }

    private static func id(_ number: Int) -> String { Array(String(1_000_000 + number).utf8).base64 }
    /// Uploads blocks of various lengths, short and long, and answers their contents.
    func stage(_ path: String, _ count: Int, from first: Int = 0) async throws -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        for number in first..<first + count {
            blocks.append(bytes(number % 50 == 7 ? 40_000 : 10 + number % 90))
            let query = "comp=block&blockid=\(Self.id(number).percentEncoded())"
            #expect(try await send(.put, path, query, body: blocks[number - first]).status == 201)
        }
        return blocks
    }
    func commit(_ path: String, _ blocks: [(String, Int)]) async throws -> StorageAnswer {
        let list = blocks.map { "<\($0.0)>\(Self.id($0.1))</\($0.0)>" }.joined()
        return try await send(.put, path, "comp=blocklist", body: Array("<BlockList>\(list)</BlockList>".utf8))
    }
    /// All names of `docs` that listings with this query show, page after page.
    func names(_ query: String, page: Int) async throws -> [String] {
        var names: [String] = []
        var marker = ""
        repeat {
            let all =
                "restype=container&comp=list&maxresults=\(page)\(query)"
                + (marker.isEmpty ? "" : "&marker=\(marker.percentEncoded())")
            let text = try await send(.get, "/docs", all).text
            let shown = Self.elements("Name", text)
            #expect(shown.count <= page)
            names += shown
            marker = Self.elements("NextMarker", text).first ?? ""
        } while !marker.isEmpty
        return names
    }
    static func elements(_ name: String, _ text: String) -> [String] {
        text.split(separator: "<\(name)>").dropFirst().compactMap { $0.split(separator: "<").first }.map {
            String($0).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        }
    }
}

// MARK: - The management surface

extension StorageClient {
    func manage(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: JSON? = nil,
        account: String? = nil,
        headers: [String: String] = [:],
        query: String = ""
    ) async throws -> StorageAnswer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        let base = "\(StorageRegion.group)/providers/Microsoft.Storage/storageAccounts/\(account ?? self.account)"
        return try await region.manage(method, base + path, body, fields, query: query)
    }
    func change(_ properties: JSON) async throws {
        #expect(try await manage(.patch, "", ["properties": properties]).status == 200)
    }
    func check(name: String) async throws -> StorageAnswer {
        let path = "\(StorageRegion.subscription)/providers/Microsoft.Storage/checkNameAvailability"
        return try await region.manage(
            .post,
            path,
            ["name": .string(name), "type": "Microsoft.Storage/storageAccounts"]
        )
    }
    func assign(_ role: String) async throws { try await region.assign(role) }
    /// A signature over the account, from year to year as it says.
    func accountSignature(
        services: String,
        start: String = "2000-01-01T00:00:00Z",
        expiry: String = "2100-01-01T00:00:00Z",
        key: String = "key1"
    ) async throws -> String {
        let body: JSON = [
            "signedServices": .string(services), "signedResourceTypes": "sco", "signedPermission": "rl",
            "signedStart": .string(start), "signedExpiry": .string(expiry), "signedProtocol": "https,http",
            "keyToSign": .string(key),
        ]
        return try #require(try await manage(.post, "/listAccountSas", body).json["accountSasToken"]?.string)
    }
    /// A signature over a container, good for a century.
    func signature(container: String, permissions: String) async throws -> String {
        let answer = try await manage(
            .post,
            "/listServiceSas",
            [
                "canonicalizedResource": .string("/blob/\(account)/\(container)"), "signedResource": "c",
                "signedPermission": .string(permissions), "signedExpiry": "2100-01-01T00:00:00Z",
            ]
        )
        return try #require(answer.json["serviceSasToken"]?.string)
    }
}
