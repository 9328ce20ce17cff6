// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Requests of the Data Lake surface.
extension StorageClient {
    /// A client of a hierarchical account with a file system `docs`.
    static func lake() async throws -> StorageClient { try await lake(in: try await StorageRegion()) }
    static func lake(in region: StorageRegion) async throws -> StorageClient {
        var client = StorageClient(region: region)
        client.account = "lazulilake"
        let body: JSON = [
            "sku": ["name": "Standard_LRS"], "kind": "StorageV2", "location": "francecentral",
            "properties": ["isHnsEnabled": true],
        ]
        let made = try await client.manage(.put, "", body)
        #expect(made.status == 200 && made.json["properties"]?["isHnsEnabled"]?.bool == true)
        let keys = try await client.manage(.post, "/listKeys").json["keys"]?.array ?? []
        client.key = Secret(try #require([UInt8](base64: keys.first?["value"]?.string ?? "")))
        #expect(try await client.path(.put, "/docs", "resource=filesystem").status == 201)
        return client
    }
    func path(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String = "",
        headers: [String: String] = [:],
        body: [UInt8] = []
    ) async throws -> StorageAnswer {
        let host = "\(account).dfs.\(region.plan.primary.storage)"
        var headers = headers
        if method == .patch || method == .put { headers["Content-Length"] = String(body.count) }
        return try await send(method, path, query, headers: headers, body: body, host: host)
    }
    func makeDirectory(_ name: String, _ headers: [String: String] = [:]) async throws -> StorageAnswer {
        try await path(.put, name, "resource=directory", headers: headers)
    }
    func makeFile(_ name: String, _ headers: [String: String] = [:]) async throws -> StorageAnswer {
        try await path(.put, name, "resource=file", headers: headers)
    }
    /// Makes a file of these bytes in one append.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) async throws -> StorageAnswer {
        #expect(try await makeFile(name).status == 201)
        #expect(try await path(.patch, name, "action=append&position=0", body: bytes).status == 202)
        return try await path(.patch, name, "action=flush&position=\(bytes.count)")
    }
    func rename(_ source: String, to target: String, _ headers: [String: String] = [:]) async throws -> StorageAnswer {
        let all = headers.merging(["x-ms-rename-source": source]) { own, _ in own }
        return try await path(.put, target, "mode=legacy", headers: all)
    }
    /// The names that listings of `docs` show, page after page.
    func paths(_ query: String = "recursive=true", page: Int = 5000) async throws -> [String] {
        var names: [String] = []
        var marker = ""
        repeat {
            let more = marker.isEmpty ? "" : "&continuation=\(marker.percentEncoded())"
            let answer = try await path(.get, "/docs", "resource=filesystem&\(query)&maxResults=\(page)\(more)")
            let shown = (answer.json["paths"]?.array ?? []).compactMap { $0["name"]?.string }
            #expect(answer.status == 200 && shown.count <= page)
            names += shown
            marker = answer["x-ms-continuation"] ?? ""
        } while !marker.isEmpty
        return names
    }
}
